"""The program of the digits: what a visitor taught the net, the exam at the end, MNIST from its folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from playground.core.run import Run
from playground.data.digits import load, small_digits
from playground.data.shelf import DIGITS
from playground.lessons.digits import DIGITS_LESSON, DigitsConfig
from tests.script.runs import CPU, differences, printed, script_of

SEVEN = {"strokes": [[[0.3, 0.2], [0.7, 0.2], [0.4, 0.8]]], "brush": 0.06, "normalise": True}
ONE = {"strokes": [[[0.5, 0.2], [0.5, 0.8]]], "brush": 0.06, "normalise": True}


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(DIGITS, "digits", small_digits())


def draw(run: Run, drawing: object, digit: int) -> None:
    run.probe("draw", drawing)
    run.probe("correct", digit)


def test_teaching_draws_the_same_random_numbers_however_often_somebody_looks() -> None:
    runs = [Run(DIGITS_LESSON.build, DigitsConfig(net="mlp", hidden=16), CPU) for _ in range(2)]
    for run, looks in zip(runs, (0, 3), strict=True):
        draw(run, SEVEN, 7)
        run.advance(2)
        for _ in range(looks):
            run.peek()
        run.probe("teach", None)
        for _ in range(looks):
            run.peek()
        run.advance(2)
    assert all((one == other).all() for one, other in zip(runs[0].weights(), runs[1].weights(), strict=True))


def test_a_program_says_which_drawings_it_has_not() -> None:
    run = Run(DIGITS_LESSON.build, DigitsConfig(net="mlp", hidden=16), CPU)
    draw(run, SEVEN, 7)
    run.probe("teach", None)
    run.trainer().desk.hand.taught.clear()  # type: ignore[attr-defined]
    script = script_of(run, DIGITS_LESSON)
    assert "after step 0 the page taught the net drawings that are not kept" in script
    assert "fine_tune" not in script


def taught() -> Run:
    """Taught before the first step, in between and at the end."""
    run = Run(DIGITS_LESSON.build, DigitsConfig(net="mlp", hidden=16), CPU)
    draw(run, SEVEN, 7)
    run.probe("teach", None)
    run.advance(3)
    draw(run, ONE, 1)
    run.probe("teach", None)
    run.advance(2)
    run.probe("teach", None)
    draw(run, SEVEN, 3)  # named, and not taught
    return run


def ended(net: str) -> Run:
    run = Run(DIGITS_LESSON.build, DigitsConfig(net=net, hidden=16, channels=4, steps=3), CPU)
    run.advance(3)
    run.peek()
    return run


def test_what_a_visitor_taught_and_the_exam_at_the_end_are_in_the_program(tmp_path: Path) -> None:
    runs = {"taught": taught(), "one": ended("mlp"), "all": ended("all")}
    told = printed({name: script_of(run, DIGITS_LESSON) for name, run in runs.items()}, tmp_path)
    assert not {name: found for name, run in runs.items() if (found := differences(run, told[name]))}
    assert "full_accuracy" in told["one"][3]


def test_a_program_reads_mnist_where_the_page_keeps_it(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(DIGITS, "digits", load(data, mirrors=()))
    run = Run(DIGITS_LESSON.build, DigitsConfig(steps=5), CPU)
    run.advance(2)
    cache = tmp_path / ".cache" / "neural-playground"
    cache.parent.mkdir()
    cache.symlink_to(data)
    assert not differences(run, printed({"mnist": script_of(run, DIGITS_LESSON)}, tmp_path)["mnist"])
