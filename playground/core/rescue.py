"""Finds a learning rate that works, for the run that diverged: it is tried before it is offered."""

from __future__ import annotations

from dataclasses import replace

import torch

from playground.core.run import Build, Run
from playground.core.supervised import SupervisedConfig

TRIED = (1.0, 0.3, 0.1, 0.03, 0.01, 0.003, 0.001, 1e-4, 1e-5)
TRIAL_STEPS = 60
PIECE = 10  # steps between two looks: a rate that explodes is given up at once


def working_rate(build: Build, config: SupervisedConfig, device: torch.device) -> float | None:
    """The largest of the usual learning rates, below the config's, under which the loss falls; None if none does."""
    for rate in TRIED:
        if rate < config.lr and _falls(build, replace(config, lr=rate, steps=0, goal=0, patience=0), device):
            return rate
    return None


def _falls(build: Build, config: SupervisedConfig, device: torch.device) -> bool:
    run = Run(build, config, device)
    while run.step < TRIAL_STEPS:
        run.advance(steps=PIECE)
        if run.peek().stop:
            return False
    _, losses = next(iter(run.history.series.values())).shown(TRIAL_STEPS)
    return bool(losses[-1] < losses[0])
