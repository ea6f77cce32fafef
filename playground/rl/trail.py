"""Keeps the last moments of the first copy of a world, so that the page can show how it moved between two frames."""

from __future__ import annotations

from collections import deque

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from playground.core.refusal import BadValue
from playground.core.state import MOST, Parts, State
from playground.rl.replay import FURTHEST
from playground.rl.worlds import Outcome, World

KEPT = 40  # moments: more than a frame at real time holds


class Trail:
    """Moments (number, episode, steps into it, action that led there or -1, state …), both ends of episodes too."""

    def __init__(self, world: World) -> None:
        self._moments: deque[tuple[int, int, int, int, NDArray[np.float32]]] = deque(maxlen=KEPT)
        self._world = world
        self.number = 0
        self.episode = 1
        self._note(0, -1, world.states)

    def _note(self, steps: int, action: int, states: NDArray[np.float32]) -> None:
        self._moments.append((self.number, self.episode, steps, action, states[0]))
        self.number += 1

    def add(self, action: int, outcome: Outcome) -> None:
        """After a step of the world."""
        world = self._world
        self._note(self._moments[-1][2] + 1, action, outcome.nexts)
        if world.ended and world.ended[0][0] == 0:
            self.episode += 1
            self._note(0, -1, world.states)

    def moved(self) -> None:
        """After a push: the same moment with another speed."""
        self._moments[-1] = (*self._moments[-1][:-1], self._world.states[0])

    def table(self) -> NDArray[np.float32]:
        """(moments, 4 + d), oldest first, with Gymnasium's own numbers of the states."""
        facts = np.array([moment[:-1] for moment in self._moments], dtype=np.float32)
        states = self._world.unscaled(np.array([moment[-1] for moment in self._moments]))
        return np.concatenate([facts, states], axis=1)

    def state(self) -> State:
        facts, states = self._columns()
        return {"episode": self.episode, "number": self.number, "facts": facts, "states": states}

    def _columns(self) -> tuple[Tensor, Tensor]:
        facts = torch.tensor([moment[:-1] for moment in self._moments])
        return facts, torch.from_numpy(np.array([moment[-1] for moment in self._moments]))

    def restore(self, parts: Parts) -> None:
        number, episode = parts.count("number"), parts.count("episode")
        count, width = min(number, KEPT), self._world.states.shape[1]
        if not count:
            raise BadValue("bad_run_part", part="trail")
        facts = parts.array("facts", np.zeros((count, 4), dtype=np.int64), -1, MOST)
        states = parts.array("states", np.zeros((count, width), dtype=np.float32), -FURTHEST, FURTHEST)
        self._moments.clear()
        self._moments.extend((*fact, state) for fact, state in zip(facts.tolist(), states, strict=True))
        self.number, self.episode = number, episode
