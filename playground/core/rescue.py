"""Finds settings that work, for the run that went wrong: they are tried before they are offered."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from playground.core.limits import RunConfig
from playground.core.run import Build, Run
from playground.core.supervised import SupervisedConfig

TRIED = (1.0, 0.3, 0.1, 0.03, 0.01, 0.003, 0.001, 1e-4, 1e-5)
TRIAL_STEPS = 60
PIECE = 10  # steps between two looks: a rate that explodes is given up at once
LONG_TRIAL = 600  # steps of a trial in which settings compete
SHORT_TRIAL = 100
BETTER = 0.8  # settings are offered when they lower the loss at least to this share of what it is today


def working_rate(build: Build, config: SupervisedConfig, device: torch.device) -> float | None:
    """The largest of the usual learning rates, below the config's, under which the loss falls; None if none does."""
    for rate in TRIED:
        if rate < config.lr and _falls(build, replace(config, lr=rate, steps=0, goal=0, patience=0), device):
            return rate
    return None


def lower_rate(build: Build, config: SupervisedConfig, device: torch.device) -> Mapping[str, Any] | None:
    """The same as settings."""
    rate = working_rate(build, config, device)
    return {"lr": rate} if rate else None


def _falls(build: Build, config: SupervisedConfig, device: torch.device) -> bool:
    run = Run(build, config, device)
    while run.step < TRIAL_STEPS:
        run.advance(steps=PIECE)
        if run.peek().stop:
            return False
    return all(bool(losses[-1] < losses[0]) for losses in _losses(run))


def _losses(run: Run) -> list[NDArray[np.float32]]:
    """The loss of each net, which several side by side call by their names."""
    return [run.history.series[name or "loss"].kept()[1] for name in run.trainer().named_nets()]


def best_of(
    build: Build,
    config: RunConfig,
    device: torch.device,
    *,
    tries: Sequence[Mapping[str, Any]],
    better: float = BETTER,
) -> Mapping[str, Any] | None:
    """The settings whose run ends lowest, all from the first weights on; None if none is much better than today's."""
    steps = min(LONG_TRIAL, max(SHORT_TRIAL, config.steps or LONG_TRIAL))
    allowed = [values for values in tries if values != {name: getattr(config, name) for name in values}]
    bound, best = better * _end(build, config, steps, device), None
    for values in allowed:
        end = _end(build, config.changed(values), steps, device)
        if end < bound:
            bound, best = end, values
    return best


def _end(build: Build, config: RunConfig, steps: int, device: torch.device) -> float:
    """The loss after so many steps, of all nets together; infinite where the run goes wrong."""
    run = Run(build, replace(config, steps=0, goal=0, patience=0), device)
    while run.step < steps:
        run.advance(steps=PIECE)
        if run.step % (5 * PIECE) == 0 and run.peek().stop:
            return math.inf
    run.peek()
    return float(sum(np.mean(losses[-max(1, steps // 20) :]) for losses in _losses(run)))
