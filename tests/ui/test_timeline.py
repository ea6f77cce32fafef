"""Looking back shows what was seen, changes nothing, and any kept moment is one to go on from."""

import json
from dataclasses import replace

import pytest

from playground.core.keep import write
from playground.core.run import Run
from playground.data.digits import small_digits
from playground.data.shelf import DIGITS
from playground.lessons.digits import DIGITS_LESSON
from playground.lessons.race import RACE
from playground.lessons.regression import REGRESSION
from playground.text import LANGUAGES, Text
from playground.ui import keeping
from playground.ui.actions import perform
from playground.ui.seat import Seat
from playground.ui.transport import play
from tests.core.tiny import same, state


def sit(device, lesson=REGRESSION, **values):
    seat = Seat(lesson, Text("en"), device)
    seat.renew(lesson.config(**values) if values else lesson.config(steps=20))
    seat.speed = "one"
    return seat


def shown(seat):
    return json.loads(seat.frame())


def act(seat, kind, **values):
    perform(seat, {"kind": kind, **values})
    return shown(seat)


def played(seat):
    """The frames of a whole play."""
    return [json.loads(frame) for frame in play(seat, lambda: 1)]


@pytest.fixture
def seat(device):
    """One that has seen all of its 20 steps."""
    seat = sit(device)
    played(seat)
    return seat


def test_it_shows_each_moment_as_it_was(device):
    seat = sit(device)
    frames = {frame["step"]: frame for frame in played(seat)}
    assert frames[20]["timeline"]["steps"] == list(range(21))
    for step in (0, 7, 19):
        frame = act(seat, "rewind", step=step)
        for part in ("step", "epoch", "metrics", "pictures"):
            assert frame[part] == frames[step][part], part
        assert (frame["timeline"]["past"], frame["timeline"]["now"]) == (step, 20)
        assert frame["why"] == {"reason": "past", "text": f"You look back at step {step}."}


def test_looking_back_changes_nothing_and_the_end_is_the_present_again(device, seat):
    before, run = state(seat.run), seat.run
    now = shown(seat)
    for step in (3, 0, 12):
        act(seat, "rewind", step=step)
    back = act(seat, "rewind", step=20)
    assert seat.run is run
    assert same(state(run), before)
    for part in ("step", "metrics", "pictures", "why", "timeline", "config"):
        assert back[part] == now[part], part


def test_it_pauses_a_play(device):
    seat = sit(device)
    player = play(seat, lambda: 1)
    for _ in range(6):
        next(player)
    act(seat, "rewind", step=2)
    rest = [json.loads(frame) for frame in player]
    assert [(frame["step"], frame["playing"]) for frame in rest] == [(2, False)]
    assert act(seat, "rewind", step=seat.run.step)["why"]["reason"] == "paused"


def test_play_from_the_past_goes_on_from_there(device, seat):
    """The same settings bring the same run again."""
    end, former = state(seat.run), seat.run
    renewal = act(seat, "rewind", step=8)["renewal"]
    frames = played(seat)
    assert seat.run is not former
    assert frames[-1]["step"] == 20
    assert min(frame["step"] for frame in frames) == 8
    assert frames[-1]["renewal"] == renewal + 1  # so the page keeps the former run as a ghost
    assert frames[-1]["timeline"] | {"past": None, "fork": 8, "now": 20} == frames[-1]["timeline"]
    assert same(state(seat.run), end)


def test_a_step_from_the_past_is_one_step_from_there(device, seat):
    act(seat, "rewind", step=8)
    frame = act(seat, "step")
    assert (frame["step"], frame["timeline"]["past"], frame["timeline"]["steps"][-1]) == (9, None, 9)


def test_a_live_knob_that_is_turned_in_the_past_is_turned_there(device, seat):
    act(seat, "rewind", step=8)
    frame = act(seat, "set", values={"lr": 0.01})
    assert (frame["step"], frame["config"]["lr"], frame["timeline"]["past"]) == (8, 0.01, None)
    played(seat)
    plain = Run(REGRESSION.build, REGRESSION.config(steps=20), device)
    plain.advance(steps=8)
    plain.tune(plain.config.changed({"lr": 0.01}))
    plain.advance(steps=12)
    assert same(state(seat.run), state(plain))


def test_the_settings_on_the_page_are_those_of_the_moment(device, seat):
    act(seat, "set", values={"lr": 0.7})
    assert act(seat, "rewind", step=8)["config"]["lr"] == 0.2
    assert "lr=" not in shown(seat)["link"]
    assert act(seat, "rewind", step=20)["config"]["lr"] == 0.7
    act(seat, "rewind", step=8)
    act(seat, "set", values={"l2": 0.1})
    assert (seat.run.config.lr, seat.run.config.l2) == (0.2, 0.1)


def test_a_weight_that_is_set_in_the_past_is_set_there(device, seat):
    act(seat, "rewind", step=8)
    act(seat, "probe", name="weight", value={"layer": 0, "unit": 0, "source": 0, "value": 2.5})
    assert (seat.run.step, float(seat.run.net()[0].weight[0, 0].detach())) == (8, 2.5)


def test_a_glance_stays_in_the_past_and_another_question_is_put_to_the_net_of_now(device, monkeypatch):
    monkeypatch.setattr(DIGITS, "digits", small_digits())
    seat = sit(device, DIGITS_LESSON, net="cnn", channels=4, steps=5)
    played(seat)
    assert act(seat, "rewind", step=2)["step"] == 2
    assert act(seat, "probe", name="map", value=None)["step"] == 2
    drawing = {"strokes": [[[0.3, 0.3], [0.6, 0.6]]], "brush": 0.08, "normalise": True}
    frame = act(seat, "probe", name="draw", value=drawing)
    assert (frame["step"], frame["timeline"]["past"]) == (5, None)
    assert "bars_live" in frame["pictures"]


@pytest.mark.parametrize("action", [{"kind": "reset"}, {"kind": "preset", "value": "304"}])
def test_a_new_run_has_an_empty_album(device, seat, action):
    perform(seat, action)
    assert shown(seat)["timeline"]["steps"] == [0]
    act(seat, "rewind", step=0)
    perform(seat, action)
    assert shown(seat)["timeline"]["past"] is None


def test_a_setting_that_is_not_live_starts_a_new_run(device, seat):
    act(seat, "rewind", step=8)
    frame = act(seat, "set", values={"layers": [3]})
    assert (frame["step"], frame["timeline"]["steps"], frame["timeline"]["past"]) == (0, [0], None)


def test_a_long_way_back_shows_how_far_it_is_and_can_be_given_up(device, seat, monkeypatch):
    """Here the time of an answer is over at once."""
    monkeypatch.setattr("playground.ui.seat.BACK_SECONDS", 0.0)
    checkpoints = seat.timeline._album.checkpoints
    del checkpoints.items[1:]
    run = seat.run
    act(seat, "rewind", step=18)
    frame = act(seat, "set", values={"lr": 0.05})
    assert (frame["step"], frame["busy"], frame["why"]["reason"]) == (18, True, "rewinding")
    later = act(seat, "look")
    assert later["why"]["text"] != frame["why"]["text"]
    act(seat, "pause")
    assert (seat.run, shown(seat)["busy"], shown(seat)["why"]["reason"]) == (run, False, "past")
    act(seat, "set", values={"lr": 0.05})
    act(seat, "set", values={"l2": 0.01})
    while (frame := act(seat, "look"))["busy"]:
        assert frame["step"] == 18
    assert seat.run is not run
    assert (seat.run.step, seat.run.config.lr, seat.run.config.l2) == (18, 0.05, 0.01)


def test_a_moment_without_a_way_is_refused_and_stays_in_sight(device, seat):
    seat.timeline._album.checkpoints.items.clear()
    run = seat.run
    act(seat, "rewind", step=8)
    for again in ({"kind": "step"}, {"kind": "set", "values": {"lr": 0.1}}):
        perform(seat, again)
        frame = shown(seat)
        assert (seat.run, frame["step"], frame["playing"]) == (run, 8, False)
        assert "step 8" in frame["notice"]["text"]
    assert [frame["step"] for frame in played(seat)] == [8]


def test_where_a_lesson_keeps_no_runs_one_can_look_back_and_play_goes_on_from_now(device, monkeypatch):
    monkeypatch.setattr(DIGITS, "digits", small_digits())
    seat = sit(device, replace(RACE, keeps=False), steps=30)
    for _ in range(3):
        act(seat, "step")
    assert act(seat, "rewind", step=1)["step"] == 1
    assert act(seat, "step")["step"] == 4


@pytest.mark.parametrize("step", [None, "3", 1.5, True, -1, 2**40, [], {}, float("nan")])
def test_a_hostile_step_is_refused(device, seat, step):
    act(seat, "rewind", step=4)
    frame = act(seat, "rewind", step=step)
    assert frame["notice"]["id"] == 1
    assert frame["step"] == 4


def test_a_step_beyond_the_end_is_the_present(device, seat):
    assert act(seat, "rewind", step=10**6)["timeline"]["past"] is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_said_is_said_in_the_visitors_language(device, language):
    seat = Seat(REGRESSION, Text(language), device)
    act(seat, "step")
    act(seat, "step")
    texts = [act(seat, "rewind", step=1)["why"]["text"], act(seat, "set", values={"lr": 0.1})["why"]["text"]]
    for text in texts:
        assert "{" not in text
        assert any("一" <= letter <= "鿿" for letter in text) == (language == "zh")


def test_a_run_from_a_file_starts_its_album_there(device, seat):
    keeping.open_file(seat, write(seat.run, "regression"))
    assert shown(seat)["timeline"]["steps"] == [20]
