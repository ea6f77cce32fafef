"""Serves the mini-batches of every seed of a race at once."""

from __future__ import annotations

import torch
from torch import Tensor

from playground.core.refusal import BadValue
from playground.core.state import LARGEST_COUNT, Parts, State
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
        self._order: Tensor | None = None  # (seeds, n)
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
            orders = [torch.randperm(count, generator=generator) for generator in self._generators]
            self._put_in_order(torch.stack(orders))
        assert self._order is not None
        part = slice(self._place * self._size, (self._place + 1) * self._size)
        self._place += 1
        if self._ordered:
            inputs, targets = (values[:, part] for values in self._ordered)
        else:
            inputs, targets = self._picked(self._order[:, part])
        return work.prepared(inputs), targets

    def state(self) -> State:
        """Where the epoch stands, in which orders it goes on, and how the next ones will be drawn."""
        order = {} if self._order is None else {"order": self._order}
        generators = torch.stack([generator.get_state() for generator in self._generators])
        return {"epoch": self.epoch, "place": self._place, "generators": generators, **order}

    def restore(self, parts: Parts) -> None:
        """Go on where the state was taken; raises BadValue where it belongs to other data."""
        count, seeds = self._work.inputs.shape[1], len(self._generators)
        epoch = parts.between("epoch", 0, LARGEST_COUNT)
        is_whole = self._size == 0 or self._size >= count
        has_order = not is_whole and epoch > 0
        place = parts.between("place", int(has_order), -(-count // self._size) if has_order else 0)
        if has_order:
            order = parts.rows("order", torch.empty(count, dtype=torch.long), seeds)
            if len(order) != seeds or not torch.equal(order.sort()[0], torch.arange(count).expand(seeds, -1)):
                raise BadValue("bad_run_data")
            self._put_in_order(order)
        states = torch.stack([generator.get_state() for generator in self._generators])
        try:
            for generator, state in zip(self._generators, parts.tensor("generators", states), strict=True):
                generator.set_state(state.clone())
        except RuntimeError as error:
            raise BadValue("bad_run_part", part="batches.generators") from error
        self.epoch, self._place = epoch, place

    def _put_in_order(self, orders: Tensor) -> None:
        """orders (seeds, n). Small data are laid out in order once an epoch, and a batch costs nothing."""
        self._order = orders.to(self._work.inputs.device)
        if self._work.inputs.numel() <= SMALL:
            self._ordered = self._picked(self._order)

    def _picked(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        """The data of each seed in the order of rows (seeds, m)."""
        work = self._work
        if len(work.inputs) == 1:
            return work.inputs[0][rows], work.targets[0][rows]
        each = torch.arange(len(rows), device=rows.device).unsqueeze(1)
        return work.inputs[each, rows], work.targets[each, rows]
