"""Remembers what happened, in rows on the device that learns; the newest overwrites the oldest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor


@dataclass(frozen=True)
class Batch:
    """Views of remembered rows."""

    states: Tensor  # (batch, d)
    actions: Tensor  # (batch, 1), whole numbers
    rewards: Tensor  # (batch, 1)
    nexts: Tensor  # (batch, d)
    terminated: Tensor  # (batch, 1), 1 where the world ended the episode


class Replay:
    """A ring of `capacity` rows: state, action, reward, next state, whether the episode was terminated.

    One table, because one gather a batch costs a fifth of five.
    """

    def __init__(self, capacity: int, width: int, device: torch.device, seed: int) -> None:
        self.capacity, self.width = capacity, width
        self._parts = [width, 1, 1, width, 1]
        self.rows = torch.zeros(capacity, 2 * width + 3, device=device)
        self._window = self.rows.numpy() if device.type == "cpu" else None  # the same memory, without torch's overhead
        self._generator = torch.Generator(device).manual_seed(seed)
        self.seen = 0  # rows ever stored

    def __len__(self) -> int:
        return min(self.seen, self.capacity)

    def store(
        self,
        states: NDArray[np.float32],
        actions: NDArray[np.int64],
        rewards: NDArray[np.float32],
        nexts: NDArray[np.float32],
        terminated: NDArray[np.bool_],
    ) -> None:
        """Add n transitions, oldest first."""
        count, width = len(states), self.width
        rows = np.empty((count, 2 * width + 3), dtype=np.float32)
        rows[:, :width] = states
        rows[:, width] = actions
        rows[:, width + 1] = rewards
        rows[:, width + 2 : -1] = nexts
        rows[:, -1] = terminated
        first = self.seen % self.capacity
        fits = min(count, self.capacity - first)
        self._write(first, rows[:fits])
        if fits < count:
            self._write(0, rows[fits:])
        self.seen += count

    def _write(self, first: int, rows: NDArray[np.float32]) -> None:
        if self._window is not None:
            self._window[first : first + len(rows)] = rows
        else:
            self.rows[first : first + len(rows)] = torch.from_numpy(rows).to(self.rows.device)

    def sample(self, size: int) -> Batch:
        """Rows drawn evenly, with repetition."""
        places = torch.randint(len(self), (size,), generator=self._generator, device=self.rows.device)
        return self._batch(self.rows.index_select(0, places))

    def newest(self, size: int) -> Batch:
        """The last rows, as an agent without a memory sees them."""
        places = torch.arange(self.seen - size, self.seen, device=self.rows.device) % self.capacity
        return self._batch(self.rows.index_select(0, places))

    def _batch(self, rows: Tensor) -> Batch:
        states, actions, rewards, nexts, terminated = torch.split(rows, self._parts, dim=1)
        return Batch(states, actions.long(), rewards, nexts, terminated)

    def spread(self, most: int) -> Tensor:
        """At most so many rows from oldest to newest, evenly thinned: (n, 2 d + 3)."""
        count = len(self)
        shown = min(most, count)
        ages = torch.arange(shown, device=self.rows.device) * count // max(1, shown)
        return self.rows.index_select(0, (self.seen - count + ages) % self.capacity)
