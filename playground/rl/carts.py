"""Moves the carts of CartPole-v1 as Gymnasium does, to the last bit, in a third of its time."""

from __future__ import annotations

import math
from typing import TypeVar

import numpy as np
import torch
from numpy.typing import NDArray

from playground.core.state import Parts, State
from playground.rl.dice import restore, written

Floats = NDArray[np.float32]
Numbers = TypeVar("Numbers", float, NDArray[np.float64])

GRAVITY, CART, POLE, HALF, FORCE, TICK = 9.8, 1.0, 0.1, 0.5, 10.0, 0.02  # Gymnasium's
TOTAL, LEVER = POLE + CART, POLE * HALF
X_LIMIT = 2.4  # the cart leaves the track
ANGLE_LIMIT = 12 * 2 * math.pi / 360  # and the pole counts as fallen
SPREAD = 0.05  # each number of a first state lies between -this and this
HARD_HIT = 1.0
FASTEST = 1e6  # no number of a state that anybody comes to is beyond it


def moved(
    x: Numbers, x_dot: Numbers, angle: Numbers, angle_dot: Numbers, force: Numbers
) -> tuple[Numbers, Numbers, Numbers, Numbers]:
    """The state one tick later: Gymnasium's formula, operation by operation, since another order rounds otherwise.

    NumPy's cosine also for one cart: that of `math` differs in the last bit.
    """
    cosine, sine = np.cos(angle), np.sin(angle)
    temp = (force + LEVER * (angle_dot * angle_dot) * sine) / TOTAL
    angle_acc = (GRAVITY * sine - cosine * temp) / (HALF * (4.0 / 3.0 - POLE * (cosine * cosine) / TOTAL))
    x_acc = temp - LEVER * angle_acc * cosine / TOTAL
    return x + TICK * x_dot, x_dot + TICK * x_acc, angle + TICK * angle_dot, angle_dot + TICK * angle_acc


class Cart:
    """A single one, in plain numbers."""

    def __init__(self, seed: int) -> None:
        self._dice = np.random.default_rng(seed)
        self._state = (0.0, 0.0, 0.0, 0.0)
        self._rewards = np.ones(1, dtype=np.float32)

    def start(self) -> Floats:
        x, x_dot, angle, angle_dot = self._dice.uniform(-SPREAD, SPREAD, size=4).tolist()
        self._state = (x, x_dot, angle, angle_dot)
        return self._seen()

    def step(self, actions: NDArray[np.int64]) -> tuple[Floats, Floats, NDArray[np.bool_]]:
        self._state = moved(*self._state, FORCE if actions[0] == 1 else -FORCE)
        x, _, angle, _ = self._state
        is_over = not (-X_LIMIT <= x <= X_LIMIT and -ANGLE_LIMIT <= angle <= ANGLE_LIMIT)
        return self._seen(), self._rewards, np.array([is_over])

    def renew(self, places: NDArray[np.int64]) -> Floats:
        return self.start()

    def push(self, strengths: NDArray[np.float64]) -> Floats:
        x, x_dot, angle, angle_dot = self._state
        self._state = (x, x_dot, angle, angle_dot + HARD_HIT * float(strengths[0]))
        return self._seen()

    def state(self) -> State:
        return {"numbers": torch.tensor(self._state, dtype=torch.float64), "dice": written(self._dice)}

    def restore(self, parts: Parts) -> None:
        x, x_dot, angle, angle_dot = parts.array("numbers", np.zeros(4), -FASTEST, FASTEST).tolist()
        restore(self._dice, parts, "dice")
        self._state = (x, x_dot, angle, angle_dot)

    def _seen(self) -> Floats:
        return np.array([self._state], dtype=np.float32)


class Carts:
    """Any number of them side by side, as in Gymnasium's vector environment."""

    def __init__(self, copies: int, seed: int) -> None:
        self._dice = np.random.default_rng(seed)
        self._state = np.zeros((4, copies))
        self._rewards = np.ones(copies, dtype=np.float32)

    def start(self) -> Floats:
        self._state = self._dice.uniform(-SPREAD, SPREAD, size=self._state.shape)
        return self._seen()

    def step(self, actions: NDArray[np.int64]) -> tuple[Floats, Floats, NDArray[np.bool_]]:
        x, x_dot, angle, angle_dot = self._state
        self._state = np.stack(moved(x, x_dot, angle, angle_dot, FORCES[actions]))
        x, _, angle, _ = self._state
        over = (np.abs(x) > X_LIMIT) | (np.abs(angle) > ANGLE_LIMIT)
        return self._seen(), self._rewards, over

    def renew(self, places: NDArray[np.int64]) -> Floats:
        """New first states at these places, at once: no step is lost."""
        self._state[:, places] = self._dice.uniform(-SPREAD, SPREAD, size=(4, len(places)))
        return self._seen()

    def push(self, strengths: NDArray[np.float64]) -> Floats:
        self._state[3] += HARD_HIT * strengths
        return self._seen()

    def state(self) -> State:
        return {"numbers": torch.from_numpy(self._state), "dice": written(self._dice)}

    def restore(self, parts: Parts) -> None:
        self._state = parts.array("numbers", self._state, -FASTEST, FASTEST)
        restore(self._dice, parts, "dice")

    def _seen(self) -> Floats:
        return self._state.T.astype(np.float32)


FORCES = np.array([-FORCE, FORCE])
