"""Shows the program of a visitor's run, and hands it out as a file."""

from __future__ import annotations

from typing import Any

from playground.core.refusal import BadValue, echo
from playground.script.delivery import packed, source
from playground.script.lessons import WRITERS
from playground.script.write import write
from playground.ui.parcels import Parcel
from playground.ui.seat import Seat

KINDS = {".py": "text/x-python", ".ipynb": "application/x-ipynb+json"}


def show(seat: Seat, form: Any) -> None:
    """`form` is show, py or ipynb; raises BadValue. What is shown travels beside the frames: they stay small."""
    if seat.lesson.key not in WRITERS or form not in ("show", *(ending.lstrip(".") for ending in KINDS)):
        raise BadValue("bad_action", value=echo(form))
    if not seat.has_data():
        return  # the drawer asks again when they are there
    program = write(seat.run, seat.lesson, seat.text)
    if form == "show":
        seat.code = seat.put(Parcel("program.py", program.script().encode(), "text/plain; charset=utf-8"))
        return
    ending = f".{form}"
    name = seat.file_name(ending)
    if program.files:  # browsers ask before a page may save a second file
        seat.hand_out(Parcel(seat.file_name(".zip"), packed(program, name), "application/zip"))
        seat.voice.notify(seat.text.say("stage.code_packed"))
    else:
        seat.hand_out(Parcel(name, source(program, ending), KINDS[ending]))
