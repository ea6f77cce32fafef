"""A run that was brought back goes on bit by bit as it once did, and under other settings as if tuned at that step."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from playground.core.album import Album
from playground.core.refusal import BadValue
from playground.core.rewind import Rewind
from playground.core.run import Run
from playground.data.digits import small_digits
from playground.data.shelf import DIGITS
from playground.lessons import LESSONS
from playground.lessons.digits import DIGITS_LESSON, DigitsConfig
from playground.lessons.regression import REGRESSION, RegressionConfig

CPU = torch.device("cpu")
CASES = [(lesson, name) for lesson in LESSONS if lesson.keeps for name in lesson.presets]
FRAME = 3  # steps a frame


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """scikit-learn's digits stand in for MNIST."""
    monkeypatch.setattr(DIGITS, "digits", small_digits())


class Sparse(Album):
    """Takes a checkpoint only where it must: with its first moment."""

    def __init__(self) -> None:
        super().__init__(lambda: 0.0)
        self._credit = 0.0


def watch(run: Run, album: Album, frames: int, steps: int = FRAME) -> None:
    """Learn and look like the page does."""
    for _ in range(frames):
        album.keep(run, run.peek(), b"{}", whole=True)
        run.advance(steps=steps)
    album.keep(run, run.peek(), b"{}", whole=True)


def back(run: Run, album: Album, step: int, build=REGRESSION.build) -> Run:
    moment = album.moments.at(step)
    assert moment is not None
    rewind = Rewind(build, CPU, album, run, moment)
    while not rewind.advance(0.0):
        assert 0 <= rewind.share < 1
    assert rewind.run.step == moment.step == step
    return rewind.run


def assert_same(run: Run, other: Run, *, histories: bool = True) -> None:
    """Bit for bit: weights, and every loss so far."""
    assert run.step == other.step
    assert all(torch.equal(a, b) for a, b in zip(run.weights(), other.weights(), strict=True))
    for name in run.history.series if histories else ():
        if "accuracy" not in name and not name.startswith("test"):  # what is measured depends on when one looked
            mine, theirs = (series[name].shown(10_000) for series in (run.history.series, other.history.series))
            assert np.array_equal(mine, theirs), name


@pytest.mark.parametrize("album", [Album, Sparse])
@pytest.mark.parametrize(("lesson", "preset"), CASES, ids=lambda value: getattr(value, "key", value))
def test_from_any_moment_it_goes_on_as_if_it_had_never_stopped(lesson, preset, album):
    """From a checkpoint at that very step, and from one before it with the steps in between learnt again."""
    config = replace(lesson.presets[preset].config, steps=0)
    run, kept = Run(lesson.build, config, CPU), album()
    watch(run, kept, 4)
    torch.rand(3)  # other people's random numbers move on meanwhile
    again = back(run, kept, 2 * FRAME, lesson.build)
    again.advance(steps=2 * FRAME)
    again.peek()
    # The GAN's losses are measured at each look, so there only the weights can be the same.
    assert_same(run, again, histories=lesson.key in ("regression", "classifier", "digits"))
    for one in (run, again):
        one.advance(steps=5)
    assert_same(run, again, histories=False)


def test_with_another_rate_it_equals_a_run_that_was_tuned_at_that_step():
    config = RegressionConfig(batch=16, optimizer="adam", lr=0.01, steps=0)
    run, album = Run(REGRESSION.build, config, CPU), Sparse()
    watch(run, album, 10)
    branch = back(run, album, 12)
    branch.tune(branch.config.changed({"lr": 0.1}))
    branch.advance(steps=20)
    plain = Run(REGRESSION.build, config, CPU)
    plain.advance(steps=12)
    plain.tune(plain.config.changed({"lr": 0.1}))
    plain.advance(steps=20)
    for one in (branch, plain):
        one.peek()
    assert_same(branch, plain)
    run.advance(steps=2)
    run.peek()
    assert run.step == branch.step
    assert not torch.equal(run.weights()[0], branch.weights()[0])


def test_what_was_done_by_hand_in_between_is_done_again():
    """Settings, own points and a weight, each at its step; what came after the moment is not."""
    run, album = Run(REGRESSION.build, RegressionConfig(steps=0), CPU), Sparse()
    watch(run, album, 2)
    run.tune(run.config.changed({"lr": 0.03, "own": [(0, 0, 0), (1, 1, 0), (0.5, 0.2, 0)]}))
    run.advance(steps=1)
    run.probe("weight", {"layer": 0, "unit": 0, "source": 0, "value": 0.5})
    watch(run, album, 2)
    there = run.step
    weights = run.weights()
    run.tune(run.config.changed({"lr": 2.0}))
    watch(run, album, 2)
    assert len(album.checkpoints.items) == 1
    branch = back(run, album, there - FRAME)
    assert (branch.config.lr, len(branch.config.own)) == (0.03, 3)
    assert list(branch.edits) == list(run.edits)[:2]
    branch.advance(steps=FRAME)
    assert all(torch.equal(a, b) for a, b in zip(branch.weights(), weights, strict=True))


def test_a_moment_after_an_edit_at_its_own_step_has_that_edit():
    run, album = Run(REGRESSION.build, RegressionConfig(steps=0), CPU), Sparse()
    watch(run, album, 2)
    run.tune(run.config.changed({"lr": 0.5}))
    watch(run, album, 2)
    assert back(run, album, 2 * FRAME).config.lr == 0.5
    assert back(run, album, FRAME).config.lr == 0.2


def test_a_branch_of_a_branch():
    """Its album goes on where it was cut."""
    run, album = Run(REGRESSION.build, RegressionConfig(batch=16, steps=0), CPU), Album(lambda: 0.0)
    watch(run, album, 8)
    moment = album.moments.at(5 * FRAME)
    branch = back(run, album, 5 * FRAME)
    former, album = album, album.until(moment)
    assert former.moments.items[-1].step == 8 * FRAME  # the run it left can still be looked back at
    branch.tune(branch.config.changed({"lr": 0.01}))
    watch(branch, album, 3)
    assert [kept.step for kept in album.moments.items] == [FRAME * i for i in range(9)]
    again = back(branch, album, 6 * FRAME)
    assert again.config.lr == 0.01
    again.advance(steps=2 * FRAME)
    assert_same(again, branch, histories=False)
    assert back(branch, album, 4 * FRAME).config.lr == 0.2


def test_it_goes_past_the_stops_that_the_run_went_past():
    """The step limit, after which it went on."""
    run, album = Run(REGRESSION.build, RegressionConfig(steps=10), CPU), Sparse()
    watch(run, album, 4)
    assert run.stop
    run.resume()
    watch(run, album, 2)
    branch = back(run, album, 16)
    assert branch.stop is None
    assert branch._limits.last_step == run._limits.last_step == 20


def test_more_edits_than_are_remembered_close_the_way(monkeypatch):
    run, album = Run(REGRESSION.build, RegressionConfig(steps=0), CPU), Sparse()
    watch(run, album, 1)
    before = album.moments.items[-1]
    for lr in range(1, 1100):
        run.tune(run.config.changed({"lr": lr / 10_000}))
    watch(run, album, 1)
    assert len(album.checkpoints.items) == 2  # so it takes a new one at once
    back(run, album, 2 * FRAME)
    with pytest.raises(BadValue):
        Rewind(REGRESSION.build, CPU, album, run, replace(before, edited=1050, step=FRAME))


def test_a_run_that_was_taught_by_hand_goes_back_to_after_or_before_it_but_not_across():
    """What teaching does depends on the drawings of that moment."""
    config = DigitsConfig(net="mlp", hidden=8, steps=0)
    run, album = Run(DIGITS_LESSON.build, config, CPU), Sparse()
    watch(run, album, 1)
    run.probe("draw", {"strokes": [[[0.3, 0.3], [0.6, 0.6]]], "brush": 0.08, "normalise": True})
    run.probe("correct", 3)
    run.probe("teach", None)
    watch(run, album, 2)
    assert len(album.checkpoints.items) == 2
    again = back(run, album, 2 * FRAME, DIGITS_LESSON.build)
    again.advance(steps=FRAME)
    assert_same(run, again, histories=False)
    back(run, album, 0, DIGITS_LESSON.build)
