"""What an agent may be rewarded for: Gymnasium's own reward, or one that says at every step how well it stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from playground.rl.carts import ANGLE_LIMIT, X_LIMIT

Floats = NDArray[np.float32]
Reward = Callable[[Floats, Floats, Floats], Floats]  # (states before (n, d), after (n, d), Gymnasium's (n,)) → (n,)


def plain(before: Floats, after: Floats, rewards: Floats) -> Floats:
    """Gymnasium's own reward."""
    return rewards


WORTH = np.array([1 / X_LIMIT, 0, 1 / ANGLE_LIMIT, 0], dtype=np.float32)


def cartpole(before: Floats, after: Floats, rewards: Floats) -> Floats:
    """The course's (x limit - |x|) / x limit - 0.8 + (angle limit - |angle|) / angle limit - 0.5, in one product."""
    reward: Floats = np.float32(0.7) - np.abs(after) @ WORTH
    return reward


def acrobot(before: Floats, after: Floats, rewards: Floats) -> Floats:
    """Gymnasium's -1 a step, less where the tip stands high: from -1 hanging to 0 at the top."""
    cos1, sin1, cos2, sin2 = after[:, 0], after[:, 1], after[:, 2], after[:, 3]
    height = -cos1 - (cos1 * cos2 - sin1 * sin2)  # -2 … 2, the line is at 1
    return np.where(rewards < 0, (height - 2) / 4, rewards).astype(np.float32)


def mountaincar(before: Floats, after: Floats, rewards: Floats) -> Floats:
    """Gymnasium's -1 a step, and a gain for every bit of energy that the step has put into the car."""
    gain = ENERGY_GAIN * (energy(after) - energy(before))
    return np.asarray(rewards + gain, dtype=np.float32)


ENERGY_GAIN = 100.0  # for all the energy from the bottom of the valley to the flag, spread over the whole way


def energy(states: Floats) -> Floats:
    """Height and motion together: 0 at rest at the bottom, 1 at rest at the flag."""
    position, speed = states[:, 0], states[:, 1]
    slope = 0.0025 / 3  # of Gymnasium's valley
    total = slope * (np.sin(3 * position) + 1) + speed**2 / 2
    return np.asarray(total / (2 * slope), dtype=np.float32)


REWARDS: Mapping[str, Mapping[str, Reward]] = {
    "cartpole": {"plain": plain, "shaped": cartpole},
    "acrobot": {"plain": plain, "shaped": acrobot},
    "mountaincar": {"plain": plain, "shaped": mountaincar},
}
