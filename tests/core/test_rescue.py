"""The learning rate offered after a divergence really works."""

import pytest

from playground.core.rescue import TRIED, working_rate
from playground.core.run import Run
from playground.lessons.classifier import CLASSIFIER, ClassifierConfig
from playground.lessons.regression import REGRESSION, RegressionConfig


@pytest.mark.parametrize(
    ("lesson", "config"),
    [
        (REGRESSION, RegressionConfig(lr=1e6)),
        (REGRESSION, RegressionConfig(lr=10, target="line", noise=0)),
        (CLASSIFIER, ClassifierConfig(lr=1e6)),
        (CLASSIFIER, ClassifierConfig(lr=1e6, head="both", batch=10)),
        (REGRESSION, RegressionConfig(lr=1e6, goal=0.5, patience=1, steps=3)),
    ],
)
def test_the_rate_is_lower_and_the_loss_falls_under_it(device, lesson, config):
    """Tried here again with a run of its own; the config's limits do not disturb the trial."""
    rate = working_rate(lesson.build, config, device)
    assert rate in TRIED
    assert rate < config.lr
    run = Run(lesson.build, config.changed({"lr": rate, "steps": 0, "goal": 0, "patience": 0}), device)
    run.advance(steps=60)
    assert run.peek().stop is None
    _, losses = next(iter(run.history.series.values())).shown(100)
    assert losses[-5:].mean() < losses[0]


def test_it_is_the_largest_of_the_usual_rates_that_works(device):
    config = RegressionConfig(lr=10, target="line", noise=0)
    rate = working_rate(REGRESSION.build, config, device)
    larger = TRIED[TRIED.index(rate) - 1]
    run = Run(REGRESSION.build, config.changed({"lr": larger, "steps": 0}), device)
    run.advance(steps=60)
    frame = run.peek()
    _, losses = run.history.series["loss"].shown(100)
    assert frame.stop is not None or losses[-1] >= losses[0]


def test_there_is_none_below_the_smallest(device):
    assert working_rate(REGRESSION.build, RegressionConfig(lr=1e-6), device) is None
