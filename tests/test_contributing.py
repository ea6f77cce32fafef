"""The ten-minute lesson in CONTRIBUTING.md is a lesson that works."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
import torch

from playground.core.run import Run
from playground.text import Text, load
from playground.ui.seat import Seat
from playground.ui.stage import spec

GUIDE = (Path(__file__).parents[1] / "CONTRIBUTING.md").read_text(encoding="utf-8")


def _block(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", GUIDE, re.DOTALL)
    assert found
    return found.group(1)


def test_the_lesson_of_the_guide_learns_and_is_shown(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "line.py"
    path.write_text(_block("python"), encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    lesson = __import__("line").LINE
    text = Text("en")
    more = tomllib.loads(_block("toml"))
    text.tables = {**load("en"), **more, "knobs": {**load("en")["knobs"], **more["knobs"]}}
    device = torch.device("cpu")
    run = Run(lesson.build, lesson.config(), device)
    run.advance(steps=1)
    first = run.peek().metrics["loss"]
    run.advance(steps=300)
    assert run.peek().metrics["loss"] < 0.01 * first
    assert spec(lesson, text)["panels"] == {"loss": "Loss"}
    assert '"step":0' in Seat(lesson, text, device).frame()
