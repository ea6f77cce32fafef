"""A run: its clock, its stops, its frames, and the hand that turns knobs in the middle."""

import json
import math
import pickle
from collections.abc import Mapping
from dataclasses import fields, is_dataclass

import numpy as np
import pytest
import torch

from playground.core.pictures import Plot
from playground.core.randomness import COMPUTE
from playground.core.refusal import BadValue
from playground.core.run import FEW, SHOWN, Run
from playground.lessons.classifier import CLASSIFIER, ClassifierConfig
from playground.lessons.regression import REGRESSION, RegressionConfig
from tests.core.tiny import Tiny, TinyConfig, make, same, state


def parts(value):
    """Everything inside a frame."""
    yield value
    if is_dataclass(value):
        for item in fields(value):
            yield from parts(getattr(value, item.name))
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from parts(part)
    elif isinstance(value, (tuple, list)):
        for part in value:
            yield from parts(part)


def arrays(frame):
    return [part for part in parts(frame) if isinstance(part, np.ndarray)]


def regression(device, **values):
    return Run(REGRESSION.build, RegressionConfig(**values), device)


def test_advance_takes_the_steps_it_is_asked_for(device):
    run = make(device)
    assert run.advance(steps=7) == 7
    assert run.advance(steps=0) == 0
    assert run.step == 7


def test_advance_stops_at_the_step_limit(device):
    """Exactly there, and it is said in the next frame."""
    run = regression(device, steps=10)
    assert run.advance(steps=100) == 10
    assert run.advance(steps=100) == 0
    assert run.peek().stop.reason == "finished"
    assert run.peek().stop.facts == {"step": 10}
    assert run.advance(steps=1) == 0
    assert run.advance_stage() == ""
    assert run.step == 10


def test_zero_seconds_still_learn_one_step(device):
    """A turn that is too short makes progress all the same."""
    assert make(device).advance(seconds=0) == 1


def test_advance_gives_way_to_whoever_waits(device, monkeypatch):
    """With a clock of its own: as soon as the shared slice is over and somebody queues."""
    import playground.core.run as module

    now = iter(range(1000))
    monkeypatch.setattr(module.time, "perf_counter", lambda: next(now) * 0.004)
    run = make(device)
    assert run.advance(seconds=0.1) > 20
    now = iter(range(1000))
    monkeypatch.setattr(type(COMPUTE), "contended", property(lambda lock: True))
    assert run.advance(seconds=0.1) == 3
    assert run.advance(steps=30) == 30  # without a time limit it takes all


def test_a_finished_run_goes_on_for_as_many_again(device):
    run = regression(device, steps=10)
    run.advance(steps=99)
    run.peek()
    run.resume()
    assert run.stop is None
    assert run.advance(steps=99) == 10
    assert run.peek().stop.facts == {"step": 20}


def test_a_raised_limit_reopens_a_finished_run_and_a_lowered_one_does_not(device):
    run = regression(device, steps=10)
    run.advance(steps=99)
    run.peek()
    run.tune(run.config.changed({"steps": 5}))
    assert run.stop.reason == "finished"
    run.tune(run.config.changed({"lr": 0.01}))
    assert run.stop.reason == "finished"
    run.tune(run.config.changed({"steps": 25}))
    assert run.stop is None
    assert run.advance(steps=99) == 15


def test_a_goal_stops_at_the_loss_it_names(device):
    run = regression(device, goal=0.02, steps=0)
    run.advance(steps=300)
    frame = run.peek()
    assert frame.stop.reason == "goal"
    _, values = run.history.series["loss"].shown(1000)
    step = frame.stop.facts["step"]
    assert values[step - 1] <= 0.02 < values[: step - 1].min()
    assert frame.stop.facts["loss"] == values[step - 1]
    run.resume()
    run.advance(steps=10)
    assert run.peek().stop is None


def test_a_plateau_stops_a_run_that_does_not_learn(device):
    run = regression(device, lr=1e-6, patience=20, steps=0)
    run.advance(steps=20)
    assert run.peek().stop is None
    run.advance(steps=20)
    assert run.peek().stop.reason == "plateau"
    run.resume()
    run.advance(steps=20)
    assert run.peek().stop is None  # a fresh window


def test_no_plateau_while_it_learns(device):
    run = regression(device, lr=0.05, patience=20, steps=0)
    for _ in range(10):
        run.advance(steps=10)
        assert run.peek().stop is None


@pytest.mark.parametrize("lesson", [REGRESSION, CLASSIFIER], ids=lambda lesson: lesson.key)
@pytest.mark.parametrize("lr", [1e6, 1e7])
@pytest.mark.parametrize("steps", [1, 7, 100])
def test_a_diverging_run_stops_and_its_page_stays_readable(device, lesson, lr, steps):
    """Told with its step; every picture finite, every metric finite."""
    run = Run(lesson.build, lesson.config(lr=lr, steps=0, test=0.2), device)
    for _ in range(100 // steps):
        run.advance(steps=steps)
        frame = run.peek()
        assert all(np.isfinite(array).all() for array in arrays(frame))
        assert all(math.isfinite(value) for value in frame.metrics.values())
    assert frame.stop.reason == "diverged"
    assert 1 <= frame.stop.facts["step"] <= 100
    assert not frame.stop.facts["loss"] <= 1e4
    assert run.advance(steps=10) == 0
    assert run.advance_stage() == ""
    assert run.peek().stop == frame.stop


@pytest.mark.parametrize("optimizer", ["sgd", "nesterov", "adam", "rmsprop", "adagrad", "adamw"])
@pytest.mark.parametrize("head", ["softmax", "sigmoid", "both"])
def test_absurd_rates_never_blank_the_page(device, optimizer, head):
    """Whatever the optimizer makes of it."""
    run = Run(CLASSIFIER.build, ClassifierConfig(lr=1e7, steps=0, optimizer=optimizer, head=head, l2=1.0), device)
    for _ in range(5):
        run.advance(steps=20)
        frame = run.peek()
        assert all(np.isfinite(array).all() for array in arrays(frame))


def test_a_diverged_run_shows_the_last_sound_weights(device):
    """Those of the last look before the explosion, bit for bit."""
    run = regression(device, lr=0.1, steps=0)
    run.advance(steps=20)
    run.peek()
    sound = state(run)
    run.tune(run.config.changed({"lr": 1e6}))
    run.advance(steps=30)
    assert run.peek().stop.reason == "diverged"
    assert same(state(run), sound)


def test_a_weight_set_to_its_limits_keeps_the_page_readable(device):
    run = regression(device)
    for unit in range(10):
        run.probe("weight", {"layer": 0, "unit": unit, "source": 0, "value": 100})
        run.probe("weight", {"layer": 1, "unit": 0, "source": unit, "value": -100})
    frame = run.peek()
    assert all(np.isfinite(array).all() for array in arrays(frame))


@pytest.mark.parametrize("lesson", [REGRESSION, CLASSIFIER], ids=lambda lesson: lesson.key)
@pytest.mark.parametrize("values", [{}, {"test": 0.3, "batch": 5, "samples": 8}])
def test_frames_are_numpy_only_and_survive_pickling(device, lesson, values):
    """No tensor, no function, no lock: a frame can be kept and sent."""
    run = Run(lesson.build, lesson.config(**values), device)
    run.advance(steps=5)
    run.advance_stage()
    frame = run.peek(closely=True)
    assert not any(isinstance(part, torch.Tensor) for part in parts(frame))
    assert all(type(value) is float for value in frame.metrics.values())
    again = pickle.loads(pickle.dumps(frame))
    assert (again.step, again.metrics, again.stage) == (frame.step, frame.metrics, frame.stage)
    assert len(arrays(again)) == len(arrays(frame)) > 5
    for mine, other in zip(arrays(frame), arrays(again), strict=True):
        assert np.array_equal(mine, other)
    json.dumps(frame.metrics, allow_nan=False)


@pytest.mark.parametrize(
    "config", [RegressionConfig(steps=0, batch=8, samples=20), ClassifierConfig(steps=0, test=0.3)]
)
def test_a_frame_does_not_change_when_the_run_goes_on(device, config):
    """No array of a frame is a window on a live tensor."""
    lesson = REGRESSION if isinstance(config, RegressionConfig) else CLASSIFIER
    run = Run(lesson.build, config, device)
    run.advance(steps=3)
    run.advance_stage()
    frame = run.peek(closely=True)
    before = [array.copy() for array in arrays(frame)]
    run.advance(steps=20)
    run.probe("weight", {"layer": 0, "unit": 0, "source": 0, "value": 9})
    run.tune(run.config.changed({"own": [[0, 0, 0], [1, 1, 0]]}))
    run.peek()
    for mine, kept in zip(arrays(frame), before, strict=True):
        assert np.array_equal(mine, kept)
    for array in arrays(frame):
        assert not any(
            np.shares_memory(array, weight.detach().numpy()) for weight in run._trainer.nets()[0].parameters()
        )


def test_the_losses_belong_to_the_weights_before_their_steps(device):
    """The first value is the loss of the untrained net; test metrics belong to the weights of now."""
    run = regression(device, test=0.3)
    trainer = run._trainer
    with torch.no_grad():
        first = trainer.loss(trainer.net(trainer.batches.inputs), trainer.batches.targets).item()
    run.advance(steps=4)
    frame = run.peek()
    steps, values = run.history.series["loss"].shown(100)
    assert steps.tolist() == [0, 1, 2, 3]
    assert values[0] == np.float32(first)
    inputs, targets = trainer.test
    with torch.no_grad():
        assert frame.metrics["test_loss"] == pytest.approx(trainer.loss(trainer.net(inputs), targets).item())
    assert run.history.series["test_loss"].shown(100)[0].tolist() == [4]


def test_the_loss_picture_stays_small_and_leaves_accuracies_out(device):
    run = Run(CLASSIFIER.build, ClassifierConfig(steps=0, test=0.2), device)
    for _ in range(5):
        run.advance(steps=200)
        curve = run.peek().pictures["loss"]
    assert set(curve.lines) == {"loss", "test_loss"}
    assert all(line.shape[0] == 2 and line.shape[1] <= SHOWN + 1 for line in curve.lines.values())
    assert curve.lines["loss"][0, -1] == 999


class Charted(Tiny):
    """Its loss belongs to no chart, its test loss to one of its own."""

    def plots(self):
        return {"quality": (Plot("test", ("test_loss", "not yet there"), aim=0.0),)}


def test_a_trainer_s_own_charts_take_their_metrics_from_the_history(device):
    """They leave the picture of the losses, stay small, and a metric that has not come yet is left out."""
    run = Run(Charted, TinyConfig(), device)
    for _ in range(3 * FEW):
        run.advance(steps=2)
        frame = run.peek()
    (chart,) = frame.pictures["quality"].charts
    assert chart.plot.aim == 0
    assert set(chart.lines) == {"test_loss"}
    line = chart.lines["test_loss"]
    assert line.shape[0] == 2
    assert FEW // 2 < line.shape[1] <= FEW + 1
    assert line[:, -1].tolist() == [6 * FEW, pytest.approx(frame.metrics["test_loss"])]
    assert set(frame.pictures["loss"].lines) == {"loss"}


class Apart(Charted):
    """Nothing is left for the picture of the losses."""

    def plots(self):
        return {"quality": (Plot("test", ("test_loss",)), Plot("all", ("loss",)))}


def test_no_empty_picture_of_losses_is_shown(device):
    run = Run(Apart, TinyConfig(), device)
    run.advance(steps=2)
    assert "loss" not in run.peek().pictures


def test_a_frame_names_the_stage_only_when_looked_at_closely(device):
    run = regression(device)
    run.advance_stage()
    assert run.peek().stage == ""
    assert run.peek(closely=True).stage == "forward"


@pytest.mark.parametrize("lesson", [REGRESSION, CLASSIFIER], ids=lambda lesson: lesson.key)
def test_gradients_show_in_slow_motion_only(device, lesson):
    """They are those that the update will use."""
    run = Run(lesson.build, lesson.config(), device)
    assert run.peek(closely=True).pictures["network"].gradients == ()
    for _ in range(3):
        run.advance_stage()
    assert run.peek().pictures["network"].gradients == ()
    before = run.peek(closely=True).pictures["network"]
    run.advance_stage()
    after = run.peek(closely=True).pictures["network"]
    lr = run.config.lr
    for old, new, gradient in zip(before.weights, after.weights, before.gradients, strict=True):
        np.testing.assert_allclose(new, old - lr * gradient, rtol=1e-5, atol=1e-6)
        assert gradient.shape == old.shape


def test_the_epoch_is_that_of_the_last_batch(device):
    run = regression(device, samples=10, batch=4)
    epochs = []
    for _ in range(6):
        run.advance(steps=1)
        epochs.append(run.peek().epoch)
    assert epochs == [1, 1, 1, 2, 2, 2]


def test_edits_by_hand_are_remembered_with_their_step(device):
    """Those that change the learning, and no mere look."""
    run = regression(device)
    run.advance(steps=3)
    edit = {"layer": 0, "unit": 1, "source": None, "value": 0.5}
    run.probe("weight", edit)
    run.probe("focus", (1, 1))
    run.advance(steps=2)
    run.tune(run.config.changed({"lr": 0.05}))
    assert run.edits[0] == (3, "weight", edit)
    assert [(step, name) for step, name, _ in run.edits] == [(3, "weight"), (5, "config")]


def test_a_refused_probe_between_steps_changes_nothing(device):
    run = regression(device)
    run.advance(steps=3)
    before = state(run)
    for name, value in [("nope", 1), ("weight", None), ("focus", "x"), ("point", [0, 0])]:
        with pytest.raises(BadValue):
            run.probe(name, value)
    assert same(state(run), before)
    assert (run.step, list(run.edits)) == (3, [])


def test_a_weight_set_in_the_middle_of_a_step_waits_for_its_end(device):
    """Between forward and update the weights must not change: the step is finished first."""
    run, plain = regression(device), regression(device)
    run.advance_stage()
    run.probe("weight", {"layer": 0, "unit": 0, "source": 0, "value": 2.0})
    plain.advance(steps=1)
    assert run.step == 1
    assert run._trainer.net[0].weight[0, 0] == 2.0
    assert torch.equal(run._trainer.net[0].weight[1:], plain._trainer.net[0].weight[1:])


def test_weights_are_copies(device):
    run = make(device)
    before = run.weights()
    run.advance(steps=1)
    after = run.weights()
    assert len(before) == len(list(run._trainer.net.parameters()))
    assert not same(before, after)
    assert same(after, list(run._trainer.net.parameters()))


def test_the_same_seed_is_the_same_run_and_another_is_not(device):
    runs = [make(device, seed=seed) for seed in (4, 4, 5)]
    for run in runs:
        run.advance(steps=5)
    assert same(state(runs[0]), state(runs[1]))
    assert not same(state(runs[0]), state(runs[2]))
