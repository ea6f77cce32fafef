"""Lets many copies of one of Gymnasium's worlds run side by side, each starting anew when its episode ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from playground.core.state import Parts, State
from playground.rl.carts import FASTEST, Cart, Carts
from playground.rl.dice import restore, written
from playground.rl.rewards import REWARDS

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Kind:
    """One of Gymnasium's worlds: what the net sees of it, and when it counts as solved.

    `scale` brings every number of the state to about 1 before the net sees it; CartPole's stay as in the course.
    """

    name: str
    scale: tuple[float, ...]
    actions: int
    most_steps: int  # an episode is cut there
    solved: float  # the average return over 100 episodes at which Gymnasium calls the world solved


KINDS: Mapping[str, Kind] = {
    "cartpole": Kind("CartPole-v1", (1.0, 1.0, 1.0, 1.0), 2, 500, 475.0),
    "acrobot": Kind("Acrobot-v1", (1.0, 1.0, 1.0, 1.0, 0.2, 0.1), 3, 500, -100.0),
    "mountaincar": Kind("MountainCar-v0", (1.0, 15.0), 3, 200, -110.0),
}


class Outcome(NamedTuple):
    """What a step of n copies brought: the states that followed (n, d), even where an episode ended in them."""

    nexts: Floats
    rewards: Floats  # (n,), what the agent learns from
    terminated: NDArray[np.bool_]  # (n,), the world ended the episode; False where only the time was up


class World:
    """n copies; `states` (n, d) is where they stand, `lengths` and `returns` (n,) what their episodes brought so far.

    A return always counts Gymnasium's own reward, whatever the agent learns from, so that agents can be compared.
    """

    def __init__(self, key: str, copies: int, reward: str, seed: int) -> None:
        self.kind = KINDS[key]
        self.copies = copies
        self._reward = REWARDS[key][reward]
        self._scale = np.array(self.kind.scale, dtype=np.float32)
        self._is_scaled = any(number != 1 for number in self.kind.scale)
        self.stable = stable(key, copies, seed)
        self._stand: Floats = self.stable.start()  # Gymnasium's own numbers of `states`
        self.states: Floats = self._shown()
        self.lengths = np.zeros(copies, dtype=np.int64)
        self.returns = np.zeros(copies, dtype=np.float64)
        self.ended: list[tuple[int, float]] = []  # in the last step (copy, return)

    def step(self, actions: NDArray[np.int64]) -> Outcome:
        """Take these actions (n,); afterwards `ended` says what the episodes that are over brought."""
        raw, plain, terminated = self.stable.step(actions)
        self.lengths += 1
        self.returns += plain
        over = terminated | (self.lengths >= self.kind.most_steps)
        rewards = self._reward(self._stand, raw, plain)
        nexts = raw * self._scale if self._is_scaled else raw
        self.ended = []
        if over.any():
            places = np.flatnonzero(over)
            self.ended = [(int(place), float(self.returns[place])) for place in places]
            self._stand = self.stable.renew(places)
            self.lengths[places] = 0
            self.returns[places] = 0
            self.states = self._shown()
        else:
            self._stand, self.states = raw, nexts
        return Outcome(nexts, rewards, terminated)

    def push(self, strengths: NDArray[np.float64]) -> None:
        """Push each copy (n,): its speed changes at once, -1..1 being as much as a hard hit."""
        self._stand = self.stable.push(strengths)
        self.states = self._shown()

    def state(self) -> State:
        facts = {"stand": self._stand, "lengths": self.lengths, "returns": self.returns}
        return {"stable": self.stable.state()} | {name: torch.from_numpy(value) for name, value in facts.items()}

    def restore(self, parts: Parts) -> None:
        most = self.kind.most_steps
        self._stand = parts.array("stand", self._stand, -FASTEST, FASTEST)
        self.lengths = parts.array("lengths", self.lengths, 0, most - 1)
        self.returns = parts.array("returns", self.returns, -most, most)
        self.stable.restore(parts.under("stable"))
        self.states = self._shown()

    def _shown(self) -> Floats:
        """Where the copies stand, as the net sees it."""
        return self._stand * self._scale if self._is_scaled else self._stand

    def unscaled(self, states: Floats) -> Floats:
        """Gymnasium's own numbers of states (…, d)."""
        return np.asarray(states / self._scale, dtype=np.float32)


def stable(key: str, copies: int, seed: int) -> Cart | Carts | Herd:
    """What moves the copies; a single cart in plain numbers takes half the time of a row of one."""
    return Cart(seed) if key == "cartpole" and copies == 1 else stable_of_many(key, copies, seed)


def stable_of_many(key: str, copies: int, seed: int) -> Carts | Herd:
    return Carts(copies, seed) if key == "cartpole" else Herd(key, copies, seed)


PUSHES = {"acrobot": (2, 2.0), "mountaincar": (1, 0.02)}  # (which speed, hard hit)


class Herd:
    """Gymnasium's single environments one after the other."""

    def __init__(self, key: str, copies: int, seed: int) -> None:
        import gymnasium

        self._key, self._seed = key, seed
        self._envs: list[Any] = [gymnasium.make(KINDS[key].name).unwrapped for _ in range(copies)]

    def start(self) -> Floats:
        self._states = np.stack([env.reset(seed=self._seed + place)[0] for place, env in enumerate(self._envs)])
        return self._states

    def step(self, actions: NDArray[np.int64]) -> tuple[Floats, Floats, NDArray[np.bool_]]:
        results = [env.step(action) for env, action in zip(self._envs, actions.tolist(), strict=True)]
        self._states = np.array([result[0] for result in results])
        rewards = np.array([result[1] for result in results], dtype=np.float32)
        return self._states, rewards, np.array([result[2] for result in results])

    def renew(self, places: NDArray[np.int64]) -> Floats:
        """New first states at these places, right after a step."""
        states = self._states.copy()
        for place in places:
            states[place] = self._envs[place].reset()[0]
        return states

    def push(self, strengths: NDArray[np.float64]) -> Floats:
        place, hard = PUSHES[self._key]
        for env, strength in zip(self._envs, strengths.tolist(), strict=True):
            state = np.array(env.state, dtype=np.float64)
            state[place] += hard * strength
            env.state = state
        return np.stack([_seen(env) for env in self._envs])

    def state(self) -> State:
        numbers = np.stack([np.asarray(env.state, dtype=np.float64) for env in self._envs])
        dice = {str(place): written(env.np_random) for place, env in enumerate(self._envs)}
        return {"numbers": torch.from_numpy(numbers), "dice": dice}

    def restore(self, parts: Parts) -> None:
        like = np.stack([np.asarray(env.state, dtype=np.float64) for env in self._envs])
        numbers = parts.array("numbers", like, -FASTEST, FASTEST)
        for place, (env, state) in enumerate(zip(self._envs, numbers, strict=True)):
            restore(env.np_random, parts, f"dice.{place}")
            env.state = state


def _seen(env: Any) -> Floats:
    """What an environment shows of its state."""
    return np.asarray(env._get_ob() if hasattr(env, "_get_ob") else env.state, dtype=np.float32)
