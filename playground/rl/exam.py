"""Tests what agents have learnt: greedy episodes in copies of the world that nobody learns from."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from playground.core.state import MOST, Parts, State
from playground.rl.agent import Agent
from playground.rl.qnet import Quick
from playground.rl.worlds import World

EXAM_SEED = 2**30  # far from every seed that a visitor may train with by accident
EVERY = 1000  # acts between two exams
SHORT = {"cartpole": 20, "acrobot": 5, "mountaincar": 5}  # episodes; only CartPole's copies cost as much as one
KEPT = 240  # exams of each agent
LONG = 100  # episodes: asked for where the short exam says that the world may be solved


def examine(
    quick: Quick, world: str, episodes: int, *, seed: int = EXAM_SEED, reward: str = "plain"
) -> NDArray[np.float64]:
    """The returns (episodes,) of one greedy episode in each of so many copies; the reward does not count for them."""
    room = World(world, episodes, reward, seed)
    results = np.zeros(episodes)
    waiting = np.ones(episodes, dtype=bool)
    while waiting.any():
        room.step(quick(room.states).argmax(axis=1))
        for place, gained in room.ended:
            if waiting[place]:
                results[place], waiting[place] = gained, False
    return results


class Exams:
    """The exams of a run's agents; the first one decides whether the world is solved."""

    def __init__(self, world: str, agents: Sequence[Agent]) -> None:
        self.marks = [deque[tuple[int, float]](maxlen=KEPT) for _ in agents]  # of each agent (episode, average return)
        self.is_solved = False
        self._world, self._agents = world, agents
        self._taken = 0  # acts before the last one

    @property
    def newest(self) -> float | None:
        """The average return of the first agent's last exam."""
        return self.marks[0][-1][1] if self.marks[0] else None

    def sit_if_due(self) -> None:
        """Both agents are tested; whoever may have solved the world is tested at length."""
        first = self._agents[0]
        if not first.learns or first.acts - self._taken < EVERY:
            return
        self._taken = first.acts
        for agent, marks in zip(self._agents, self.marks, strict=True):
            average = float(examine(agent.quick, self._world, SHORT[self._world]).mean())
            if agent is first and average >= agent.world.kind.solved:
                average = float(examine(agent.quick, self._world, LONG).mean())
                self.is_solved = average >= agent.world.kind.solved
            marks.append((agent.ended + 1, average))

    def state(self) -> State:
        marks = {str(place): torch.from_numpy(_table(marks)) for place, marks in enumerate(self.marks)}
        return {"taken": self._taken, "is_solved": self.is_solved, "count": len(self.marks[0]), "marks": marks}

    def restore(self, parts: Parts) -> None:
        """Raises BadValue for what can be no exams."""
        self._taken, count = parts.count("taken"), parts.count("count")
        self.is_solved = parts.plain.get("is_solved") is True
        for place, marks in enumerate(self.marks):
            like = np.zeros((min(count, KEPT), 2))
            marks.extend((int(episode), mark) for episode, mark in parts.array(f"marks.{place}", like, -MOST, MOST))


def _table(marks: Iterable[tuple[int, float]]) -> NDArray[np.float64]:
    return np.array([*marks], dtype=np.float64).reshape(-1, 2)
