"""Every start of the autoencoder learns from MNIST, over several seeds: the bounds are what a viewer is promised."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from playground.core.run import Run
from playground.data.digits import load
from playground.data.shelf import DIGITS
from playground.lessons.autoencoder import AUTOENCODER

pytestmark = pytest.mark.learning
EPOCH = 938
SEEDS = (1, 2, 3)
TWO = (1, 2)


@pytest.fixture(autouse=True, scope="module")
def mnist(data: Path) -> None:
    DIGITS.digits = load(data)


def learnt(preset: str, steps: int, seed: int) -> tuple[Run, Mapping[str, float]]:
    """The run, and its metrics over the whole test set."""
    config = replace(AUTOENCODER.presets[preset].config, steps=steps, seed=seed)
    run = Run(AUTOENCODER.build, config, torch.device("cpu"))
    run.advance()
    return run, run.peek().metrics


@pytest.mark.parametrize("seed", SEEDS)
def test_404_after_one_epoch(seed: int) -> None:
    """Measured: .042 to .047."""
    run, metrics = learnt("404", EPOCH, seed)
    assert metrics["full_loss"] <= 0.050
    assert metrics["full_knn_accuracy"] >= 0.5
    assert run.peek().epoch == 1


@pytest.mark.parametrize("seed", TWO)
def test_the_plane_after_two_epochs(seed: int) -> None:
    assert learnt("plane", 2 * EPOCH, seed)[1]["full_loss"] <= 0.053


@pytest.mark.parametrize("seed", TWO)
def test_denoising_after_two_epochs(seed: int) -> None:
    """Rebuilt from the noisiest pictures it ever sees; the noise alone would be an error of .11."""
    assert learnt("denoising", 2 * EPOCH, seed)[1]["full_loss"] <= 0.050


@pytest.mark.parametrize("seed", TWO)
def test_the_vae_after_two_epochs(seed: int) -> None:
    """It rebuilds, and its codes lie about as N(0, 1) does, in all three directions."""
    run, metrics = learnt("vae", 2 * EPOCH, seed)
    assert metrics["full_loss"] <= 0.050
    spread = np.std(run.peek().pictures["latent"].xyz, axis=0)  # type: ignore[attr-defined]
    assert 0.1 < spread.min() <= spread.max() < 2


def test_a_heavy_kl_term_silences_directions() -> None:
    config = replace(AUTOENCODER.presets["vae"].config, kl=5.0, steps=EPOCH)  # type: ignore[call-arg]
    run = Run(AUTOENCODER.build, config, torch.device("cpu"))
    run.advance()
    assert np.std(run.peek().pictures["latent"].xyz, axis=0).min() < 0.05  # type: ignore[attr-defined]


def test_going_on_from_the_shipped_weights_keeps_what_they_know() -> None:
    run = Run(AUTOENCODER.build, AUTOENCODER.presets["shipped"].config, torch.device("cpu"))
    first = run.peek().metrics
    assert first["test_loss"] <= 0.031
    assert first["knn_accuracy"] >= 0.8
    assert learnt("shipped", 500, 1)[1]["full_loss"] <= 0.032


def test_every_preset_is_tested_here() -> None:
    assert set(AUTOENCODER.presets) == {"shipped", "404", "plane", "denoising", "vae"}
