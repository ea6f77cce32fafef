"""Figures and reports for a visitor: the frame is taken under the seat's lock, the drawing waits for nobody."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from playground.core.refusal import BadValue, echo
from playground.figures import FORMATS, HOMES, render
from playground.figures.sheet import Sheet, View
from playground.report import Record, packed
from playground.ui.parcels import Parcel

if TYPE_CHECKING:
    from playground.ui.seat import Seat

Later = Callable[[], None]
LONGEST_HOME = 200  # characters of the page's address


def save_figure(seat: Seat, action: Mapping[str, Any]) -> Later:
    """Returns what draws the figure and hands it out; raises BadValue where there is none."""
    panel, form = action.get("panel"), action.get("format")
    if not isinstance(form, str) or form not in FORMATS:
        raise BadValue("bad_figure_format", value=echo(form), options=", ".join(FORMATS))
    seat.timeline.return_to_now()
    frame = seat.run.peek(closely=seat.speed == "slow")
    if panel not in seat.lesson.panels or type(frame.pictures.get(str(panel))) not in HOMES:
        raise BadValue("bad_figure", value=echo(panel))
    view = View.read(action.get("view"))
    sheet = Sheet(seat.lesson, seat.run.config, frame, str(panel), seat.text, seat.course, view, seat.archive.ghosts())
    name = f"{seat.lesson.key}-{panel}-{frame.step}.{form}"
    return _drawn(seat, lambda: Parcel(name, render(sheet, form), FORMATS[form]))


def save_report(seat: Seat, action: Mapping[str, Any]) -> Later:
    """Returns what writes the report of this moment and hands it out."""
    seat.timeline.return_to_now()
    view = View.read(action.get("view"))
    record = Record.of(
        seat.run,
        seat.lesson,
        seat.text,
        course=seat.course,
        view=view,
        home=_home(action.get("home")),
        ghosts=seat.archive.ghosts(),
    )
    name = f"{seat.lesson.key}-report-{record.frame.step}.zip"
    return _drawn(seat, lambda: Parcel(name, packed(record), "application/zip"))


def _drawn(seat: Seat, make: Callable[[], Parcel]) -> Later:
    """One at a time for each seat: drawing is dear, and a second click means the same."""
    if seat.is_drawing:
        raise BadValue("bad_figure_busy")
    seat.is_drawing = True

    def later() -> None:
        try:
            parcel = make()
        finally:
            seat.is_drawing = False
        from playground.figures.paper import lacks_letters

        with seat.lock:
            seat.hand_out(parcel)
            if lacks_letters(seat.text):
                seat.notify(seat.text.say("remarks.no_letters"))

    return later


def _home(given: object) -> str:
    """Where the page stands, for the link of a report; empty for what is no address of a page."""
    if not isinstance(given, str) or len(given) > LONGEST_HOME or not given.isascii():
        return ""
    try:
        parts = urlsplit(given)
    except ValueError:
        return ""
    is_plain = not parts.query and not parts.fragment and not any(sign in given for sign in " `<>()|\\\"'")
    return given if parts.scheme in ("http", "https") and parts.hostname and given.isprintable() and is_plain else ""
