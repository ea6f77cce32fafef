"""The program of an autoencoder: what was changed while it learnt, the exam at the end, a file beside it."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest

from playground.core.refusal import BadValue
from playground.core.run import Run
from playground.data.digits import small_digits
from playground.data.shelf import DIGITS
from playground.lessons.autoencoder import AUTOENCODER, AutoencoderConfig
from playground.lessons.autoencoder_weights import WEIGHTS
from playground.script.delivery import lay, packed
from playground.script.write import write
from playground.text import Text
from tests.script.runs import CPU, attempted, differences, lines, printed, script_of


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(DIGITS, "digits", small_digits())


def started(taken: int, **values: Any) -> Run:
    config = AutoencoderConfig(start="scratch", wide=16, middle=8, narrow=6).changed(values)
    run = Run(AUTOENCODER.build, config, CPU)
    run.advance(taken)
    return run


def changed() -> Run:
    """Noise comes, grows and goes; the pull on a VAE's codes changes, and so does the rate."""
    run = started(3, coder="vae", tied=True, latent="2")
    for values in ({"corruption": 0.4}, {"corruption": 0.8, "kl": 0.3}, {"lr": 0.01, "corruption": 0.0}):
        run.tune(run.config.changed(values))
        run.advance(2)
    return run


def ended(**values: Any) -> Run:
    run = started(4, steps=4, **values)
    run.peek()
    return run


def test_what_was_changed_and_the_exam_at_the_end_are_in_the_program(tmp_path: Path) -> None:
    runs = {"changed": changed(), "plain": ended(), "noisy": ended(corruption=0.5, tied=True)}
    told = printed({name: script_of(run, AUTOENCODER) for name, run in runs.items()}, tmp_path)
    assert not {name: found for name, run in runs.items() if (found := differences(run, told[name]))}
    assert set(told["plain"][4]) == {"loss", "test_loss", "knn_accuracy", "full_loss", "full_knn_accuracy"}


@pytest.mark.parametrize("wide", [128, 100])
def test_a_program_names_the_file_that_it_needs(wide: int) -> None:
    """Shipped weights that do not fit were passed over, so the program does not ask for them."""
    run = Run(AUTOENCODER.build, AutoencoderConfig(wide=wide), CPU)
    program = write(run, AUTOENCODER, Text("en"))
    assert program.files == ((WEIGHTS,) if wide == 128 else ())
    assert ("load_file" in program.script()) == (wide == 128)


def test_it_runs_where_its_zip_is_unpacked_and_without_its_file_it_says_so(tmp_path: Path) -> None:
    run = Run(AUTOENCODER.build, AutoencoderConfig(), CPU)
    run.advance(2)
    box = zipfile.ZipFile(io.BytesIO(packed(write(run, AUTOENCODER, Text("zh")), "run.py")))
    box.extractall(tmp_path)
    assert set(box.namelist()) == {"run.py", WEIGHTS.name}
    script = (tmp_path / "run.py").read_text(encoding="utf-8")
    told, problem = attempted({"run": script}, tmp_path)
    assert not problem
    assert not differences(run, lines(told["run"]))
    (tmp_path / WEIGHTS.name).unlink()
    told, problem = attempted({"run": script}, tmp_path)
    assert f"SystemExit: 这个程序需要文件 {WEIGHTS.name}" in problem
    # started from elsewhere, it looks beside itself
    here = f"__file__ = {str(tmp_path / 'deep' / 'run.py')!r}\n{script}"
    assert str(tmp_path / "deep" / WEIGHTS.name) in attempted({"run": here}, tmp_path)[1]


def test_what_lies_in_the_place_of_its_file_is_not_overwritten(tmp_path: Path) -> None:
    program = write(Run(AUTOENCODER.build, AutoencoderConfig(), CPU), AUTOENCODER, Text("en"))
    names = {path.name for path in lay(program, tmp_path / "run.ipynb")}
    assert names == {"run.ipynb", WEIGHTS.name} == {path.name for path in tmp_path.iterdir()}
    assert lay(program, tmp_path / "run.py")  # the same file is no other one
    (tmp_path / WEIGHTS.name).write_bytes(b"somebody's own work")
    with pytest.raises(BadValue, match="bad_beside"):
        lay(program, tmp_path / "new.py")
    assert not (tmp_path / "new.py").exists()
