"""When a run stops by itself."""

import numpy as np
import pytest

from playground.core.limits import EXPLODED, Limits, RunConfig


def losses(*values):
    return np.array(values, dtype=np.float32)


def test_the_step_limit_is_finished_and_zero_is_none():
    assert Limits(RunConfig(steps=10)).reached(losses(1.0), 9) is None
    stop = Limits(RunConfig(steps=10)).reached(losses(1.0), 10)
    assert (stop.reason, stop.facts) == ("finished", {"step": 10})
    assert Limits(RunConfig(steps=0)).reached(losses(1.0), 10**9) is None


def test_the_goal_names_the_first_step_that_reached_it():
    limits = Limits(RunConfig(goal=0.5, steps=0))
    assert limits.reached(losses(0.9, 0.8), 2) is None
    stop = limits.reached(losses(0.7, 0.5, 0.9, 0.1), 6)
    assert stop.reason == "goal"
    assert stop.facts == {"goal": 0.5, "step": 4, "loss": 0.5}


def test_no_goal_is_never_reached_by_a_loss_of_zero():
    assert Limits(RunConfig(goal=0, steps=0)).reached(losses(0.0), 5) is None


def test_a_resumed_run_ignores_the_old_goal_until_it_is_set_anew():
    limits = Limits(RunConfig(goal=0.5, steps=0))
    limits.resume(3)
    assert limits.reached(losses(0.1), 4) is None
    limits.tune(RunConfig(goal=0.5, steps=0, seed=1))
    assert limits.reached(losses(0.1), 5) is None
    limits.tune(RunConfig(goal=0.4, steps=0))
    assert limits.reached(losses(0.1), 6).reason == "goal"


def test_a_plateau_is_a_window_no_better_than_the_best_one():
    limits = Limits(RunConfig(patience=3, steps=0))
    assert limits.reached(losses(1, 1, 1), 3) is None  # the first window is the measure
    assert limits.reached(losses(0.5, 0.5), 5) is None  # not full yet
    assert limits.reached(losses(0.5), 6) is None  # better
    stop = limits.reached(losses(0.5, 0.5, 0.5), 9)
    assert (stop.reason, stop.facts) == ("plateau", {"patience": 3, "step": 9})


def test_a_loss_that_falls_slowly_is_no_plateau():
    limits = Limits(RunConfig(patience=5, steps=0))
    value = 1.0
    for step in range(5, 200, 5):
        assert limits.reached(np.full(5, value, np.float32), step) is None
        value *= 0.99


def test_resuming_gives_as_many_steps_again():
    limits = Limits(RunConfig(steps=10))
    limits.resume(10)
    assert limits.last_step == 20
    limits.resume(15)  # stopped by something else before its limit
    assert limits.last_step == 20


def test_tuning_the_steps_moves_the_limit():
    limits = Limits(RunConfig(steps=10))
    limits.resume(10)
    limits.tune(RunConfig(steps=10, goal=0.1))
    assert limits.last_step == 20
    limits.tune(RunConfig(steps=30))
    assert limits.last_step == 30
    limits.tune(RunConfig(steps=0))
    assert limits.last_step == float("inf")


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), -float("nan"), 3 * EXPLODED])
def test_a_loss_that_is_not_finite_or_absurd_has_exploded(bad):
    limits = Limits(RunConfig())
    assert limits.exploded(losses(1.0, 2.0, 100.0)) is None
    assert limits.exploded(losses(1.0, bad, 1.0, bad)) == 1


def test_the_bound_grows_with_the_first_loss():
    """A data set with large targets starts with a large loss; that is no explosion."""
    limits = Limits(RunConfig())
    assert limits.exploded(losses(1e7, 2e7)) is None
    assert limits.exploded(losses(1e10)) is None
    assert limits.exploded(losses(2e11)) == 0


def test_an_empty_look_is_no_explosion():
    assert Limits(RunConfig()).exploded(losses()) is None


def test_a_negative_first_loss_does_not_make_later_ones_explode():
    """A critic's loss may be below −1: the bound must not turn negative with it."""
    limits = Limits(RunConfig())
    assert limits.exploded(losses(-3.0, -2.0, 5.0)) is None
    assert limits.exploded(losses(-2.0, 10 * EXPLODED)) == 1
