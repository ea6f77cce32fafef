"""Each line of the fan is the run that its seed gives alone; what is said about them is what NumPy says."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from playground.core import lottery as lottery_module
from playground.core.lottery import MOST_STEPS, SEEDS, SHOWN, Draw, Lottery, spread
from playground.core.run import Run
from playground.lessons.classifier import CLASSIFIER, ClassifierConfig
from playground.lessons.regression import REGRESSION, RegressionConfig


def worked(lesson, config, device):
    lottery = Lottery(lesson.build, config, device)
    lottery.work()
    return lottery


@pytest.mark.parametrize(
    ("lesson", "config"),
    [
        (REGRESSION, RegressionConfig(steps=40, batch=16, test=0.3)),
        (CLASSIFIER, ClassifierConfig(steps=30, batch=16, test=0.3)),
        (CLASSIFIER, ClassifierConfig(steps=20, head="both")),
    ],
)
def test_each_line_is_the_run_that_the_seed_gives_alone(device, lesson, config):
    fan = worked(lesson, replace(config, seed=77), device).fan()
    assert fan.seeds == SEEDS
    assert fan.done == 16
    for place, seed in enumerate(SEEDS):
        run = Run(lesson.build, replace(config, seed=seed), device)
        run.advance(steps=config.steps)
        metrics = run.peek().metrics
        losses = next(iter(run.history.series.values())).shown(10_000)[1]
        assert np.array_equal(fan.lines[place], losses)
        assert {name: values[place] for name, values in fan.ends.items()} == {
            name: np.float32(value) for name, value in metrics.items()
        }
    for name, values in fan.ends.items():
        assert fan.span[name].tolist() == [values.min(), np.median(values), values.max()]
    assert np.allclose(fan.median, np.median(fan.lines, axis=0))
    assert np.allclose([fan.low, fan.high], np.quantile(fan.lines, [0.25, 0.75], axis=0))


def test_the_seeds_that_stay_far_behind_are_named(device):
    """Of the course's 304 those whose ReLUs have died."""
    fan = worked(REGRESSION, REGRESSION.presets["304"].config, device).fan()
    assert [seed for seed, behind in zip(fan.seeds, fan.behind, strict=True) if behind] == [2, 7, 16]
    assert not fan.diverged.any()
    assert fan.lines.shape[1] == SHOWN
    sound = worked(REGRESSION, RegressionConfig(steps=200), device).fan()
    assert not sound.behind.any()


def draw(seed, end, reason="finished", first=1.0):
    losses = np.linspace(first, end, 11, dtype=np.float32)
    return Draw(seed, np.arange(11), losses, {"loss": end}, reason)


def test_a_seed_that_diverges_ends_there_and_counts_as_behind():
    """And its losses, however large, say nothing about the others."""
    wild = Draw(3, np.arange(4), np.float32([1, 10, 100, 1000]), {"loss": 1000.0}, "diverged")
    fan = spread((draw(1, 0.1), draw(2, 0.2), wild))
    assert (fan.diverged.tolist(), fan.behind.tolist()) == ([0, 0, 1], [0, 0, 1])
    assert np.isfinite(fan.lines).sum(axis=1).tolist() == [11, 11, 4]
    assert fan.bound == pytest.approx(6 * np.quantile([0.1, 0.2], 0.25))
    assert np.isfinite([fan.low, fan.median, fan.high]).all()


def test_when_all_diverge_all_are_behind(device):
    fan = worked(REGRESSION, RegressionConfig(lr=1e6, steps=60), device).fan()
    assert fan.diverged.all()
    assert fan.behind.all()


def test_one_that_still_learns_is_drawn_but_counts_for_nothing():
    fan = spread((draw(1, 0.1), draw(2, 0.2), draw(3, 50.0, reason="")))
    assert (fan.done, fan.lines.shape) == (2, (3, 11))
    assert fan.span["loss"].tolist() == [np.float32(0.1), np.float32(np.mean(np.float32([0.1, 0.2]))), np.float32(0.2)]
    assert fan.behind.tolist() == [0, 0, 0]


def test_none_is_behind_when_all_have_learnt():
    """Six times almost nothing is almost nothing."""
    fan = spread((draw(1, 0.001), draw(2, 0.001), draw(3, 0.015), draw(4, 0.5)))
    assert fan.behind.tolist() == [0, 0, 0, 1]


def test_it_can_be_stopped_and_keeps_what_is_done(device):
    lottery = Lottery(REGRESSION.build, RegressionConfig(steps=10), device)
    made = []

    def build(config, device):
        made.append(config.seed)
        if len(made) == 4:
            lottery.stop()
        return REGRESSION.build(config, device)

    lottery._build = build
    lottery.work()
    assert made == [1, 2, 3, 4]
    assert lottery.fan().seeds == (1, 2, 3)


def test_it_belongs_to_its_settings_but_not_to_the_seed(device):
    lottery = Lottery(REGRESSION.build, RegressionConfig(), device)
    assert lottery.fits(RegressionConfig(seed=9))
    assert not lottery.fits(RegressionConfig(lr=0.1))
    assert not lottery.fits(RegressionConfig(steps=10))
    assert lottery.fan() is None


def test_a_run_without_a_limit_gets_one(device):
    assert Lottery(REGRESSION.build, RegressionConfig(steps=0), device)._of(3).steps == MOST_STEPS


def test_other_runs_go_on_meanwhile(device, monkeypatch):
    """A visitor's run that advances in between learns what it learns alone."""
    config = ClassifierConfig(steps=12, batch=16)
    other, alone = (Run(CLASSIFIER.build, ClassifierConfig(batch=7, steps=0), device) for _ in range(2))
    monkeypatch.setattr(lottery_module.time, "sleep", lambda seconds: other.advance(steps=1))
    fan = worked(CLASSIFIER, config, device).fan()
    assert other.step >= 16
    alone.advance(steps=other.step)
    assert all(torch.equal(a, b) for a, b in zip(alone.weights(), other.weights(), strict=True))
    plain = Run(CLASSIFIER.build, replace(config, seed=16), device)
    plain.advance(steps=12)
    assert np.float32(plain.peek().metrics["loss"]) == fan.ends["loss"][-1]
