"""The exported program is the run: alone in a fresh process it prints the same numbers."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import pytest

from playground.core.knobs import Choice, Number, Toggle
from playground.core.lesson import Lesson
from playground.core.run import Run
from playground.data.digits import small_digits
from playground.data.shelf import DIGITS
from playground.lessons import LESSONS
from playground.rl.exam import SHORT
from playground.script.lessons import WRITERS
from playground.script.write import write
from playground.text import LANGUAGES, Text
from tests.script.runs import CPU, STEPS, assert_agree, script_of, started

LIGHT: dict[str, dict[str, Any]] = {
    "digits": {"channels": 4, "hidden": 16},
    "autoencoder": {"start": "scratch", "wide": 16, "middle": 8, "narrow": 4},
    "dqn": {"prefill": 40, "memory": 50, "hidden": 8},
}  # options are tried on small nets
WRITTEN = [lesson for lesson in LESSONS if lesson.key in WRITERS]


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """scikit-learn's digits stand in for MNIST: real ones, and there on every machine."""
    monkeypatch.setattr(DIGITS, "digits", small_digits())
    for world in ("acrobot", "mountaincar"):
        monkeypatch.setitem(SHORT, world, 1)  # one game says as much as five


@pytest.mark.parametrize("lesson", WRITTEN, ids=lambda lesson: lesson.key)
def test_every_preset_prints_the_numbers_of_the_page(lesson: Lesson, tmp_path: Path) -> None:
    runs = {}
    for name, preset in lesson.presets.items():
        run = Run(lesson.build, preset.config, CPU)
        run.advance(STEPS)
        runs[name] = lesson, run
    assert_agree(runs, tmp_path)


@pytest.mark.parametrize("lesson", WRITTEN, ids=lambda lesson: lesson.key)
def test_every_option_can_be_written(lesson: Lesson, tmp_path: Path) -> None:
    """Each option of each choice and switch, and another value of each number, one at a time."""
    runs, default = {}, lesson.config()
    for name, knob in lesson.config.knobs().items():
        values: list[Any] = []
        if isinstance(knob, Choice):
            values = [option for option in knob.options if option != knob.default]
        elif isinstance(knob, Toggle):
            values = [not knob.default]
        elif isinstance(knob, Number) and name not in ("steps", "goal", "patience"):
            low, high = knob.slider or (knob.low, knob.high)
            middle = (low * high) ** 0.5 if knob.log else low + (high - low) * 0.3
            values = [int(middle) if knob.integer else float(f"{middle:.2g}")]
        for value in values:
            if knob.shown_if:
                other, options = knob.shown_if
                needed = {other: options[0]} if options and getattr(default, other) not in options else {}
            else:
                needed = {}
            values_too = {**LIGHT.get(lesson.key, {}), **needed, name: value}
            runs[f"{name}={value}"] = lesson, started(lesson, 7, **values_too)
    assert_agree(runs, tmp_path, figures=False)


def test_what_was_changed_by_hand_is_in_the_program(tmp_path: Path) -> None:
    regression = next(lesson for lesson in LESSONS if lesson.key == "regression")
    run = started(regression, 5, test=0.2, optimizer="momentum", lr=0.05)
    for values in ({"lr": 0.01}, {"l2": 0.02}, {"momentum": 0.5, "l2": 0.0}):
        run.tune(run.config.changed(values))
        run.advance(4)
    run.probe("weight", {"layer": 0, "unit": 3, "source": 0, "value": 1.5})
    run.probe("weight", {"layer": 1, "unit": 0, "source": None, "value": -0.25})
    run.advance(3)
    drawn = tuple((x / 10, (x / 10) ** 3, 0) for x in range(-10, 11))
    run.tune(run.config.changed({"own": drawn}))
    run.advance(4)
    assert_agree({"by hand": (regression, run)}, tmp_path)


def test_points_drawn_during_mini_batches_begin_a_new_order(tmp_path: Path) -> None:
    classifier = next(lesson for lesson in LESSONS if lesson.key == "classifier")
    first = tuple((x, -x, x % 2) for x in range(-6, 7))
    run = started(classifier, 5, own=first, batch=4)
    run.tune(run.config.changed({"own": (*first, (3.5, 3.5, 1), (-3.0, 4.0, 0))}))
    run.advance(9)
    assert_agree({"drawn": (classifier, run)}, tmp_path)


@pytest.mark.parametrize("lesson", WRITTEN, ids=lambda lesson: lesson.key)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_program_speaks_the_language_of_the_page(lesson: Lesson, language: str) -> None:
    run = started(lesson, 2)
    script = script_of(run, lesson, language)
    assert Text(language).say("script.sections.learning") in script
    tree = ast.parse(script)
    documented = [node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.ClassDef))]
    assert not any(ast.get_docstring(node) for node in documented), "a docstring of ours is in English only"
    assert "self._" not in script
    assert "§" not in script
    assert max(len(line) for line in script.splitlines() if "#" not in line) <= 120


@pytest.mark.parametrize("lesson", WRITTEN, ids=lambda lesson: lesson.key)
def test_the_notebook_holds_the_same_program(lesson: Lesson) -> None:
    program = write(started(lesson, 2), lesson, Text("en"))
    book = json.loads(program.notebook())
    assert (book["nbformat"], book["nbformat_minor"]) == (4, 5)
    cells = book["cells"]
    assert len({cell["id"] for cell in cells}) == len(cells)
    code = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    assert ast.dump(ast.parse(code)) == ast.dump(ast.Module(ast.parse(program.script()).body[1:], []))


def test_writing_changes_nothing() -> None:
    regression = LESSONS[0]
    run, alone = started(regression, 5, batch=8), started(regression, 5, batch=8)
    script_of(run, regression)
    run.advance(9)
    alone.advance(9)
    assert all((mine == other).all() for mine, other in zip(run.weights(), alone.weights(), strict=True))
