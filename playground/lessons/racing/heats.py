"""Serves the mini-batches of every seed of a race at once."""

from __future__ import annotations

import torch
from torch import Tensor

from playground.lessons.racing.work import Work

SMALL = 100_000  # numbers of a data set that may be copied once an epoch


class Heats:
    """Endless mini-batches for every seed: each has an order of its own, drawn from a generator of its own.

    So a seed of a fan sees exactly the batches that it would see alone.
    """

    def __init__(self, work: Work, seeds: tuple[int, ...], size: int) -> None:
        self._work = work
        self._size = size
        self._generators = [torch.Generator().manual_seed(seed) for seed in seeds]
        self._ordered: tuple[Tensor, Tensor] | None = None
        self._place = 0
        self.epoch = 0

    def __next__(self) -> tuple[Tensor, Tensor]:
        """inputs (seeds, batch, in) and targets (seeds, batch, …)."""
        work, count = self._work, self._work.inputs.shape[1]
        if self._size == 0 or self._size >= count:
            self.epoch += 1
            return work.prepared(work.inputs), work.targets
        if self._place * self._size >= count or not self.epoch:
            self.epoch += 1
            self._place = 0
            orders = torch.stack([torch.randperm(count, generator=generator) for generator in self._generators])
            self._order = orders.to(work.inputs.device)  # (seeds, n)
            if work.inputs.numel() <= SMALL:  # put in order once, and a batch costs nothing
                self._ordered = self._picked(self._order)
        part = slice(self._place * self._size, (self._place + 1) * self._size)
        self._place += 1
        if self._ordered:
            inputs, targets = (values[:, part] for values in self._ordered)
        else:
            inputs, targets = self._picked(self._order[:, part])
        return work.prepared(inputs), targets

    def _picked(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        """The data of each seed in the order of rows (seeds, m)."""
        work = self._work
        if len(work.inputs) == 1:
            return work.inputs[0][rows], work.targets[0][rows]
        each = torch.arange(len(rows), device=rows.device).unsqueeze(1)
        return work.inputs[each, rows], work.targets[each, rows]
