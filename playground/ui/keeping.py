"""Packs what a visitor wants to keep into a file, and goes on with a run that was kept."""

from __future__ import annotations

from collections.abc import Callable

from playground.core import graph, weights
from playground.core.keep import read, reopened, write
from playground.core.refusal import BadValue, echo
from playground.ui.parcels import Parcel
from playground.ui.seat import Seat


def save(seat: Seat, form: object) -> None:
    """Hand out a file in one of the FORMS; raises BadValue where there is none of this lesson."""
    if not isinstance(form, str) or form not in FORMS:
        raise BadValue("bad_action", value=echo(form))
    ending, pack = FORMS[form]
    seat.timeline.return_to_now()
    seat.hand_out(Parcel(seat.file_name(ending), pack(seat)))


def open_file(seat: Seat, data: bytes) -> None:
    """Go on with a run that was kept in a file; raises BadValue and keeps the present one."""
    _must_keep(seat)
    seat.task.forbid()
    run = reopened(read(data), seat.lesson, seat.device)
    seat.interrupt()
    seat.take_over(run)
    seat.voice.explain("reopened", step=run.step)
    if run.is_moved:
        seat.voice.notify(seat.text.say("remarks.moved", device=seat.device.type.upper()))


def _run(seat: Seat) -> bytes:
    _must_keep(seat)
    return write(seat.run, seat.lesson.key)


def _weights(seat: Seat) -> bytes:
    return weights.write(seat.run, seat.lesson.key)


def _onnx(seat: Seat) -> bytes:
    return graph.write(seat.run.graph())


def _must_keep(seat: Seat) -> None:
    if not seat.lesson.keeps:
        raise BadValue("bad_keep")


FORMS: dict[str, tuple[str, Callable[[Seat], bytes]]] = {
    "run": (".safetensors", _run),
    "weights": (".weights.safetensors", _weights),
    "onnx": (".onnx", _onnx),
}
