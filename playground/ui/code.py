"""Shows the program of a visitor's run, and hands it out as a file."""

from __future__ import annotations

from typing import Any

from playground.core.refusal import BadValue, echo
from playground.script.layout import Program
from playground.script.lessons import WRITERS
from playground.script.write import write
from playground.ui.parcels import Parcel
from playground.ui.seat import Seat

FORMS = {"py": "text/x-python", "ipynb": "application/x-ipynb+json"}


def show(seat: Seat, form: Any) -> None:
    """`form` is show, py or ipynb; raises BadValue. What is shown travels beside the frames: they stay small."""
    if seat.lesson.key not in WRITERS or form not in ("show", *FORMS):
        raise BadValue("bad_action", value=echo(form))
    program = write(seat.run, seat.lesson, seat.text)
    if form == "show":
        seat.code = seat.put(Parcel("program.py", program.script().encode(), "text/plain; charset=utf-8"))
    else:
        seat.hand_out(_file(seat, program, form))


def _file(seat: Seat, program: Program, form: str) -> Parcel:
    text = program.script() if form == "py" else program.notebook()
    return Parcel(seat.file_name(f".{form}"), text.encode(), FORMS[form])
