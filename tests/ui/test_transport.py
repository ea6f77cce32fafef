"""Playing: it goes on until something ends it, and whatever ends it leaves the seat free."""

import json
import threading

import pytest

from playground.lessons.classifier import CLASSIFIER
from playground.lessons.regression import REGRESSION
from playground.text import Text
from playground.ui.actions import perform
from playground.ui.seat import Seat
from playground.ui.transport import play

PATIENCE = 30  # seconds until a play that hangs fails its test


class Awake(threading.Event):
    """A wake event that never sleeps and remembers how long the transport wanted to."""

    def __init__(self):
        super().__init__()
        self.waits = []

    def wait(self, timeout=None):
        self.waits.append(timeout)
        return True


def sit(device, speed="one", lesson=REGRESSION, **values):
    seat = Seat(lesson, Text("en"), device)
    if values:
        seat.renew(lesson.config(**values))
    seat.speed = speed
    seat.wake = Awake()
    return seat


def frames(seat, **limits):
    return [json.loads(frame) for frame in play(seat, lambda: 1, **limits)]


@pytest.mark.parametrize(("speed", "steps"), [("one", [0, 1, 2, 3]), ("real", [0, 3]), ("max", [0, 3])])
def test_a_play_shows_each_turn_and_ends_at_the_limit(device, speed, steps):
    """The first frame stands still; the last one says why it ended."""
    seat = sit(device, speed, steps=3)
    shown = frames(seat)
    if speed == "max":
        shown = [shown[0], shown[-1]]  # how many turns fit is a matter of the machine
    assert [frame["step"] for frame in shown] == steps
    assert [frame["playing"] for frame in shown] == [True] * (len(shown) - 1) + [False]
    assert shown[0]["why"]["reason"] == "playing"
    assert shown[-1]["why"]["reason"] == "finished"
    assert not seat.playing


def test_normal_speed_takes_the_lessons_pace(device):
    """As many steps a frame as the course draws, on a machine that can."""
    seat = sit(device, "real", CLASSIFIER, steps=10)
    seat.take_turn(seat.begin(), 60)
    assert seat.run.step == CLASSIFIER.pace


def test_slow_motion_goes_stage_by_stage(device):
    shown = frames(sit(device, "slow", steps=2))
    assert [frame["stage"] for frame in shown] == ["", *["forward", "loss", "backward", "update"] * 2]
    assert shown[-1]["step"] == 2


def test_the_pace_is_kept_by_the_wake_event(device):
    """Each turn waits at most a frame's time and at least a moment for the page; slow motion waits longer."""
    seat = sit(device, "one", steps=4)
    frames(seat)
    assert len(seat.wake.waits) == 3  # after the last frame nobody waits
    assert all(0 < wait <= 1 / 15 for wait in seat.wake.waits)
    slow = sit(device, "slow", steps=1)
    frames(slow)
    assert all(0.5 < wait <= 0.9 for wait in slow.wake.waits)


def test_the_time_for_learning_is_shared_among_the_players(device):
    seat = sit(device, "one", steps=1)
    turns = []
    plain = seat.take_turn
    seat.take_turn = lambda ticket, seconds: (turns.append(seconds), plain(ticket, seconds))
    list(play(seat, lambda: 4))
    again = sit(device, "one", steps=1)
    plain_again = again.take_turn
    again.take_turn = lambda ticket, seconds: (turns.append(seconds), plain_again(ticket, seconds))
    list(play(again, lambda: 0))
    assert turns[1] == pytest.approx(4 * turns[0])


def test_a_pause_from_another_thread_ends_it(device):
    """While it waits for its next frame: the pause wakes it."""
    seat = sit(device, "one", steps=0)
    seat.wake = threading.Event()
    playing, shown = threading.Event(), []

    def watch():
        for frame in play(seat, lambda: 1):
            shown.append(json.loads(frame))
            if len(shown) == 3:
                playing.set()

    thread = threading.Thread(target=watch)
    thread.start()
    assert playing.wait(PATIENCE)
    perform(seat, {"kind": "pause"})
    thread.join(PATIENCE)
    assert not thread.is_alive()
    assert not seat.playing
    assert json.loads(seat.frame())["why"]["reason"] == "paused"


@pytest.mark.parametrize("kind", ["pause", "reset", "step"])
def test_a_pause_a_reset_and_a_step_end_it_before_the_next_turn(device, kind):
    seat = sit(device, "one", steps=0)
    player = play(seat, lambda: 1)
    next(player)
    next(player)
    perform(seat, {"kind": kind})
    step = seat.run.step
    newest = json.loads(seat.frame())
    (last,) = list(player)  # the stream ends with the newest state, whatever answer overtook it on the way
    assert json.loads(last)["n"] == newest["n"] + 1
    assert (json.loads(last)["step"], json.loads(last)["why"]) == (newest["step"], newest["why"])
    assert seat.run.step == step
    assert not seat.playing


def test_a_second_play_supersedes_the_first(device):
    seat = sit(device, "one", steps=0)
    first, second = play(seat, lambda: 1), play(seat, lambda: 1)
    next(first)
    next(first)
    next(second)
    assert len(list(first)) == 1
    assert seat.playing  # the end of the first does not stop the second
    assert json.loads(next(second))["step"] == 2
    second.close()
    assert not seat.playing


def test_a_viewer_who_leaves_frees_the_seat(device):
    """Gradio closes the generator; the run stands where it stood."""
    seat = sit(device, "one", steps=0)
    player = play(seat, lambda: 1)
    for _ in range(3):
        next(player)
    player.close()
    assert not seat.playing
    assert seat.run.step == 2


def test_the_time_cap_is_said(device):
    shown = frames(sit(device, "one", steps=0), minutes=0)
    assert [frame["step"] for frame in shown] == [0, 1]
    assert shown[-1]["why"]["reason"] == "time"
    assert "0 minutes" in shown[-1]["why"]["text"]
    assert not shown[-1]["playing"]


def test_nothing_to_learn_from_is_said_and_nothing_plays(device):
    seat = sit(device, "one", own=())
    (frame,) = frames(seat)
    assert not frame["playing"]
    assert "at least 2 points" in frame["notice"]["text"]
    assert frame["why"]["reason"] == "ready"


def test_points_taken_away_in_the_middle_stop_it(device):
    seat = sit(device, "one", steps=0)
    player = play(seat, lambda: 1)
    next(player)
    next(player)
    perform(seat, {"kind": "set", "values": {"own": []}})
    rest = [json.loads(frame) for frame in player]
    assert len(rest) == 1
    assert not rest[-1]["playing"]


def test_playing_on_after_the_end_takes_as_many_steps_again(device):
    seat = sit(device, "one", steps=2)
    assert frames(seat)[-1]["step"] == 2
    assert frames(seat)[-1]["step"] == 4


def test_a_diverged_run_offers_a_rate_that_works_and_starts_anew(device):
    seat = sit(device, "max", steps=200, lr=1e6)
    last = frames(seat)[-1]
    assert last["why"]["reason"] == "diverged"
    assert last["cards"][0]["seeking"]
    seat.remedies.search.join()
    last = json.loads(seat.frame())
    assert not last["busy"]
    (card,) = last["cards"]
    assert card["key"] == "diverged"
    perform(seat, {"kind": "fix", "value": "diverged"})
    assert f"{seat.run.config.lr:g}" in card["fix"]
    last = frames(seat)[-1]
    assert last["why"]["reason"] == "finished"
    assert last["metrics"]["loss"] < 0.2
    seat.renew(seat.run.config.changed({"lr": 1e6}))
    frames(seat)
    assert frames(seat)[0]["step"] == 0  # play after a divergence: from the first weights


def test_a_change_during_a_play_goes_on_playing(device):
    seat = sit(device, "one", steps=0)
    player = play(seat, lambda: 1)
    next(player)
    next(player)
    perform(seat, {"kind": "set", "values": {"layers": [3]}})
    assert json.loads(next(player))["step"] == 1
    assert json.loads(next(player))["step"] == 2
    assert json.loads(next(player))["why"]["reason"] == "playing"
    player.close()
