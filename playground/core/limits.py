"""Decides when a run stops by itself, and with which facts the page explains it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from playground.core.knobs import Config, number
from playground.core.state import Parts, State

EXPLODED = 1e4  # times (1 + the first loss): far beyond any spike that a run recovers from
BETTER = 0.999  # a window counts as progress when its mean loss is below this share of the best one


@dataclass(frozen=True)
class RunConfig(Config):
    """The knobs that every lesson has: the seed and the limits of a run (0: no such limit)."""

    seed: int = number(1, 0, 2**31 - 1, group="run", integer=True, slider=(0, 99))
    steps: int = number(1000, 0, 1_000_000, group="run", integer=True, slider=(0, 5000), live=True)
    goal: float = number(0, 0, 1e6, group="run", slider=(0, 0.5), live=True)
    patience: int = number(0, 0, 100_000, group="run", integer=True, slider=(0, 2000), live=True)


@dataclass(frozen=True)
class Stop:
    """Why a run stopped: finished, goal, plateau or diverged; with the facts of the sentence."""

    reason: str
    facts: Mapping[str, Any]


class Limits:
    """Watches the losses as they are read and says when to stop."""

    def __init__(self, config: RunConfig) -> None:
        self._config = config
        self.last_step: float = config.steps or math.inf
        self._goal_is_open = True
        self._first_loss: float | None = None
        self._open_window()

    def tune(self, config: RunConfig) -> None:
        """Take over limits that changed during the run."""
        if config.steps != self._config.steps:
            self.last_step = config.steps or math.inf
        if config.goal != self._config.goal:
            self._goal_is_open = True
        self._first_loss = None  # other data may have another scale
        self._config = config

    def state(self) -> State:
        return {
            "last_step": -1 if self.last_step == math.inf else int(self.last_step),
            "goal_is_open": self._goal_is_open,
            "first_loss": self._first_loss,
            "best": None if self._best == math.inf else self._best,
            "sum": self._sum,
            "count": self._count,
        }

    def restore(self, parts: Parts) -> None:
        last = parts.number("last_step")
        self.last_step = math.inf if last < 0 else last
        self._goal_is_open = parts.plain.get("goal_is_open") is True
        self._first_loss, best = parts.maybe("first_loss"), parts.maybe("best")
        self._best = math.inf if best is None else best
        self._sum, self._count = parts.number("sum", float), parts.number("count")

    def resume(self, step: int) -> None:
        """Go on past the limit that stopped the run: as many steps again, and no goal any more."""
        if step >= self.last_step:
            self.last_step = step + self._config.steps
        self._goal_is_open = False
        self._open_window()

    def _open_window(self) -> None:
        self._best, self._sum, self._count = math.inf, 0.0, 0

    def exploded(self, losses: NDArray[np.float32]) -> int | None:
        """The place of the first loss that is not finite or absurdly large, if there is one."""
        if self._first_loss is None and len(losses) and math.isfinite(losses[0]):
            self._first_loss = float(losses[0])
        bound = EXPLODED * (1 + abs(self._first_loss or 0.0))  # a critic's loss may be negative
        wrong = ~(losses <= bound)  # NaN compares false
        return int(wrong.argmax()) if wrong.any() else None

    def reached(self, losses: NDArray[np.float32], step: int) -> Stop | None:
        """The stop that these losses bring, the newest of them belonging to `step`."""
        goal, patience = self._config.goal, self._config.patience
        below = losses <= goal
        if goal and self._goal_is_open and below.any():
            place = int(below.argmax())
            return Stop("goal", {"goal": goal, "step": step - len(losses) + 1 + place, "loss": float(losses[place])})
        if patience and self._is_plateau(losses, patience):
            return Stop("plateau", {"patience": patience, "step": step})
        if step >= self.last_step:
            return Stop("finished", {"step": step})
        return None

    def _is_plateau(self, losses: NDArray[np.float32], patience: int) -> bool:
        """Whether a window of `patience` steps brought no progress; windows are whole however often one looks."""
        for loss in losses:
            self._sum += float(loss)
            self._count += 1
            if self._count < patience:
                continue
            mean, self._sum, self._count = self._sum / self._count, 0.0, 0
            if mean > BETTER * self._best:
                return True
            self._best = mean
        return False
