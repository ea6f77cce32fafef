"""Whatever arrives from a page: done, or refused with a notice and nothing lost."""

import json
from base64 import b64encode
from urllib.parse import parse_qsl

import pytest

from playground.core.refusal import echo
from playground.lessons.classifier import CLASSIFIER
from playground.lessons.regression import REGRESSION
from playground.text import Text
from playground.ui.actions import open_link, perform
from playground.ui.seat import LONGEST_LINK, SPEEDS, Seat
from tests.core.tiny import same, state


def sit(device, lesson=REGRESSION, language="en"):
    return Seat(lesson, Text(language), device)


def shown(seat):
    """The frame as the stage gets it, by a strict reader."""

    def refuse(word):
        raise AssertionError(f"{word} is not JSON")

    return json.loads(seat.frame(), parse_constant=refuse)


def table(text):
    return b64encode(text.encode()).decode()


NAN, INF = float("nan"), float("inf")
BIG = 10**18
VALUES = [None, [], {}, "", "junk", 5, -1, True, NAN, INF, BIG, [[]], {"a": 1}, "数🙂", "<b>", "x" * 100_000, object]
NUMBERS = ("lr", "batch", "seed")
PRESETS = [(lesson, name) for lesson in (REGRESSION, CLASSIFIER) for name in lesson.presets]
JUNK = [None, [], {}, "", "junk", 5, True, NAN, object, [{"kind": "reset"}], ("reset",), b"reset"]
JUNK += [{"kind": kind} for kind in ([], {}, None, 5, True, "", "nope", "Reset", "reset ", "__class__", "x" * 10_000)]
JUNK += [{"kind": "set", "values": values} for values in VALUES if values != {}]
JUNK += [{"kind": "set", "values": {name: value}} for name in NUMBERS for value in VALUES if value != 5]
JUNK += [{"kind": "set", "values": {"layers": value}} for value in VALUES if value != []]
JUNK += [{"kind": "set", "values": {"activation": value}} for value in VALUES]
JUNK += [{"kind": "set", "values": {"own": value}} for value in VALUES if value not in (None, [])]
JUNK += [{"kind": "set", "values": {"lr": 0.5, "nope": 1}}, {"kind": "set", "values": {"lr": 0.5, "seed": -1}}]
JUNK += [{"kind": "set"}, {"kind": "set", "values": {"": 1}}, {"kind": "set", "values": {"self": 1, "lr": 1}}]
JUNK += [{"kind": "speed", "value": value} for value in [*VALUES, ["slow"], "Slow"]]
JUNK += [{"kind": "preset", "value": value} for value in [*VALUES, ["301"], 301]]
JUNK += [{"kind": "probe", "name": name, "value": 1} for name in VALUES]
JUNK += [{"kind": "probe", "name": "weight", "value": value} for value in VALUES]
JUNK += [{"kind": "probe", "name": "focus", "value": value} for value in VALUES if value is not None]
JUNK += [
    {"kind": "csv", "data": value} for value in [*VALUES, "!!!", "=", "QUJD", "é", table("1,2,3,4\n"), "A" * 3_000_000]
]
JUNK += [{"kind": "csv"}, {"kind": "preset"}, {"kind": "speed"}, {"kind": "probe"}]
JUNK += [
    {"kind": "open", "query": query} for query in ("lr=x", "lr=1&seed=-5&layers=99", "own=1_2", "lr=nan", "lr=1e999")
]


@pytest.mark.parametrize("action", JUNK, ids=lambda action: echo(repr(action)))
def test_junk_leaves_the_run_as_it_was_and_says_why(device, action):
    """Weights, config, step and speed stay; the notice is in the language of the seat."""
    for language in ("en", "zh"):
        seat = sit(device, language=language)
        seat.run.advance(steps=5)
        seat.run.peek()
        run, weights, config = seat.run, state(seat.run), seat.run.config
        perform(seat, action)
        frame = shown(seat)
        if isinstance(action, dict) and action.get("kind") == "open":
            if "lr=1&" in action["query"]:
                assert seat.run.config == REGRESSION.config(lr=1)  # what is allowed in a link is taken
            else:
                assert seat.run is run
        else:
            assert seat.run is run
            assert same(state(run), weights)
            assert (run.config, run.step, seat.speed, list(run.edits)) == (config, 5, "real", [])
        assert frame["notice"]["id"] > 0
        notice = frame["notice"]["text"]
        assert 5 < len(notice) < 400
        assert any("一" <= letter <= "鿿" for letter in notice.replace("数", "")) == (language == "zh")


def test_a_seat_serves_on_after_all_junk(device):
    """In a row, on one seat; and no notice is said twice."""
    seat = sit(device)
    last = 0
    for action in JUNK:
        perform(seat, action)
        notice = shown(seat)["notice"]
        assert notice["id"] > last
        last = notice["id"]
    perform(seat, {"kind": "step"})
    assert shown(seat)["step"] == 1


def test_looking_changes_nothing(device):
    seat = sit(device)
    before = state(seat.run)
    perform(seat, {"kind": "look"})
    assert same(state(seat.run), before)
    assert shown(seat)["notice"]["id"] == 0


def test_a_step_is_one_step_and_in_slow_motion_one_stage(device):
    seat = sit(device)
    perform(seat, {"kind": "step"})
    assert shown(seat)["step"] == 1
    perform(seat, {"kind": "speed", "value": "slow"})
    stages = []
    for _ in range(4):
        perform(seat, {"kind": "step"})
        stages.append(shown(seat)["stage"])
    assert stages == ["forward", "loss", "backward", "update"]
    assert shown(seat)["step"] == 2


def test_reset_goes_back_to_the_first_weights_and_keeps_the_settings(device):
    seat = sit(device)
    perform(seat, {"kind": "set", "values": {"layers": [5]}})
    first = state(seat.run)
    seat.run.advance(steps=9)
    perform(seat, {"kind": "reset"})
    assert same(state(seat.run), first)
    assert shown(seat)["config"]["layers"] == [5]
    assert shown(seat)["step"] == 0


@pytest.mark.parametrize("lesson", [REGRESSION, CLASSIFIER], ids=lambda lesson: lesson.key)
def test_every_preset_is_taken_with_its_speed_and_colours(device, lesson):
    seat = sit(device, lesson)
    for name, preset in lesson.presets.items():
        perform(seat, {"kind": "preset", "value": name})
        frame = shown(seat)
        assert frame["preset"] == name
        assert (seat.run.config, frame["speed"], frame["course"]) == (preset.config, preset.speed, preset.course)


@pytest.mark.parametrize("speed", SPEEDS)
def test_every_speed_is_taken(device, speed):
    seat = sit(device)
    perform(seat, {"kind": "speed", "value": speed})
    assert shown(seat)["speed"] == speed
    assert seat.wake.is_set()


@pytest.mark.parametrize(("value", "taken"), [(True, True), (False, False), (None, False), (1, False), ("true", False)])
def test_course_colours_are_on_or_off(device, value, taken):
    seat = sit(device)
    perform(seat, {"kind": "course", "value": value})
    assert shown(seat)["course"] is taken


def test_a_live_knob_keeps_the_run_and_any_other_starts_anew(device):
    seat = sit(device)
    seat.run.advance(steps=5)
    run = seat.run
    perform(seat, {"kind": "set", "values": {"lr": 0.05, "l2": 0.1}})
    assert seat.run is run
    assert seat.run.config.lr == 0.05
    perform(seat, {"kind": "set", "values": {"layers": [3]}})
    assert seat.run is not run
    assert seat.run.step == 0
    assert (seat.run.config.lr, seat.run.config.layers) == (0.05, (3,))


def test_a_table_becomes_own_points_and_the_run_goes_on(device):
    seat = sit(device)
    seat.run.advance(steps=5)
    run = seat.run
    perform(seat, {"kind": "csv", "data": table("x,y\n0,5\n1,7\n2,9\n")})
    assert seat.run is run
    assert shown(seat)["config"]["own"] == [[-1, -1, 0], [0, 0, 0], [1, 1, 0]]


def test_a_table_with_another_number_of_classes_starts_anew(device):
    seat = sit(device, CLASSIFIER)
    run = seat.run
    perform(seat, {"kind": "csv", "data": table("0,0,a\n1,1,b\n2,2,c\n")})
    assert seat.run is not run
    assert seat.run.config.class_count == 3
    perform(seat, {"kind": "set", "values": {"head": "sigmoid"}})
    assert seat.run.config.head == "softmax"
    assert "two classes" in shown(seat)["notice"]["text"]


def test_markup_in_a_table_or_a_link_comes_back_as_plain_text(device):
    """It is only ever a JSON string; nothing is made of it here."""
    seat = sit(device)
    perform(seat, {"kind": "csv", "data": table("1,2\n3,<img src=x onerror=alert(1)>\n")})
    assert "<img src=x onerror=alert(1)>" in shown(seat)["notice"]["text"]
    open_link(seat, "activation=%3Cscript%3Ealert(1)%3C/script%3E&tab=regression")
    frame = shown(seat)
    assert "<script>alert(1)</script>" in frame["notice"]["text"]
    assert frame["config"]["activation"] == "relu"
    assert "<" not in frame["link"]


@pytest.mark.parametrize(("lesson", "name"), PRESETS, ids=[f"{lesson.key}-{name}" for lesson, name in PRESETS])
def test_a_link_opens_the_same_configuration_elsewhere(device, lesson, name):
    """For every preset; no notice is needed."""
    seat, other = sit(device, lesson), sit(device, lesson, "zh")
    perform(seat, {"kind": "preset", "value": name})
    perform(seat, {"kind": "set", "values": {"own": [[1.25, -0.5, 0], [0, 0, 0]], "seed": 7, "layers": []}})
    perform(other, {"kind": "open", "query": "?" + shown(seat)["link"]})
    assert other.run.config == seat.run.config
    assert shown(other)["notice"]["id"] == 0


def test_a_link_to_another_tab_is_not_for_this_seat(device):
    seat = sit(device)
    run = seat.run
    perform(seat, {"kind": "open", "query": "tab=classifier&lr=0.5"})
    assert seat.run is run


@pytest.mark.parametrize(
    "query", ["", "?", "&&&", "=", "nope=1", "%ff%fe", "lr", None, 5, [], {"lr": 1}, "a=" * 50_000]
)
def test_a_strange_link_is_no_error(device, query):
    seat = sit(device)
    perform(seat, {"kind": "open", "query": query})
    config = shown(seat)["config"]
    assert config["layers"] == [10]
    assert seat.run.config == REGRESSION.config()


def test_many_own_points_stay_out_of_the_link(device):
    seat = sit(device)
    own = [[x / 500, 0.1234, 0] for x in range(500)]
    perform(seat, {"kind": "set", "values": {"own": own, "seed": 3}})
    link = dict(parse_qsl(shown(seat)["link"]))
    assert link == {"tab": "regression", "seed": "3"}
    assert len(shown(seat)["link"]) < LONGEST_LINK


def test_a_refused_pair_in_a_link_leaves_the_defaults(device):
    seat = sit(device, CLASSIFIER)
    perform(seat, {"kind": "open", "query": "head=sigmoid&classes=3"})
    assert seat.run.config == CLASSIFIER.config()
    assert shown(seat)["notice"]["id"] == 1
