"""A challenge is read strictly, judged by measured numbers alone, and written as it was read."""

import math

import pytest

from playground.core.challenge import NAMES, Aim, Challenge, neurons, read_challenge
from playground.core.refusal import BadValue
from playground.lessons import LESSONS
from playground.lessons.regression import RegressionConfig

CONFIG = RegressionConfig()
METRICS = ("loss", "test_loss")


def read(**given):
    return read_challenge(given, CONFIG, METRICS)


def test_it_is_written_as_it_was_read():
    given = {"aim": "test_loss.lt.0.01~loss.gt.-2", "most": "neurons.8~steps.2000", "hide": "lr.optimizer"}
    challenge = read(**given)
    assert challenge.aims == (Aim("test_loss", "lt", 0.01), Aim("loss", "gt", -2.0))
    assert challenge.most == {"neurons": 8, "steps": 2000}
    assert set(challenge.hidden) == {"lr", "optimizer"}
    again = read(**challenge.query())
    assert again == challenge


def test_without_a_target_there_is_no_challenge():
    assert read() is None
    assert read(aim="", most="steps.3", hide="lr") is None


@pytest.mark.parametrize(
    "aim",
    [
        *("loss", "loss.lt", "loss.lt.", "loss.lt.x", "loss.lt.nan", "loss.lt.inf", "loss.le.1", "loss.lt.1e7"),
        *("acc.lt.1", "<b>.lt.1", "loss.lt.1~", "~".join(["loss.lt.1"] * 4), ".lt.1", "Loss.lt.1", "a" * 10_000),
    ],
)
def test_a_bad_target_is_refused(aim):
    with pytest.raises(BadValue) as caught:
        read(aim=aim)
    assert caught.value.key == "bad_aim"
    assert len(str(caught.value.facts["value"])) <= 40


@pytest.mark.parametrize(
    "most", ["neurons", "neurons.", "neurons.-1", "neurons.1.5", "epochs.3", "steps.9999999", "steps.٣", "<i>.3"]
)
def test_a_bad_bound_is_refused(most):
    with pytest.raises(BadValue) as caught:
        read(aim="loss.lt.1", most=most)
    assert caught.value.key == "bad_most"


def test_a_setting_that_does_not_exist_cannot_be_hidden():
    with pytest.raises(BadValue) as caught:
        read(aim="loss.lt.1", hide="lr.password")
    assert caught.value.facts["value"] == "password"


def test_a_lesson_without_layers_has_no_bound_on_neurons():
    gan = next(lesson for lesson in LESSONS if lesson.key == "gan")
    with pytest.raises(BadValue):
        read_challenge({"aim": "distance.lt.1", "most": "neurons.3"}, gan.config(), gan.aims)


def test_neurons_are_counted():
    assert neurons(RegressionConfig(layers=(8, 4))) == 12
    assert neurons(RegressionConfig(layers=())) == 0
    dqn = next(lesson for lesson in LESSONS if lesson.key == "dqn")
    assert neurons(dqn.config(hidden=30, depth=2)) == 60


def judged(metrics, *, config=CONFIG, step=10, **given):
    return all(part.is_met for part in read(**given).conditions(config, step, metrics))


def test_all_parts_must_hold_at_once():
    given = {"aim": "test_loss.lt.0.01~loss.lt.0.1", "most": "neurons.10~steps.50"}
    assert judged({"test_loss": 0.009, "loss": 0.05}, **given)
    assert not judged({"test_loss": 0.011, "loss": 0.05}, **given)
    assert not judged({"test_loss": 0.009, "loss": 0.2}, **given)
    assert not judged({"test_loss": 0.009}, **given)  # not measured yet
    assert not judged({"test_loss": math.nan, "loss": 0.05}, **given)
    assert not judged({"test_loss": 0.009, "loss": 0.05}, step=51, **given)
    assert not judged({"test_loss": 0.009, "loss": 0.05}, config=RegressionConfig(layers=(11,)), **given)
    assert not judged({"test_loss": 0.009, "loss": 0.05}, step=0, **given)  # nothing was learnt


def test_a_target_is_not_met_where_it_is_only_reached():
    assert not Aim("loss", "lt", 0.5).is_met(0.5)
    assert not Aim("loss", "gt", 0.5).is_met(0.5)
    assert Aim("loss", "gt", 0.5).is_met(0.51)


def test_hidden_settings_stay():
    challenge = Challenge((Aim("loss", "lt", 1),), {}, ("lr", "layers"))
    challenge.keeps(CONFIG, CONFIG.changed({"batch": 5}))
    with pytest.raises(BadValue) as caught:
        challenge.keeps(CONFIG, CONFIG.changed({"lr": 0.3}))
    assert caught.value.facts == {"knob": "lr"}


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.key)
def test_no_setting_is_called_like_a_part_of_a_link(lesson):
    assert not {*NAMES, "tab", "step", "__theme"} & set(lesson.config.knobs())
    assert lesson.aims
