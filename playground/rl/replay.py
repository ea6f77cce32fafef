"""Remembers what happened, in rows that NumPy keeps; the newest overwrites the oldest."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from playground.core.refusal import BadValue
from playground.core.state import Parts, State
from playground.rl.dice import restore, written

Floats = NDArray[np.float32]
Whole = NDArray[np.int64]
FURTHEST = 1e6  # no number of a state or a reward is beyond it


class Batch(NamedTuple):
    """Views of remembered rows."""

    states: Floats  # (batch, d)
    actions: Whole  # (batch, 1)
    rewards: Floats  # (batch, 1)
    nexts: Floats  # (batch, d)
    terminated: Floats  # (batch, 1), 1 where the world ended the episode


class Replay:
    """A ring of `capacity` rows: state, action, reward, next state, whether the episode was terminated.

    One table, because one gather a batch costs a fifth of five. It lies where the worlds run, not on the device that
    learns: a small batch travels there faster than a generator on it draws one.
    """

    def __init__(self, capacity: int, width: int, seed: int) -> None:
        self.capacity, self.width = capacity, width
        self.rows: Floats = np.zeros((capacity, 2 * width + 3), dtype=np.float32)
        self.dice = np.random.default_rng(seed)
        self.seen = 0  # rows ever stored

    def __len__(self) -> int:
        return min(self.seen, self.capacity)

    def store(
        self, states: Floats, actions: Whole, rewards: Floats, nexts: Floats, terminated: NDArray[np.bool_]
    ) -> None:
        """Add n transitions, oldest first."""
        count = len(states)
        first = self.seen % self.capacity
        fits = self.capacity - first
        if fits < count:  # the ring closes within these rows
            self.store(states[:fits], actions[:fits], rewards[:fits], nexts[:fits], terminated[:fits])
            self.store(states[fits:], actions[fits:], rewards[fits:], nexts[fits:], terminated[fits:])
            return
        rows, width = self.rows[first : first + count], self.width
        rows[:, :width] = states
        rows[:, width] = actions
        rows[:, width + 1] = rewards
        rows[:, width + 2 : -1] = nexts
        rows[:, -1] = terminated
        self.seen += count

    def sample(self, size: int) -> Batch:
        """Rows drawn evenly, with repetition."""
        return self._batch(self.dice.integers(len(self), size=size))

    def newest(self, size: int) -> Batch:
        """The last rows, as an agent without a memory sees them."""
        return self._batch(np.arange(self.seen - size, self.seen) % self.capacity)

    def _batch(self, places: Whole) -> Batch:
        rows, width = self.rows.take(places, axis=0), self.width
        actions = rows[:, width : width + 1].astype(np.int64)
        return Batch(rows[:, :width], actions, rows[:, width + 1 : width + 2], rows[:, width + 2 : -1], rows[:, -1:])

    def state(self) -> State:
        return {"seen": self.seen, "rows": torch.from_numpy(self.rows[: len(self)]), "dice": written(self.dice)}

    def restore(self, parts: Parts, actions: int) -> None:
        """Raises BadValue for what cannot have happened in a world of so many actions."""
        seen = parts.count("seen")
        rows = parts.array("rows", self.rows[: min(seen, self.capacity)], -FURTHEST, FURTHEST)
        chosen, terminated = rows[:, self.width], rows[:, -1]
        if not (np.isin(chosen, np.arange(actions)).all() and np.isin(terminated, (0, 1)).all()):
            raise BadValue("bad_run_part", part="rows")
        restore(self.dice, parts, "dice")
        self.seen = seen
        self.rows[: len(rows)] = rows

    def spread(self, most: int) -> Floats:
        """At most so many rows from oldest to newest, evenly thinned: (n, 2 d + 3)."""
        count = len(self)
        shown = min(most, count)
        ages = np.arange(shown) * count // max(1, shown)
        rows: Floats = self.rows.take((self.seen - count + ages) % self.capacity, axis=0)
        return rows
