"""Lessons without a page: the same knobs as flags, the same numbers as the tab, sentences instead of tracebacks."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from PIL import Image, ImageDraw
from safetensors.torch import load_file

from playground.cli import main
from playground.core.keep import read, reopened
from playground.core.run import Run
from playground.data.digits import small_digits
from playground.data.shelf import DIGITS
from playground.lessons import LESSONS
from playground.lessons.autoencoder_weights import WEIGHTS
from playground.lessons.regression import REGRESSION, RegressionConfig
from tests.script.runs import printed

ROOT = Path(__file__).parents[1]
Capture = pytest.CaptureFixture[str]


def refused(arguments: list[str], capsys: Capture) -> str:
    """The one line that says what was wrong; nothing was done."""
    with pytest.raises(SystemExit) as error:
        main(arguments)
    told = capsys.readouterr()
    assert error.value.code == 2
    assert told.out == ""
    assert told.err.count("\n") == 1
    return told.err


def test_the_list_names_every_lesson_preset_and_knob(capsys: Capture) -> None:
    main(["list", "--json"])
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [item["lesson"] for item in told] == [lesson.key for lesson in LESSONS]
    for item, lesson in zip(told, LESSONS, strict=True):
        assert item["presets"] == list(lesson.presets)
        assert list(item["knobs"]) == list(lesson.config.knobs())
    main(["--language", "zh", "list"])
    assert "回归" in capsys.readouterr().out


def test_training_prints_the_numbers_of_the_tab(capsys: Capture) -> None:
    main(["train", "regression", "--seed", "3", "--steps", "40", "--layers", "6-4", "--json"])
    frames = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    run = Run(REGRESSION.build, RegressionConfig(seed=3, steps=40, layers=(6, 4)), torch.device("cpu"))
    run.advance()
    assert frames[-1] == {"step": 40, **run.peek().metrics, "stop": "finished"}


def test_the_exported_program_prints_the_numbers_of_the_training(capsys: Capture, tmp_path: Path) -> None:
    asked = ["regression", "--seed", "3", "--steps", "40", "--test", "0.2"]
    main(["export", *asked, "-o", str(tmp_path / "fit.py")])
    main(["export", *asked, "-o", str(tmp_path / "fit.ipynb")])
    main(["--language", "zh", "export", *asked])
    assert "# 训练" in capsys.readouterr().out
    assert json.loads((tmp_path / "fit.ipynb").read_text(encoding="utf-8"))["nbformat"] == 4
    main(["train", *asked, "--json"])
    last = json.loads(capsys.readouterr().out.splitlines()[-1])
    told = printed({"fit": (tmp_path / "fit.py").read_text(encoding="utf-8")}, tmp_path)["fit"][40]
    assert told == {name: f"{last[name]:.6g}" for name in ("loss", "test_loss")}


def test_a_kept_run_can_be_exported_with_what_was_done_by_hand(capsys: Capture, tmp_path: Path) -> None:
    file = str(tmp_path / "run.safetensors")
    main(["train", "regression", "--steps", "10", "--save", file])
    main(["train", "regression", "--open", file, "--lr", "0.05", "--steps", "20", "--save", file])
    capsys.readouterr()
    main(["export", "regression", "--open", file])
    program = capsys.readouterr().out
    assert "lr_at = {11: 0.05}" in program
    told = printed({"run": program}, tmp_path)["run"]
    run = reopened(read(Path(file).read_bytes()), REGRESSION, torch.device("cpu"))
    assert told[20]["loss"] == f"{run.peek().metrics['loss']:.6g}"


def test_where_nobody_looks_there_is_one_line_and_no_bar(tmp_path: Path, capsys: Capture) -> None:
    file = str(tmp_path / "run.safetensors")
    main(["train", "regression", "--steps", "5", "--save", file])
    told = capsys.readouterr()
    assert re.fullmatch(r"step 5  loss [\d.]+  stop finished\n", told.out)
    assert told.err == f"kept in {file}\n"
    main(["train", "regression", "--open", file, "--json"])  # it has come to its end, and says so all the same
    assert json.loads(capsys.readouterr().out)["stop"] == "finished"


def test_what_an_onnx_file_leaves_out_is_said(tmp_path: Path, capsys: Capture) -> None:
    main(["--language", "zh", "train", "gan", "--steps", "2", "--onnx", str(tmp_path / "painter.onnx")])
    assert "评论家不在里面" in capsys.readouterr().err


def test_what_a_program_needs_is_laid_beside_it(
    tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(DIGITS, "digits", small_digits())
    main(["export", "autoencoder", "-o", str(tmp_path / "run.ipynb")])
    assert {path.name for path in tmp_path.iterdir()} == {"run.ipynb", WEIGHTS.name}
    assert str(tmp_path / WEIGHTS.name) in capsys.readouterr().err
    main(["export", "autoencoder"])
    told = capsys.readouterr()
    assert WEIGHTS.name in told.out
    assert f"needs {WEIGHTS.name} beside it" in told.err


@pytest.mark.parametrize("command", [[], ["list"], ["train"], ["train", "race"], ["export", "gan"], ["predict"]])
def test_help_is_complete(command: list[str], capsys: Capture) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*command, "--help"])
    assert ended.value.code == 0
    told = capsys.readouterr().out
    assert "None" not in told
    assert "==SUPPRESS==" not in told
    lesson = next((lesson for lesson in LESSONS if lesson.key == command[-1:][0]), None) if command else None
    for name in lesson.config.knobs() if lesson else ():
        assert f"--{name.replace('_', '-')} " in told


def test_a_preset_is_a_start_and_flags_change_it(capsys: Capture) -> None:
    main(["train", "classifier", "--preset", "302", "--steps", "5", "--json"])
    plain = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert plain["step"] == 5
    assert plain["stop"] == "finished"


def test_a_kept_run_goes_on(tmp_path: Path, capsys: Capture) -> None:
    file = tmp_path / "run.safetensors"
    main(["train", "regression", "--batch", "16", "--steps", "20", "--save", str(file)])
    main(["train", "regression", "--open", str(file), "--steps", "50", "--save", str(file)])
    whole = Run(REGRESSION.build, RegressionConfig(batch=16, steps=50), torch.device("cpu"))
    whole.advance()
    again = reopened(read(file.read_bytes()), REGRESSION, torch.device("cpu"))
    assert again.step == 50
    assert all(torch.equal(a, b) for a, b in zip(whole.weights(), again.weights(), strict=True))


def test_ctrl_c_keeps_the_work(tmp_path: Path) -> None:
    file = tmp_path / "run.safetensors"
    command = [sys.executable, "-m", "playground", "train", "regression", "--steps", "0", "--json", "--save", str(file)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout
    for _ in range(2):
        process.stdout.readline()
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=120)
    assert process.returncode == 0
    assert "Traceback" not in err
    assert reopened(read(file.read_bytes()), REGRESSION, torch.device("cpu")).step > 0


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["train", "regression", "--lr", "fast"], "“fast” is not allowed"),
        (["train", "regression", "--device", "toaster"], "no device “toaster”"),
        (["train", "regression", "--preset", "999"], "no preset “999”. There are: 301, 303"),
        (["train", "regression", "--at", "5"], "At step 5 nothing changes"),
        (["train", "regression", "--at", "5", "lr"], "“lr” is no change"),
        (["train", "regression", "--at", "5", "lr=fast"], "Learning rate: “fast” is not allowed"),
        (["train", "regression", "--at", "5", "lr=0.1", "seed=3"], "Seed cannot change during a run"),
        (["train", "regression", "--at", "5", "speed=3"], "no setting “speed”. There are: steps, goal"),
        (["train", "regression", "--at", "soon", "lr=0.1"], "Step “soon” is not allowed here"),
        (["train", "regression", "--at", "300", "lr=0.1"], "Step 300 never comes: this run ends at step 200"),
        (["train", "regression", "--at", "300", "lr=0.1", "--until", "20"], "this run ends at step 20."),
        (["train", "regression", "--until", "-5"], "Step “-5” is not allowed here. Allowed is a whole number from 0"),
        (["export", "regression", "-o", "fit.txt"], "Allowed are the endings .py, .ipynb"),
        (["export", "regression", "-o", "nowhere/fit.py"], "“nowhere/fit.py” cannot be written"),
        (["trian"], "invalid choice: 'trian'"),
        (["train", "regression", "--open", "nowhere.safetensors"], "cannot be opened"),
        (["train", "regression", "--open", "README.md"], "cannot be read as a kept run"),
        (["predict", "nowhere.png"], "cannot be opened"),
        (["predict", "README.md"], "cannot be read as a picture"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(
    arguments: list[str], sentence: str, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.chdir(ROOT)
    assert sentence in refused(arguments, capsys)


def test_what_is_not_live_cannot_change_in_a_kept_run(tmp_path: Path, capsys: Capture) -> None:
    file = tmp_path / "run.safetensors"
    main(["train", "regression", "--steps", "3", "--save", str(file)])
    capsys.readouterr()
    changed = ["train", "regression", "--open", str(file), "--seed", "1", "--layers", "3"]
    assert "Hidden layers cannot change during a run" in refused(changed, capsys)
    assert "not allowed with argument --open" in refused([*changed[:4], "--preset", "301"], capsys)


def test_a_picture_is_read(tmp_path: Path, capsys: Capture) -> None:
    picture = Image.new("L", (400, 300), 255)
    ImageDraw.Draw(picture).line([(150, 60), (250, 60), (190, 240)], fill=0, width=18, joint="curve")
    picture.save(tmp_path / "seven.png")
    main(["predict", "--json", str(tmp_path / "seven.png")])
    told = json.loads(capsys.readouterr().out)
    assert told["label"] == "7"
    assert sum(told["confidences"]) == pytest.approx(1, abs=1e-4)


def test_weights_and_a_graph_are_written_for_other_programs(tmp_path: Path, capsys: Capture) -> None:
    files = {name: tmp_path / f"net.{name}" for name in ("safetensors", "onnx")}
    main(["train", "dqn", "--steps", "3", "--weights", str(files["safetensors"]), "--onnx", str(files["onnx"])])
    assert set(load_file(files["safetensors"])) == {"trunk.0.weight", "trunk.0.bias", "out.weight", "out.bias"}
    assert files["onnx"].stat().st_size > 300
    assert capsys.readouterr().err.count("kept in") == 2


@pytest.mark.parametrize(
    ("flags", "sentence"),
    [
        (["race", "--preset", "saddle", "--onnx", "net.onnx"], "points move"),
        (["race", "--preset", "saddle", "--weights", "net.safetensors"], "points move"),
        (["regression", "--weights", "nowhere/net.safetensors"], "nowhere/net.safetensors"),
        (["regression", "--save", "nowhere/run.safetensors"], "nowhere/run.safetensors"),
    ],
)
def test_what_cannot_be_written_is_said_before_anything_is_learnt(
    flags: list[str], sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.chdir(tmp_path)
    assert sentence in refused(["train", *flags, "--json"], capsys)
