"""Keeps the last moments of the first copy of a world, so that the page can show how it moved between two frames."""

from __future__ import annotations

from collections import deque

import numpy as np
from numpy.typing import NDArray

from playground.rl.worlds import Outcome, World

KEPT = 40  # moments: more than a frame at real time holds


class Trail:
    """Moments (number, episode, steps into it, action that led there or -1, state …); both ends of an episode are in."""

    def __init__(self, world: World) -> None:
        self._moments: deque[tuple[float, ...]] = deque(maxlen=KEPT)
        self.number = 0
        self.episode = 1
        self._start(world)

    def _start(self, world: World) -> None:
        self._moments.append((self.number, self.episode, 0.0, -1.0, *world.unscaled(world.states[0])))
        self.number += 1

    def add(self, action: int, outcome: Outcome, world: World) -> None:
        """After a step of the world."""
        ended = world.ended and world.ended[0][0] == 0
        steps = world.ended[0][1] if ended else int(world.lengths[0])
        self._moments.append((self.number, self.episode, steps, action, *world.unscaled(outcome.states[0])))
        self.number += 1
        if ended:
            self.episode += 1
            self._start(world)

    def moved(self, world: World) -> None:
        """After a push: the same moment with another speed."""
        number, episode, steps, action, *_ = self._moments[-1]
        self._moments[-1] = (number, episode, steps, action, *world.unscaled(world.states[0]))

    def table(self) -> NDArray[np.float32]:
        """(moments, 4 + d), oldest first."""
        return np.array(self._moments, dtype=np.float32)
