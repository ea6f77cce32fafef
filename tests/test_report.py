"""A report says what was done and seen, and its command line does it again."""

from __future__ import annotations

import csv
import io
import json
import shlex
import zipfile
from pathlib import Path
from typing import Any

import pytest
import torch

from playground import report
from playground.cli import main
from playground.core.lesson import Lesson
from playground.core.refusal import BadValue
from playground.core.run import Run
from playground.data.digits import small_digits
from playground.data.shelf import DIGITS
from playground.figures import paper
from playground.lessons import LESSONS
from playground.lessons.classifier import CLASSIFIER, ClassifierConfig
from playground.lessons.regression import REGRESSION, RegressionConfig
from playground.text import Text

POINTS = ((-1.0, 1.0, 0), (0.0, 0.0, 0), (1.0, 1.0, 0), (0.5, 0.3, 0))


@pytest.fixture(autouse=True)
def _without_figures(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Drawing is dear and has tests of its own; the first test here sees real figures, if coarse ones."""
    monkeypatch.setattr(paper, "DOTS", 50)
    if request.node.name != "test_it_holds_all_that_it_promises":
        monkeypatch.setattr(report, "render_all", lambda sheet, forms: dict.fromkeys(forms, b"figure"))


def run_of(steps: int = 20, **values: Any) -> Run:
    run = Run(REGRESSION.build, RegressionConfig(**values), torch.device("cpu"))
    run.advance(steps=steps)
    return run


def record_of(run: Run, language: str = "en", **more: Any) -> report.Record:
    return report.Record.of(run, REGRESSION, Text(language), **more)


def test_it_holds_all_that_it_promises() -> None:
    run = run_of(lr=0.1)
    box = zipfile.ZipFile(io.BytesIO(report.packed(record_of(run, home="http://play.ground/app/"))))
    text = box.read("report.md").decode()
    assert "# Regression: a run of 20 steps" in text
    assert "| Learning rate | **0.1** | 0.2 |" in text
    assert "| Seed | 1 | 1 |" in text
    assert "<http://play.ground/app/?tab=regression&lr=0.1>" in text
    panels = ("network", "fit", "loss", "prints")
    figures = {name for name in box.namelist() if name.startswith("figures/")}
    assert figures == {f"figures/{panel}.{form}" for panel in panels for form in ("png", "svg")}
    assert box.read("figures/fit.png").startswith(b"\x89PNG")
    assert all(f"](figures/{panel}.png)" in text for panel in panels)
    rows = list(csv.DictReader(io.StringIO(box.read("metrics.csv").decode())))
    steps, values = run.history.series["loss"].shown(100)
    assert [int(row["step"]) for row in rows] == list(steps)
    assert [float(row["value"]) for row in rows] == [float(value) for value in values]
    facts = json.loads(box.read("settings.json"))
    assert RegressionConfig().changed({"lr": 0.1}).written() == facts["settings"]
    assert facts["step"] == 20


@pytest.mark.parametrize("values", [{"lr": 0.1, "layers": (6, 4), "seed": 3}, {"layers": ()}, {"own": POINTS}], ids=str)
def test_its_command_line_does_the_same_again(values: dict[str, Any], tmp_path: Path) -> None:
    first = report.files(record_of(run_of(15, **values)))
    command = next(line for line in first["report.md"].decode().splitlines() if line.startswith("python -m"))
    main([*shlex.split(command)[3:], "--report", str(tmp_path / "again")])
    assert (tmp_path / "again" / "metrics.csv").read_bytes() == first["metrics.csv"]


def test_what_was_changed_by_hand_is_told() -> None:
    run = run_of(4)
    run.tune(run.config.changed({"lr": 0.05}))
    run.advance(steps=3)
    run.tune(run.config.changed({"lr": 0.05, "l2": 0.01}))
    run.probe("weight", {"layer": 1, "unit": 0, "source": 0, "value": 2.5})
    text = report.files(record_of(run))["report.md"].decode()
    assert "- step 4: settings: `lr=0.05`" in text
    assert "- step 7: settings changed: `l2=0.01`" in text
    assert "- step 7: weight:" in text
    assert "python -m playground train regression --at 4 lr=0.05 --at 7 l2=0.01 --until=7" in text
    assert "Neither does again what else was done by hand (weight)." in text
    assert "The same seed gives the same numbers" not in text


def test_it_speaks_the_language_of_the_page() -> None:
    text = report.files(record_of(run_of(), "zh"))["report.md"].decode()
    assert "# 回归：训练 20 步的记录" in text
    assert "| 学习率 | 0.2 | 0.2 |" in text
    assert "http://127.0.0.1:7860/zh?tab=regression" in text


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.key)
def test_every_preset_has_one(lesson: Lesson, monkeypatch: pytest.MonkeyPatch) -> None:
    """A race on a surface too, where no net has weights."""
    monkeypatch.setattr(DIGITS, "digits", small_digits())
    for preset in lesson.presets.values():
        run = Run(lesson.build, preset.config, torch.device("cpu"))
        run.advance(steps=2)
        made = report.files(report.Record.of(run, lesson, Text("en")))
        assert "cpu" in made["report.md"].decode()
        assert any(name.startswith("figures/") for name in made)


def test_it_is_of_one_moment() -> None:
    """Nothing in it moves while the run goes on; and the run does not notice."""
    run, other = run_of(), run_of()
    record = record_of(run)
    before = report.files(record)
    run.advance(steps=5)
    other.advance(steps=5)
    assert report.files(record) == before
    assert all(torch.equal(a, b) for a, b in zip(run.weights(), other.weights(), strict=True))


def test_a_run_that_has_not_begun_has_a_report_too() -> None:
    text = report.files(record_of(run_of(0)))["report.md"].decode()
    assert "Nothing has been learnt yet." in text


def test_settings_that_do_nothing_are_left_out() -> None:
    config = ClassifierConfig(data="moons")
    record = report.Record.of(Run(CLASSIFIER.build, config, torch.device("cpu")), CLASSIFIER, Text("en"))
    assert "| Classes |" not in report.settings(record)
    assert "| Data set | **moons** | blobs |" in report.settings(record)


def test_a_folder_that_cannot_be_is_refused_before_anything_is_learnt(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(BadValue, match="bad_folder"):
        report.write(record_of(run_of(0)), tmp_path / "file" / "deep")
    with pytest.raises(SystemExit):
        main(["train", "regression", "--steps", "1000000", "--report", str(tmp_path / "file" / "deep")])
    assert "cannot be written to" in capsys.readouterr().err
