"""The program of an autoencoder: what was changed while it learnt, the exam at the end, a file beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from playground.core.run import Run
from playground.data.digits import small_digits
from playground.data.shelf import DIGITS
from playground.lessons.autoencoder import AUTOENCODER, AutoencoderConfig
from playground.lessons.autoencoder_weights import WEIGHTS
from playground.script.write import write
from playground.text import Text
from tests.script.runs import CPU, differences, printed, script_of


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
