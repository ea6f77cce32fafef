"""A visitor's click becomes a file; nobody waits while it is drawn, and whatever else arrives is refused."""

from __future__ import annotations

import io
import json
import threading
import zipfile
from typing import Any

import pytest
import torch
from PIL import Image

from playground.core.album import Album
from playground.core.randomness import COMPUTE
from playground.figures import HOMES, paper
from playground.lessons import LESSONS
from playground.lessons.regression import REGRESSION
from playground.text import Text
from playground.ui import figures
from playground.ui.actions import perform
from playground.ui.parcels import Parcel, Parcels
from playground.ui.seat import Seat
from playground.ui.stage import spec


@pytest.fixture
def seat(device: torch.device, monkeypatch: pytest.MonkeyPatch) -> Seat:
    monkeypatch.setattr(paper, "DOTS", 50)
    seat = Seat(REGRESSION, Text("en"), device, Parcels())
    seat.run.advance(steps=5)
    return seat


def asked(seat: Seat, **action: Any) -> tuple[str, Parcel | None, str]:
    """The name and the parcel that come of an action, and what is said."""
    perform(seat, action)
    frame = json.loads(seat.frame())
    token = frame["parcel"]["token"]
    return frame["parcel"]["name"], seat._parcels.take(token) if token else None, frame["notice"]["text"]


def test_a_figure_is_handed_out_under_a_name_that_says_what_it_is(seat: Seat) -> None:
    name, parcel, _ = asked(seat, kind="figure", panel="loss", format="png", view={"log": False})
    assert name == "regression-loss-5.png"
    assert parcel
    assert parcel.kind == "image/png"
    assert Image.open(io.BytesIO(parcel.data)).format == "PNG"


def test_who_looks_back_saves_what_they_see(seat: Seat, monkeypatch: pytest.MonkeyPatch) -> None:
    """A figure and a report of the moment on the page, and the page goes on showing it."""
    sheets: list[Any] = []
    draw = figures.render
    monkeypatch.setattr(figures, "render", lambda sheet, form: (sheets.append(sheet), draw(sheet, form))[1])
    then = seat.run.peek()
    seat.frame()
    seat.run.advance(steps=20)
    seat.frame()
    seat.look_back(5)
    name, _, _ = asked(seat, kind="figure", panel="fit", format="png")
    assert name == "regression-fit-5.png"
    assert (sheets[0].frame.pictures["fit"].lines["fit"] == then.pictures["fit"].lines["fit"]).all()
    assert asked(seat, kind="report")[0] == "regression-report-5.zip"
    assert (seat.run.step, seat.timeline.moment and seat.timeline.moment.step) == (25, 5)


def test_where_no_way_leads_back_a_figure_is_refused(seat: Seat, monkeypatch: pytest.MonkeyPatch) -> None:
    seat.frame()
    seat.run.advance(steps=20)
    seat.frame()
    seat.look_back(5)
    monkeypatch.setattr(Album, "before", lambda *_: None)
    _, parcel, said = asked(seat, kind="figure", panel="fit", format="png")
    assert parcel is None
    assert "step 5" in said
    assert not seat.is_drawing


def test_a_report_is_handed_out(seat: Seat) -> None:
    name, parcel, _ = asked(seat, kind="report", home="http://localhost:7860/")
    assert name == "regression-report-5.zip"
    assert parcel
    assert "report.md" in zipfile.ZipFile(io.BytesIO(parcel.data)).namelist()


def test_earlier_runs_come_along(seat: Seat, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a figure as in a report; one that the visitor forgets does not."""
    sheets: list[Any] = []
    monkeypatch.setattr(figures, "render", lambda sheet, form: sheets.append(sheet) or b"")
    monkeypatch.setattr(figures, "packed", lambda record: sheets.append(record.sheet("loss")) or b"")
    perform(seat, {"kind": "set", "values": {"seed": 2}})
    seat.run.advance(steps=3)
    asked(seat, kind="figure", panel="loss", format="png")
    asked(seat, kind="report")
    for sheet in sheets:
        assert [(ghost.config.seed, ghost.frame.step) for ghost in sheet.ghosts] == [(1, 5)]
    perform(seat, {"kind": "forget", "run": seat.archive.kept[0].number})
    asked(seat, kind="figure", panel="loss", format="png")
    assert sheets[-1].ghosts == ()


def test_where_no_font_can_write_the_language_it_is_said(seat: Seat, monkeypatch: pytest.MonkeyPatch) -> None:
    for has_font in (True, False):
        monkeypatch.setattr(paper, "HAS_CHINESE", has_font)
        seat.text = Text("zh")
        _, parcel, said = asked(seat, kind="figure", panel="loss", format="png")
        assert parcel
        assert ("英文" in said) is not has_font


JUNK = [
    {"panel": "loss"},
    {"panel": "loss", "format": "gif"},
    {"panel": "loss", "format": ["png"]},
    {"panel": "nothing", "format": "png"},
    {"panel": ["loss"], "format": "png"},
    {"panel": "cards", "format": "png"},
    {"format": "png"},
]


@pytest.mark.parametrize("action", JUNK, ids=str)
def test_junk_is_refused_in_a_sentence(seat: Seat, action: dict[str, Any]) -> None:
    _, parcel, said = asked(seat, kind="figure", **action)
    assert parcel is None
    assert said
    assert "bad_" not in said
    assert not seat.is_drawing


def test_nobody_waits_while_it_is_drawn(seat: Seat, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the seat nor the computing of others; only a second figure of the same seat is refused."""
    drawing, go_on = threading.Event(), threading.Event()

    def render(sheet: Any, form: str) -> bytes:
        drawing.set()
        assert go_on.wait(20)
        return b"drawn"

    monkeypatch.setattr(figures, "render", render)
    thread = threading.Thread(target=perform, args=(seat, {"kind": "figure", "panel": "fit", "format": "svg"}))
    thread.start()
    assert drawing.wait(20)
    with COMPUTE:
        pass
    perform(seat, {"kind": "step"})
    assert seat.run.step == 6
    _, parcel, said = asked(seat, kind="figure", panel="loss", format="png")
    assert parcel is None
    assert "still being drawn" in said
    go_on.set()
    thread.join(20)
    frame = json.loads(seat.frame())
    assert frame["parcel"]["name"] == "regression-fit-5.svg"  # of the moment of the click
    taken = seat._parcels.take(frame["parcel"]["token"])
    assert taken
    assert taken.data == b"drawn"


def test_a_drawing_that_fails_leaves_the_seat_ready_for_the_next(seat: Seat, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(sheet: Any, form: str) -> bytes:
        raise MemoryError

    with monkeypatch.context() as context:
        context.setattr(figures, "render", fail)
        with pytest.raises(MemoryError):
            perform(seat, {"kind": "figure", "panel": "fit", "format": "png"})
    assert asked(seat, kind="figure", panel="loss", format="png")[1]


def test_saving_changes_nothing_that_is_learnt(seat: Seat, device: torch.device) -> None:
    other = Seat(REGRESSION, Text("en"), device)
    other.run.advance(steps=5)
    asked(seat, kind="figure", panel="fit", format="png")
    for one in (seat, other):
        one.run.advance(steps=5)
    assert all(torch.equal(a, b) for a, b in zip(seat.run.weights(), other.run.weights(), strict=True))


HOMES_OF_PAGES = ["http://localhost:7860/", "https://a.b/zh", "http://[::1]:7860/"]
NO_HOMES = [
    None,
    5,
    "",
    "localhost",
    "javascript:alert(1)",
    "http://",
    "http://a b/",
    "http://a/`",
    "http://a/?q",
    "http://[/",
]
NO_HOMES += ["http://a/" + "x" * 300, "http://a/\n", "http://é/", "file:///etc/passwd"]


@pytest.mark.parametrize("given", [*HOMES_OF_PAGES, *NO_HOMES], ids=lambda value: repr(value)[:20])
def test_the_address_in_a_report_is_one_of_a_page(given: Any) -> None:
    assert figures._home(given) == (given if given in HOMES_OF_PAGES else "")


def test_the_page_knows_what_can_be_saved() -> None:
    told = spec(LESSONS[0], Text("en"))["figures"]
    assert set(told) == {kind.__name__.lower() for kind in HOMES}
