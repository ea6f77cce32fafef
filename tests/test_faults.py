"""Faults that were found once and must not come back; the docstrings name the room each belongs to."""

import json

import pytest
import torch

from playground.core.refusal import BadValue
from playground.core.run import Run
from playground.data.tables import read_classes, read_curve
from playground.lessons.classifier import CLASSIFIER, ClassifierConfig
from playground.lessons.regression import REGRESSION, RegressionConfig
from playground.text import Text
from playground.ui.actions import perform
from playground.ui.seat import Seat
from playground.ui.transport import play
from tests.core.tiny import Tiny, TinyConfig, same, state


def act(device, lesson, *actions):
    seat = Seat(lesson, Text("en"), device)
    for action in actions:
        perform(seat, action)
    return seat, json.loads(seat.frame())


def test_01_a_sigmoid_over_own_points_of_two_classes_draws_its_frame(device):
    """ui/test_seat: thumbnails() resets the live `own` and the hidden classes=3 comes to the fore."""
    own = {"kind": "set", "values": {"classes": 3, "own": [[0, 0, 0], [1, 1, 1]]}}
    seat, frame = act(device, CLASSIFIER, own, {"kind": "set", "values": {"head": "sigmoid"}})
    assert frame["config"]["head"] == "sigmoid"
    assert seat.run.config.class_count == 2


@pytest.mark.parametrize("decimal", [b"x;y\n0,5;1\n1,5;2\n", b"0,5;1\n1,5;2\n"])
def test_02_decimal_commas_with_whole_numbers_are_read(device, decimal):
    """data/test_tables"""
    assert [point[:2] for point in read_curve(decimal)] == [(-1, -1), (1, 1)]


def test_02_decimal_commas_before_a_class_are_read(device):
    """data/test_tables"""
    table = read_classes(b"x;y;c\n0,5;0,5;A\n1,5;1,5;B\n", bound=5.0, most=5)
    assert table == ((-5, -5, 0), (5, 5, 1))


def test_03_a_viewer_who_leaves_at_the_first_frame_frees_the_seat(device):
    """ui/test_transport: the first yield stands before the try."""
    seat = Seat(REGRESSION, Text("en"), device)
    player = play(seat, lambda: 1)
    next(player)
    player.close()
    assert not seat.playing


def test_04_both_heads_without_points_have_not_diverged(device):
    """lessons/test_classifier: accuracy of no rows is NaN."""
    assert Run(CLASSIFIER.build, ClassifierConfig(head="both", own=()), device).peek().stop is None


@pytest.mark.parametrize(
    "action",
    [
        {"kind": "set", "values": {"lr": 10**400}},
        {"kind": "probe", "name": "weight", "value": {"layer": 0, "unit": 0, "source": 0, "value": 10**400}},
        {"kind": "set", "values": {"seed": 10**5000}},
    ],
    ids=["lr", "weight", "5000 digits"],
)
def test_05_a_huge_whole_number_is_refused(device, action):
    """ui/test_actions (JUNK): math.isfinite and str overflow."""
    assert act(device, REGRESSION, action)[1]["notice"]["id"] == 1


@pytest.mark.parametrize(
    "action", [{"kind": "set", "values": {"target": "\ud800"}}, {"kind": "\ud800"}], ids=["value", "kind"]
)
def test_06_half_a_character_is_refused_and_the_frame_still_leaves(device, action):
    """ui/test_actions (JUNK): orjson refuses surrogates, in every frame from then on."""
    assert act(device, REGRESSION, action)[1]["notice"]["id"] == 1


def test_07_a_refused_weight_in_the_middle_of_a_step_changes_nothing(device):
    """core/test_run: probe() settles the step before it looks at the value."""
    run = Run(REGRESSION.build, RegressionConfig(), device)
    run.advance_stage()
    before = state(run)
    with pytest.raises(BadValue):
        run.probe("weight", "junk")
    assert run.step == 0
    assert same(state(run), before)


def test_08_metrics_follow_a_weight_set_by_hand(device):
    """core/test_run: the history passes over a second value for the same step, and the frame reads the history."""
    seat = Seat(CLASSIFIER, Text("en"), device)
    seat.frame()
    for unit in range(2):
        for source in [*range(10), None]:
            value = float(unit) if source is None else 0
            edit = {"layer": 1, "unit": unit, "source": source, "value": value}
            perform(seat, {"kind": "probe", "name": "weight", "value": edit})
    frame = seat.run.peek()
    matrix = frame.pictures["confusion"].values
    assert frame.metrics["accuracy"] == pytest.approx(matrix.trace() / matrix.sum())


def test_09_a_refused_preset_does_not_stop_a_play(device):
    """ui/test_actions: interrupt() comes before the check, and `why` still says that it learns."""
    seat = Seat(REGRESSION, Text("en"), device)
    seat.begin()
    perform(seat, {"kind": "preset", "value": "nope"})
    frame = json.loads(seat.frame())
    assert frame["playing"] == (frame["why"]["reason"] == "playing")


def test_10_a_span_beyond_the_largest_float_is_refused_or_read(device):
    """data/test_tables: high - low is infinite, and x becomes NaN."""
    try:
        table = read_curve(b"1e308,0\n-1e308,1\n")
    except BadValue:
        return
    assert [point[0] for point in table] == [1, -1]


def test_11_own_points_survive_the_way_through_a_link(device):
    """core/test_knobs: %g keeps six digits, check() keeps four decimals of up to 10000."""
    config = RegressionConfig(own=((123.4567, 0, 0), (1, 1, 0)))
    knob = RegressionConfig.knobs()["own"]
    assert knob.read(config.query()["own"]) == config.own


class Asking(Tiny):
    """Answers a question with random numbers, as a lesson that samples from its net does."""

    def probe(self, name, value):
        torch.rand(3)


def test_12_a_question_that_draws_random_numbers_is_free(device):
    """core/test_promises: promise 1 says probes run in eval mode, without gradients, with forked randomness."""
    asked, quiet = (Run(Asking, TinyConfig(), device) for _ in range(2))
    for run in (asked, quiet):
        run.advance(steps=3)
        if run is asked:
            run.probe("sample", None)
        run.advance(steps=3)
    assert same(state(asked), state(quiet))


@pytest.mark.parametrize("piece", [10, 40])
def test_14_a_plateau_does_not_depend_on_how_often_one_looks(device, piece):
    """core/test_run: 40 losses without progress, patience 20; one window each 20 steps, however they are read."""
    run = Run(REGRESSION.build, RegressionConfig(lr=1e-6, patience=20, steps=0), device)
    for _ in range(40 // piece):
        run.advance(steps=piece)
        run.peek()
    assert run.stop is not None


def test_15_a_turn_that_comes_after_a_reset_does_not_touch_the_fresh_run(device):
    """ui/test_seat: the player looked whether it still plays, then the reset came, then the turn."""
    seat = Seat(REGRESSION, Text("en"), device)
    ticket = seat.begin()
    perform(seat, {"kind": "reset"})
    seat.take_turn(ticket, 0.05)
    assert json.loads(seat.frame())["step"] == 0


def test_16_every_answer_says_which_action_it_answers(device):
    """ui/test_actions: the stage asks again when an answer was overtaken by an older frame of the stream."""
    seat = Seat(REGRESSION, Text("en"), device)
    for number, answered in ((3, 3), (2, 3), (True, 3), ("9", 3), (10**400, 3), (7, 7)):
        perform(seat, {"kind": "look", "number": number})
        assert json.loads(seat.frame())["answered"] == answered
