"""The line that repeats a run really does: bit by bit, each live change at its step, past every end on the way."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import torch

from playground import report
from playground.cli import main
from playground.core.keep import read, reopened
from playground.core.lanes import LaneSpec
from playground.core.lesson import Lesson
from playground.core.refusal import BadValue
from playground.core.run import Run
from playground.lessons.classifier import CLASSIFIER
from playground.lessons.dqn import DQN
from playground.lessons.gan import GAN
from playground.lessons.race import RACE
from playground.lessons.regression import REGRESSION
from playground.script.write import write
from playground.text import Text
from tests.script.runs import printed

CPU = torch.device("cpu")
POINTS = ((-1.0, 1.0, 0), (0.0, 0.0, 1), (1.0, 1.0, 0), (0.5, 0.3, 1))
LANES = (LaneSpec(0, "sgd", 0.05, "cosine"), LaneSpec(1, "adam", 0.01), LaneSpec(2, "adam", 0.02, "cosine"))
Story = list[dict[str, Any]]  # what is changed after every three steps
STORIES: dict[str, tuple[Lesson, dict[str, Any], Story]] = {
    "regression": (
        REGRESSION,
        {"batch": 16, "optimizer": "momentum", "steps": 6},
        [{"lr": 0.05}, {"own": tuple((x, y, 0) for x, y, _ in POINTS)}, {"momentum": 0.5, "l2": 0.01}, {"steps": 30}],
    ),
    "classifier": (CLASSIFIER, {"batch": 16, "goal": 1000.0}, [{"own": POINTS}, {"own": POINTS[:3], "l1": 0.01}]),
    "gan": (GAN, {"paintings": 8, "hidden": 8}, [{"lr_g": 0.01, "k_d": 2}, {"train": "only_g", "beta1": 0.5}]),
    "dqn": (DQN, {"prefill": 40, "memory": 100}, [{"epsilon": 0.5}, {"lr": 0.001}]),
    "race": (RACE, {"lanes": LANES, "steps": 40}, [{"lanes": LANES[:2]}, {"lanes": LANES}, {"steps": 50}]),
}


def lived(lesson: Lesson, values: dict[str, Any], story: Story) -> Run:
    """A run as the page has it: looked at now and then, played on after its ends, changed twice between two steps."""
    run = Run(lesson.build, lesson.config().changed(values), CPU)
    for changes in story:
        run.advance(steps=3)
        if run.peek().stop:
            run.resume()
        for name, value in changes.items():
            run.tune(run.config.changed({name: value}))
    run.advance(steps=4)
    return run


@pytest.mark.parametrize("name", STORIES)
def test_it_repeats_a_run_bit_by_bit(name: str, tmp_path: Path) -> None:
    lesson, values, story = STORIES[name]
    run, file = lived(lesson, values, story), tmp_path / "run.safetensors"
    line = report.Record.of(run, lesson, Text("en")).command
    main([*shlex.split(line)[3:], "--device", "cpu", "--save", str(file)])
    again = reopened(read(file.read_bytes()), lesson, CPU)
    assert (again.step, again.config, again.first) == (run.step, run.config, run.first)
    assert all(torch.equal(a, b) for a, b in zip(run.weights(), again.weights(), strict=True))
    run.advance(steps=5)
    again.advance(steps=5)
    assert all(torch.equal(a, b) for a, b in zip(run.weights(), again.weights(), strict=True))


def test_lanes_that_left_and_came_back_between_two_steps_start_anew(tmp_path: Path) -> None:
    lesson, values, _ = STORIES["race"]
    run, file = Run(lesson.build, lesson.config().changed(values), CPU), tmp_path / "run.safetensors"
    run.advance(steps=3)
    for lanes in (LANES[:2], LANES):
        run.tune(run.config.changed({"lanes": lanes}))
    run.advance(steps=3)
    line = report.Record.of(run, lesson, Text("en")).command
    assert line.count("--at 3") == 2
    main([*shlex.split(line)[3:], "--save", str(file)])
    again = reopened(read(file.read_bytes()), lesson, CPU)
    assert all(torch.equal(a, b) for a, b in zip(run.weights(), again.weights(), strict=True))


def test_a_program_names_the_line_and_export_writes_the_same_program_by_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = lived(*STORIES["regression"])
    program = write(run, REGRESSION, Text("en")).script()
    line = next(line for line in program.splitlines() if "python -m playground" in line)
    assert "--at 3 lr=0.05 --at 6" in line
    main(["export", *shlex.split(line)[4:]])
    assert capsys.readouterr().out == program


@pytest.mark.parametrize("name", ["gan", "race"])
def test_changes_that_are_still_to_come_are_in_an_exported_program(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = {
        "gan": ["gan", "--paintings=8", "--hidden=8", "--steps=12", "--at", "5", "lr_g=0.01"],
        "race": [
            "race",
            "--lanes=0_sgd_0.05_constant~1_adam_0.01_constant",
            "--at",
            "5",
            "lanes=0_sgd_0.02_constant~1_adam_0.01_constant",
        ],
    }[name]
    main(["export", *asked, *(["--until=12"] if name == "race" else [])])
    program = capsys.readouterr().out
    main(["train", *asked, "--until=12", "--json"])
    last = json.loads(capsys.readouterr().out.splitlines()[-1])
    told = printed({"run": program}, tmp_path)["run"]
    assert max(told) == last["step"] == 12
    if name == "gan":  # a race's program prints its lanes, not the leader
        assert all(value == f"{last[metric]:.6g}" for metric, value in told[12].items())
    assert "STEPS = 12" in program
    assert ("lr_g_at = {6: 0.01}" in program) == (name == "gan")


def test_a_change_that_was_not_reached_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    main(["train", "regression", "--goal", "1000", "--at", "150", "lr=0.05", "--at", "190", "l2=0"])
    assert re.search("before the change at step 1[59]0", capsys.readouterr().err)


def test_a_run_that_branched_off_knows_its_beginning() -> None:
    """A rewind starts from a checkpoint, whose settings are not those of the first step."""
    from playground.core.album import Album
    from playground.core.rewind import Rewind

    run, album = Run(REGRESSION.build, REGRESSION.config(), CPU), Album()
    for _ in range(3):
        run.tune(run.config.changed({"lr": run.config.lr / 2}))
        run.advance(steps=2)
        album.keep(run, run.peek(), b"{}", whole=True)
    moment = album.moments.at(4)
    assert moment
    rewind = Rewind(REGRESSION.build, CPU, album, run, moment)
    while not rewind.advance(0.1):
        pass
    assert rewind.run.first == run.first
    assert report.Record.of(rewind.run, REGRESSION, Text("en")).command.endswith(
        "--at 0 lr=0.1 --at 2 lr=0.05 --until=4"
    )


def test_a_ready_made_data_set_is_a_new_run() -> None:
    """None in the text of a change could not be told from a drawing without points."""
    ready = REGRESSION.config()
    own = ready.changed({"own": ()})
    assert ready.keeps_run(own)
    assert not own.keeps_run(ready)


@pytest.mark.parametrize("edit", [[1, "config", "x"], [1, "config", {"lr": "x"}], [1, "weight", {}], "x", [1, 2, 3]])
def test_hostile_edits_in_a_file_are_refused(edit: Any) -> None:
    from dataclasses import replace

    from playground.core.keep import write as keep

    run = Run(REGRESSION.build, REGRESSION.config(), CPU)
    kept = replace(read(keep(run, "regression")), edits=[edit])
    with pytest.raises(BadValue):
        reopened(kept, REGRESSION, CPU)
