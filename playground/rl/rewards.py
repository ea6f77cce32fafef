"""What an agent may be rewarded for: Gymnasium's own reward, or one that says at every step how well it stands."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Reward = Callable[[Floats, Floats], Floats]  # (states that followed (n, d), Gymnasium's rewards (n,)) → (n,)

X_LIMIT = 2.4  # CartPole-v1: the cart leaves the track
ANGLE_LIMIT = 12 * 2 * math.pi / 360  # and the pole counts as fallen


def plain(states: Floats, rewards: Floats) -> Floats:
    """Gymnasium's own reward."""
    return rewards


def cartpole(states: Floats, rewards: Floats) -> Floats:
    """The course's: near the middle and upright pays; from 0.7 down to -1.3 at both limits."""
    x, angle = np.abs(states[:, 0]), np.abs(states[:, 2])
    return (X_LIMIT - x) / X_LIMIT - 0.8 + (ANGLE_LIMIT - angle) / ANGLE_LIMIT - 0.5


def acrobot(states: Floats, rewards: Floats) -> Floats:
    """Gymnasium's -1 a step, less where the tip stands high: from -1 hanging to 0 at the top."""
    cos1, sin1, cos2, sin2 = states[:, 0], states[:, 1], states[:, 2], states[:, 3]
    height = -cos1 - (cos1 * cos2 - sin1 * sin2)  # -2 … 2, the line is at 1
    return np.where(rewards < 0, (height - 2) / 4, rewards).astype(np.float32)


def mountaincar(states: Floats, rewards: Floats) -> Floats:
    """Gymnasium's -1 a step, less where the car has energy: height and speed both count."""
    position, speed = states[:, 0], states[:, 1]
    energy = 0.5 * (np.sin(3 * position) + 1) + (speed / 0.07) ** 2 / 2
    return np.asarray(rewards + np.minimum(energy, 1), dtype=np.float32)


REWARDS: Mapping[str, Mapping[str, Reward]] = {
    "cartpole": {"plain": plain, "shaped": cartpole},
    "acrobot": {"plain": plain, "shaped": acrobot},
    "mountaincar": {"plain": plain, "shaped": mountaincar},
}
