"""Figures and reports for a visitor: the frame is taken under the seat's lock, the drawing waits for nobody."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from playground.core.refusal import BadValue, echo
from playground.core.run import Run
from playground.figures import FORMATS, HOMES, render
from playground.figures.sheet import Sheet, View
from playground.report import Record, packed
from playground.ui.parcels import Parcel

if TYPE_CHECKING:
    from playground.ui.seat import Seat

Later = Callable[[], None]
LONGEST_HOME = 200  # characters of the page's address
SLICE = 0.2  # seconds of learning again at a time, so that others have their turn


def save_figure(seat: Seat, action: Mapping[str, Any]) -> Later:
    """Returns what draws the figure and hands it out; raises BadValue where there is none."""
    panel, form = action.get("panel"), action.get("format")
    if not isinstance(form, str) or form not in FORMATS:
        raise BadValue("bad_figure_format", value=echo(form), options=", ".join(FORMATS))
    view, ghosts = View.read(action.get("view")), seat.archive.ghosts()

    def look(run: Run) -> Callable[[], Parcel]:
        frame = run.peek(closely=seat.speed == "slow")
        if panel not in seat.lesson.panels or type(frame.pictures.get(str(panel))) not in HOMES:
            raise BadValue("bad_figure", value=echo(panel))
        sheet = Sheet(seat.lesson, run.config, frame, str(panel), seat.text, seat.course, view, ghosts)
        name = f"{seat.lesson.key}-{panel}-{frame.step}.{form}"
        return lambda: Parcel(name, render(sheet, form), FORMATS[form])

    return _drawn(seat, _look(seat, look))


def save_report(seat: Seat, action: Mapping[str, Any]) -> Later:
    """Returns what writes the report of the moment on the page and hands it out."""
    view, home, ghosts = View.read(action.get("view")), _home(action.get("home")), seat.archive.ghosts()

    def look(run: Run) -> Callable[[], Parcel]:
        record = Record.of(run, seat.lesson, seat.text, course=seat.course, view=view, home=home, ghosts=ghosts)
        name = f"{seat.lesson.key}-report-{record.frame.step}.zip"
        return lambda: Parcel(name, packed(record), "application/zip")

    return _drawn(seat, _look(seat, look))


def _look(seat: Seat, look: Callable[[Run], Callable[[], Parcel]]) -> Callable[[], Parcel]:
    """Look at the run of now at once, or later at one that is brought back to the moment on the page."""
    if seat.timeline.moment is None:
        return look(seat.run)
    way = seat.timeline.way(seat.lesson, seat.device, seat.run)

    def arrive() -> Parcel:
        while not way.advance(SLICE):
            pass
        with seat.lock:
            way.run.inherit(seat.run)
        return look(way.run)()

    return arrive


def _drawn(seat: Seat, make: Callable[[], Parcel]) -> Later:
    """One at a time for each seat: drawing is dear, and a second click means the same."""
    if seat.is_drawing:
        raise BadValue("bad_figure_busy")
    seat.is_drawing = True

    def later() -> None:
        try:
            parcel = make()
        except BadValue as error:
            with seat.lock:
                seat.voice.refuse(error)
            return
        finally:
            seat.is_drawing = False
        from playground.figures.paper import lacks_letters

        with seat.lock:
            seat.hand_out(parcel)
            if lacks_letters(seat.text):
                seat.voice.notify(seat.text.say("remarks.no_letters"))

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
