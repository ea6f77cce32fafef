"""A link's challenge at a seat: kept in the link, told in words, judged by the server, and not to be got round."""

import json
from base64 import b64encode
from urllib.parse import parse_qs

import pytest

from playground.lessons import LESSONS
from playground.lessons.regression import REGRESSION
from playground.text import LANGUAGES, Text
from playground.ui.actions import open_link, perform
from playground.ui.seat import MOST_CATCH_UP, Seat
from playground.ui.task import offer

LINK = "?tab=regression&layers=4&aim=loss.lt.0.05&most=neurons.8~steps.300&hide=layers.own.seed"


def sit(device, link=LINK, language="en"):
    seat = Seat(REGRESSION, Text(language), device)
    perform(seat, {"kind": "open", "query": link})
    return seat


def shown(seat):
    return json.loads(seat.frame())


def refused(seat, action):
    """The notice that an action brings."""
    before = shown(seat)
    perform(seat, action)
    after = shown(seat)
    assert after["config"] == before["config"]
    assert after["step"] == before["step"]
    assert after["notice"]["id"] > before["notice"]["id"]
    return after["notice"]["text"]


def test_it_is_told_in_words_with_how_it_stands(device):
    task = shown(sit(device))["task"]
    assert task["sentence"] == "Challenge: loss below 0.05 with at most 8 hidden neurons and at most 300 steps"
    assert [part["now"] for part in task["parts"]] == ["–", "4", "0"]
    assert task["met_at"] is None
    assert set(task["hidden"]) == {"layers", "own", "seed"}
    chinese = shown(sit(device, language="zh"))["task"]["sentence"]
    assert chinese.startswith("挑战：损失低于 0.05")


def test_it_is_met_once_and_stays_met_for_the_run(device):
    seat = sit(device)
    met = []
    for _ in range(30):
        seat.run.advance(steps=10)
        frame = shown(seat)
        task = frame["task"]
        if task["met_at"] is not None and not met:
            assert frame["metrics"]["loss"] < 0.05
            assert all(part["met"] for part in task["parts"])
        met += [task["met_at"]] if task["met_at"] is not None else []
    assert len(set(met)) == 1
    perform(seat, {"kind": "reset"})
    task = shown(seat)["task"]
    assert task["met_at"] is None
    assert task["was_met"]


def test_too_many_neurons_or_steps_do_not_meet_it(device):
    for link in (LINK.replace("layers=4", "layers=9"), LINK.replace("steps.300", "steps.20")):
        seat = sit(device, link)
        seat.run.advance(steps=200)
        frame = shown(seat)
        assert frame["task"]["parts"][0]["met"]
        assert frame["task"]["met_at"] is None


def test_the_link_keeps_it_and_leaving_shows_all_again(device):
    seat = sit(device)
    query = parse_qs(shown(seat)["link"])
    assert query["aim"] == ["loss.lt.0.05"]
    assert query["most"] == ["neurons.8~steps.300"]
    again = sit(device, "?" + shown(seat)["link"])
    assert shown(again)["task"] == shown(seat)["task"]
    perform(seat, {"kind": "leave"})
    frame = shown(seat)
    assert frame["task"] is None
    assert "aim" not in frame["link"]
    perform(seat, {"kind": "set", "values": {"layers": [8]}})
    assert shown(seat)["config"]["layers"] == [8]


def test_it_cannot_be_got_round(device):
    seat = sit(device)
    other = sit(device, "?tab=regression&layers=4")
    assert "Hidden layers" in refused(seat, {"kind": "set", "values": {"layers": [16]}})
    assert "Own points" in refused(seat, {"kind": "set", "values": {"own": [[0, 0, 0], [1, 1, 0]]}})
    assert "challenge" in refused(seat, {"kind": "preset", "value": "303"})
    assert "Own points" in refused(seat, {"kind": "csv", "data": b64encode(b"x,y\n0,0\n1,1\n2,2\n").decode()})
    from playground.core.keep import write

    kept = b64encode(write(other.run, "regression")).decode()
    assert "challenge" in refused(seat, {"kind": "run", "data": kept})
    perform(seat, {"kind": "set", "values": {"lr": 0.3, "layers": [4]}})  # what is not kept may change
    assert shown(seat)["config"]["lr"] == 0.3


def test_a_card_offers_no_fix_that_touches_what_is_kept(device):
    link = "?tab=regression&layers=&aim=loss.lt.0.01"
    for hide, has_fix in (("", True), ("&hide=layers", False)):
        seat = sit(device, link + hide)
        seat.run.advance(steps=200)
        seat.frame()
        seat.remedies.search.join()  # this card comes when settings that help are found
        (card,) = shown(seat)["cards"]
        assert card["key"] == "linear_model"
        assert ("fix" in card) == has_fix
        if not has_fix:
            assert "no longer fits" in refused(seat, {"kind": "fix", "value": "linear_model"})


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "part", ["aim=loss.lt.<script>", "aim=secret.lt.1", "aim=loss.lt.1&most=brain.2", "aim=loss.lt.1&hide=__class__"]
)
def test_a_hostile_link_opens_without_a_challenge_and_says_so(device, language, part):
    seat = sit(device, f"?tab=regression&lr=0.07&{part}", language)
    text = seat.frame()
    frame = json.loads(text)
    assert "<script" not in text
    assert frame["task"] is None
    assert frame["config"]["lr"] == 0.07
    assert frame["notice"]["text"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.key)
def test_every_target_of_every_lesson_has_a_name(lesson, language):
    offered = offer(lesson, Text(language))
    assert [item["name"] for item in offered["metrics"]] == list(lesson.aims)
    assert all(item["label"] for item in offered["metrics"])


def test_a_link_with_a_step_opens_the_run_at_that_step(device):
    """And it is the run that got there step by step."""
    seat = sit(device, "?tab=regression&batch=16&lr=0.1&step=57")
    plain = sit(device, "?tab=regression&batch=16&lr=0.1")
    plain.run.advance(steps=57)
    frame = shown(seat)
    assert frame["step"] == 57
    assert frame["why"]["reason"] == "reopened"
    assert frame["replay"] == 57
    assert all((a == b).all() for a, b in zip(seat.run.weights(), plain.run.weights(), strict=True))


def test_a_run_with_something_done_by_hand_offers_no_step(device):
    seat = sit(device, "?tab=regression")
    assert shown(seat)["replay"] == 0
    seat.run.advance(steps=5)
    assert shown(seat)["replay"] == 5
    perform(seat, {"kind": "set", "values": {"lr": 0.3}})
    assert shown(seat)["replay"] == 0


@pytest.mark.parametrize("step", ["0", "-1", "x", "1.5", str(MOST_CATCH_UP + 1), "999999999", "٣"])
def test_a_bad_step_is_refused(device, step):
    frame = shown(sit(device, f"?tab=regression&lr=0.07&step={step}"))
    assert frame["step"] == 0
    assert frame["config"]["lr"] == 0.07
    assert "whole number" in frame["notice"]["text"]


def test_a_step_beyond_the_end_stops_at_the_end(device):
    frame = shown(sit(device, "?tab=regression&steps=20&step=50"))
    assert frame["step"] == 20


def test_an_empty_query_changes_nothing(device):
    seat = sit(device)
    open_link(seat, "")
    assert shown(seat)["task"] is not None
