"""The learning-rate schedules as one factor each: what torch.optim.lr_scheduler does, readable at any step.

A lane may join late, change its rate or its schedule in the middle of a race, and race on past the planned end; a
factor of the step says what holds then without replaying anything. The tests compare each with torch's scheduler.
"""

from __future__ import annotations

import math
from collections.abc import Callable

STEP_GAMMA = 0.3  # StepLR: four stairs over the race
MILESTONE_GAMMA = 0.1  # MultiStepLR: at half and at three quarters of it
EXPONENTIAL_END = 0.01  # ExponentialLR: the share of the rate that is left at the end
CYCLE_RISE, CYCLE_START, CYCLE_END = 0.3, 1 / 25, 1 / 25e4  # OneCycleLR's own defaults
WARMUP_START, WARMUP_SHARE = 0.01, 5  # LinearLR over the first fifth
PLATEAU_GAMMA, PLATEAU_PATIENCE = 0.3, 2  # ReduceLROnPlateau, which looks at windows of a 24th of the race
PLATEAU_WINDOWS = 24


def _stairs(step: int, total: int) -> float:
    return STEP_GAMMA ** (step // max(1, total // 4))


def _milestones(step: int, total: int) -> float:
    return MILESTONE_GAMMA ** ((step >= total // 2) + (step >= 3 * total // 4))


def _exponential(step: int, total: int) -> float:
    share: float = EXPONENTIAL_END ** (step / total)
    return share


def _half_wave(share: float) -> float:
    """From 1 down to 0."""
    return (1 + math.cos(math.pi * share)) / 2


def _cosine(step: int, total: int) -> float:
    return _half_wave(min(1.0, step / total))


def _one_cycle(step: int, total: int) -> float:
    top, end = CYCLE_RISE * total - 1, total - 1
    step = min(step, end)
    rise = 1 - (1 - CYCLE_START) * _half_wave(step / top)
    fall = CYCLE_END + (1 - CYCLE_END) * _half_wave((step - top) / (end - top))
    return rise if step <= top else fall


def _warm_up(step: int, total: int) -> float:
    return WARMUP_START + (1 - WARMUP_START) * min(1.0, step / max(1, total // WARMUP_SHARE))


FACTORS: dict[str, Callable[[int, int], float]] = {
    "constant": lambda step, total: 1.0,
    "step": _stairs,
    "multistep": _milestones,
    "exponential": _exponential,
    "cosine": _cosine,
    "onecycle": _one_cycle,
    "warmup": _warm_up,
    "plateau": lambda step, total: 1.0,  # listens to the loss instead: ReduceLROnPlateau itself, see lane.py
}
