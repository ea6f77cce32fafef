"""A run that another one replaces is not lost: one can go back to it as it stood, and look back in it too."""

from __future__ import annotations

import json
from typing import Any

import pytest
import torch

from playground.core.lesson import Lesson
from playground.data.digits import small_digits
from playground.data.shelf import DIGITS
from playground.lessons import LESSONS
from playground.lessons.regression import REGRESSION
from playground.text import Text
from playground.ui import archive
from playground.ui.actions import perform
from playground.ui.seat import Seat
from tests.core.tiny import same, state


@pytest.fixture
def seat(device: torch.device) -> Seat:
    """One that has learnt 6 steps, each of which was seen."""
    return learnt(Seat(REGRESSION, Text("en"), device), 6)


def learnt(seat: Seat, steps: int) -> Seat:
    for _ in range(steps):
        seat.run.advance(steps=1)
        seat.frame()
    return seat


def act(seat: Seat, kind: str, **values: Any) -> Any:
    perform(seat, {"kind": kind, **values})
    return json.loads(seat.frame())


def back(seat: Seat, place: int = 0) -> Any:
    return act(seat, "return", run=seat.archive.kept[place].number)


def steps(seat: Seat) -> list[int]:
    return [earlier["step"] for earlier in json.loads(seat.frame())["earlier"]]


def test_a_branch_by_mistake_loses_nothing(seat: Seat) -> None:
    """Neither the end of the run nor what one can look back at; and the branch stays too."""
    whole, now = seat.run, json.loads(seat.frame())
    act(seat, "rewind", step=2)
    branch = act(seat, "set", values={"lr": 0.01})
    assert (branch["step"], branch["run"], steps(seat)) == (2, now["run"] + 1, [6])
    learnt(seat, 1)
    frame = back(seat)
    assert seat.run is whole
    for part in ("run", "step", "metrics", "pictures", "config", "timeline", "link"):
        assert frame[part] == now[part], part
    assert frame["why"] == {"reason": "returned", "text": Text("en").say("stops.returned", step=6)}
    assert act(seat, "rewind", step=4)["timeline"]["past"] == 4
    assert [one["step"] for one in back(seat)["earlier"]] == [6]
    assert (seat.run.step, seat.run.config.lr, seat.timeline.fork) == (3, 0.01, 2)


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.key)
def test_it_goes_on_as_if_nothing_had_come_between(
    lesson: Lesson, device: torch.device, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(DIGITS, "digits", small_digits())
    one, plain = (learnt(Seat(lesson, Text("en"), device), 2) for _ in range(2))
    act(one, "set", values={"seed": 5})
    learnt(one, 2)
    assert back(one)["step"] == 2
    for seat in (one, plain):
        learnt(seat, 2)
    assert same(state(one.run), state(plain.run))


def test_a_reset_with_the_same_settings_hides_no_longer_run(seat: Seat) -> None:
    act(seat, "reset")
    assert steps(seat) == [6]
    learnt(seat, 2)
    act(seat, "reset")
    assert steps(seat) == [6]
    learnt(seat, 9)
    act(seat, "reset")
    assert steps(seat) == [9]


def test_runs_in_which_something_was_done_by_hand_stay_apart(seat: Seat) -> None:
    act(seat, "reset")
    act(seat, "probe", name="weight", value={"layer": 0, "unit": 0, "source": 0, "value": 2.5})
    learnt(seat, 3)
    act(seat, "reset")
    assert steps(seat) == [3, 6]


def test_nothing_learnt_is_nothing_kept(seat: Seat) -> None:
    for preset in ("304", "305", "301"):
        act(seat, "preset", value=preset)
        assert steps(seat) == [6]


def test_the_newest_five_are_kept_until_one_is_forgotten(seat: Seat) -> None:
    for seed in range(2, 9):
        act(seat, "set", values={"seed": seed})
        learnt(seat, seed)
    assert steps(seat) == [7, 6, 5, 4, 3]
    act(seat, "forget", run=seat.archive.kept[1].number)
    assert steps(seat) == [7, 5, 4, 3]
    seat.close()
    assert steps(seat) == []


def test_the_moments_of_the_oldest_go_when_they_take_too_much(seat: Seat, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MOST_BYTES", int(1.5 * seat.timeline.bytes))
    act(seat, "set", values={"seed": 2})
    learnt(seat, 6)
    act(seat, "set", values={"seed": 3})
    assert back(seat, 1)["timeline"]["steps"] == [6]
    assert back(seat, 0)["step"] == 6
    assert act(seat, "rewind", step=3)["step"] == 3


def test_a_diverged_run_says_so_again(seat: Seat) -> None:
    act(seat, "set", values={"lr": 1e6, "seed": 3})
    learnt(seat, 40)
    act(seat, "reset")
    frame = back(seat)
    assert frame["why"]["reason"] == "diverged"


@pytest.mark.parametrize("run", [None, "1", 1.0, True, -1, 99, [], {}])
@pytest.mark.parametrize("kind", ["return", "forget"])
def test_a_run_that_is_not_there_is_refused(seat: Seat, kind: str, run: object) -> None:
    act(seat, "reset")
    before = seat.run
    assert act(seat, kind, run=run)["notice"]["text"] == Text("en").say("bad.earlier")
    assert (seat.run, steps(seat)) == (before, [6])


def test_nothing_from_before_a_challenge_is_brought_into_it(seat: Seat) -> None:
    frame = act(seat, "open", query="?tab=regression&layers=4&aim=loss.lt.0.05&hide=layers")
    assert frame["task"]
    assert frame["earlier"] == []
