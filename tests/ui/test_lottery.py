"""The lottery works behind a visitor's back, belongs to the settings on the page, and stops when it is told to."""

import json
import threading

import pytest

from playground.core import lottery as lottery_module
from playground.core.lottery import SEEDS
from playground.lessons.gan import GAN
from playground.lessons.regression import REGRESSION
from playground.text import Text
from playground.ui.actions import perform
from playground.ui.seat import Seat
from playground.ui.sessions import Seats
from playground.ui.stage import spec


def act(seat, kind="look", **values):
    perform(seat, {"kind": kind, **values})
    return json.loads(seat.frame())


def sit(device):
    seat = Seat(REGRESSION, Text("en"), device)
    seat.renew(REGRESSION.config(steps=8, test=0.3))
    return seat


def drawn(seat):
    """After the whole lottery."""
    act(seat, "lottery", value="start")
    seat.lottery._thread.join(60)
    return act(seat)


@pytest.fixture
def gate(monkeypatch):
    """Holds a lottery after its first look until it is opened."""
    gate = threading.Event()
    monkeypatch.setattr(lottery_module.time, "sleep", lambda seconds: gate.wait(60))
    yield gate
    gate.set()


def test_all_seeds_come_and_the_run_stays_as_it_was(device):
    seat = sit(device)
    run = seat.run
    assert act(seat)["lottery"] is None
    frame = drawn(seat)
    fan = frame["lottery"]["fan"]
    assert (frame["busy"], frame["lottery"]["working"]) == (False, False)
    assert fan["seeds"] == list(SEEDS)
    assert (fan["kind"], fan["done"], fan["lines"]["n"]) == ("fan", 16, [16, 8])
    assert set(fan["ends"]) == set(fan["span"]) == {"loss", "test_loss"}
    assert (seat.run, seat.run.step) == (run, 0)


def test_it_is_shown_while_it_works(device, gate):
    seat = sit(device)
    act(seat, "lottery", value="start")
    while (frame := act(seat))["lottery"]["fan"] is None:
        pass
    assert (frame["busy"], frame["lottery"]["working"]) == (True, True)
    act(seat, "lottery", value="stop")
    gate.set()
    seat.lottery._thread.join(60)
    assert not act(seat)["lottery"]["working"]


def test_another_seed_leaves_it_and_any_other_setting_takes_it_away(device):
    seat = sit(device)
    drawn(seat)
    frame = act(seat, "set", values={"seed": 7})
    assert frame["lottery"]["fan"]["done"] == 16
    assert frame["config"]["seed"] == 7
    assert act(seat, "set", values={"lr": 0.1})["lottery"] is None
    assert act(seat, "set", values={"lr": 0.2})["lottery"] is None


def test_it_can_be_cleared(device):
    seat = sit(device)
    drawn(seat)
    assert act(seat, "lottery", value="clear")["lottery"] is None


def test_one_that_leaves_stops_it(device, gate):
    seats = Seats(device)
    seat, _ = seats.take("me", REGRESSION, Text("en"))
    act(seat, "lottery", value="start")
    thread = seat.lottery._thread
    seats.leave("me")
    gate.set()
    thread.join(60)
    assert not thread.is_alive()


def test_without_points_there_is_nothing_to_draw_for(device):
    seat = sit(device)
    act(seat, "set", values={"own": []})
    frame = act(seat, "lottery", value="start")
    assert frame["lottery"] is None
    assert "at least 2 points" in frame["notice"]["text"]


@pytest.mark.parametrize("value", [None, "", "Start", 1, True, [], {}, "x" * 10_000])
def test_hostile_values_are_refused(device, value):
    frame = act(sit(device), "lottery", value=value)
    assert frame["lottery"] is None
    assert frame["notice"]["id"] == 1


def test_a_lesson_without_it_refuses_it(device):
    seat = Seat(GAN, Text("en"), device)
    assert act(seat, "lottery", value="start")["notice"]["id"] == 1
    assert list(spec(GAN, Text("en"))["lottery"]) == []
    assert list(spec(REGRESSION, Text("en"))["lottery"]) == list(SEEDS)
