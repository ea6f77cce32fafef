"""Packs what a visitor wants to keep into a file, and goes on with a run that was kept."""

from __future__ import annotations

from playground.core.keep import read, reopened, write
from playground.core.refusal import BadValue
from playground.ui.parcels import Parcel
from playground.ui.seat import Seat


def save(seat: Seat) -> None:
    """Hand out the run as a file; raises BadValue where the lesson keeps none."""
    _must_keep(seat)
    seat.hand_out(Parcel(seat.file_name(".safetensors"), write(seat.run, seat.lesson.key)))


def open_file(seat: Seat, data: bytes) -> None:
    """Go on with a run that was kept in a file; raises BadValue and keeps the present one."""
    _must_keep(seat)
    run = reopened(read(data), seat.lesson, seat.device)
    seat.interrupt()
    seat.take_over(run)
    seat.explain("reopened", step=run.step)


def _must_keep(seat: Seat) -> None:
    if not seat.lesson.keeps:
        raise BadValue("bad_keep")
