"""Runs exported programs where our package does not exist, and reads what they print."""

from __future__ import annotations

import atexit
import functools
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import matplotlib
import torch

from playground.core.lesson import Lesson
from playground.core.run import Run
from playground.script.write import write
from playground.text import Text

CPU = torch.device("cpu")
STEPS = 23  # odd, so that the last line is not one of the round ones
TOLERANCES = {"race": 1e-4}  # the page computes all nets of a race at once, which changes the last digits
# One process runs all programs one after the other, each in a room of its own: to start it costs seconds.
DRIVER = """
import contextlib, io, json, os, sys, traceback
assert not any(name.split(".")[0] == "playground" for name in sys.modules)
class Nowhere:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == "playground":
            raise ImportError("a program must stand alone")
sys.meta_path.insert(0, Nowhere())
for line in sys.stdin:
    folder, programs = json.loads(line)
    os.chdir(folder)
    os.environ["HOME"] = folder
    answers, problem = {}, ""
    for name, code in programs.items():
        told = io.StringIO()
        try:
            with contextlib.redirect_stdout(told):
                exec(compile(code, name, "exec"), {"__name__": "__main__"})
        except BaseException:
            problem += f"{name}: {traceback.format_exc()[-3000:]}"
        answers[name] = told.getvalue()
        if "matplotlib.pyplot" in sys.modules:
            sys.modules["matplotlib.pyplot"].close("all")
    print(json.dumps([answers, problem]), flush=True)
"""
LINE = re.compile(r"^step (\d+)  (.*)$", re.MULTILINE)


@functools.cache
def _driver() -> subprocess.Popen[str]:
    own = {"MPLBACKEND": "Agg", "MPLCONFIGDIR": matplotlib.get_configdir(), "PYTHONPATH": ""}
    driver = subprocess.Popen(
        [sys.executable, "-c", DRIVER],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd="/", env={**os.environ, **own},
    )  # fmt: skip
    atexit.register(driver.kill)
    return driver


def attempted(programs: Mapping[str, str], folder: Path) -> tuple[dict[str, str], str]:
    """What each program prints in another process, whose home is the folder, and what went wrong."""
    driver = _driver()
    assert driver.stdin
    assert driver.stdout
    print(json.dumps([str(folder), programs]), file=driver.stdin, flush=True)
    told, problem = json.loads(driver.stdout.readline())
    return told, problem


def printed(programs: Mapping[str, str], folder: Path) -> dict[str, dict[int, dict[str, str]]]:
    """What each program prints in another process, whose home is the folder: {name: {step: {metric: text}}}."""
    told, problem = attempted(programs, folder)
    assert not problem, problem
    return {name: lines(text) for name, text in told.items()}


def lines(told: str) -> dict[int, dict[str, str]]:
    found: dict[int, dict[str, str]] = {}
    for step, rest in LINE.findall(told):
        found.setdefault(int(step), {}).update(part.split(" ") for part in rest.split("  ") if part)
    return found


def lay_files(run: Run, lesson: Lesson, folder: Path) -> None:
    """What must lie beside the program."""
    for file in write(run, lesson, Text("en")).files:
        shutil.copy(file, folder)


def script_of(run: Run, lesson: Lesson, language: str = "en") -> str:
    return write(run, lesson, Text(language)).script()


def is_told(expected: float, text: str | None, tolerance: float) -> bool:
    if text is None or not tolerance:
        return text == f"{expected:.6g}"
    return abs(float(text) - expected) <= tolerance * abs(expected)


def differences(run: Run, told: Mapping[int, Mapping[str, str]], tolerance: float = 0.0) -> list[str]:
    """Where a program's numbers are not the run's: a loss belongs to the weights before its step."""
    newest, wrong, last = run.peek().metrics, [], max(told, default=0)
    if last != run.step:
        wrong.append(f"ends at {last}, not at {run.step}")
    for name, series in run.history.series.items():
        steps, values = (part.tolist() for part in series.shown(10**9))
        kept = dict(zip(steps, values, strict=True))
        is_loss = steps[-1] == run.step - 1
        for step, metrics in told.items():
            expected = kept.get(step - 1) if is_loss else (newest[name] if step == last else None)
            if expected is not None and not is_told(expected, metrics.get(name), tolerance):
                wrong.append(f"step {step}: {name} {metrics.get(name)} instead of {expected:.6g}")
    return wrong


def started(lesson: Lesson, steps: int = STEPS, **values: Any) -> Run:
    run = Run(lesson.build, lesson.config().changed(values), CPU)
    run.advance(steps)
    return run


def assert_agree(runs: Mapping[str, tuple[Lesson, Run]], folder: Path, *, figures: bool = True) -> None:
    """Each program, alone in another process, prints the numbers of its run."""
    for lesson, run in runs.values():
        lay_files(run, lesson, folder)
    programs = {name: script_of(run, lesson) for name, (lesson, run) in runs.items()}
    if not figures:
        heading = f"# {Text('en').say('script.sections.figure')}\n"
        programs = {name: program.split(heading)[0] for name, program in programs.items()}
    told = printed(programs, folder)
    wrong = {
        name: found
        for name, (lesson, run) in runs.items()
        if (found := differences(run, told[name], TOLERANCES.get(lesson.key, 0.0)))
    }
    assert not wrong
