"""Tests what an agent has learnt: greedy episodes in copies of the world that nobody learns from."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from playground.rl.qnet import Quick
from playground.rl.worlds import World

EXAM_SEED = 2**30  # far from every seed that a visitor may train with by accident


def examine(quick: Quick, world: str, episodes: int, seed: int = 0) -> NDArray[np.float64]:
    """The returns (episodes,) of one greedy episode in each of so many copies."""
    room = World(world, episodes, "plain", EXAM_SEED + seed)
    returns = np.zeros(episodes)
    waiting = np.ones(episodes, dtype=bool)
    while waiting.any():
        room.step(quick(room.states).argmax(axis=1))
        for place, _, gained in room.ended:
            if waiting[place]:
                returns[place], waiting[place] = gained, False
    return returns
