"""Remembers a race in bounded memory: the loss of every net over the steps, who diverged, the rates and the seconds."""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor

from playground.core.lanes import MOST_LANES
from playground.core.limits import EXPLODED
from playground.core.refusal import BadValue
from playground.core.state import LARGEST_COUNT, Parts, State
from playground.core.trackside import Laps

BINS = 400  # one for each pixel pair of a chart; when they are full, two become one
MISSING = -1.0  # stands for no loss: a loss is never negative


class Record:
    """Losses in bins of equally many steps. All is done in bulk on the device; nothing depends on who looks when."""

    def __init__(self, seeds: int, device: torch.device) -> None:
        shape = (BINS, MOST_LANES, seeds)
        self._sums = torch.zeros(shape, device=device)
        self._counts = torch.zeros(shape, device=device)
        self._bounds = torch.full(shape[1:], math.inf, device=device)
        self.died = torch.full(shape[1:], -1, dtype=torch.long, device=device)  # the step at which a net diverged
        self._rates = np.full((BINS, MOST_LANES), MISSING, dtype=np.float32)
        self._seconds = np.full((BINS, MOST_LANES), MISSING, dtype=np.float32)
        self._pending: list[Tensor] = []
        self._sides: list[tuple[list[float], list[float]]] = []
        self._slots: tuple[int, ...] = ()
        self._steps = 0
        self._stride = 1

    def start(self, slot: int) -> None:
        """A lane comes to the start line: what the slot held before is forgotten."""
        self.settle()
        self._sums[:, slot], self._counts[:, slot] = 0, 0
        self._bounds[slot], self.died[slot] = math.inf, -1
        self._rates[:, slot] = self._seconds[:, slot] = MISSING

    def line_up(self, slots: tuple[int, ...]) -> None:
        """From now on the losses come in this order of lanes."""
        self.settle()
        self._slots = slots

    def append(self, losses: Tensor, rates: list[float], seconds: list[float]) -> None:
        """One step: losses (nets,), and of each lane the rate and the seconds it has computed so far."""
        self._pending.append(losses)
        self._sides.append((rates, seconds))

    def settle(self) -> None:
        """Sort what has come since the last time into its bins."""
        if not self._pending:
            return
        count, first = len(self._pending), self._steps
        slots = torch.tensor(self._slots, device=self.died.device)
        losses = torch.stack(self._pending).view(count, len(self._slots), -1)  # (steps, lanes, seeds)
        losses = self._without_dead(losses, slots, first)
        while (first + count - 1) // self._stride >= BINS:
            self._halve()
        bins = torch.arange(first, first + count, device=losses.device) // self._stride
        sound = torch.isfinite(losses)
        places = torch.zeros(count, *self._sums.shape[1:], device=losses.device)
        places[:, slots] = torch.where(sound, losses, 0.0)
        self._sums.index_add_(0, bins, places)
        places[:, slots] = sound.float()
        self._counts.index_add_(0, bins, places)
        for step, (rates, seconds) in enumerate(self._sides, start=first):
            self._rates[step // self._stride, self._slots] = rates
            self._seconds[step // self._stride, self._slots] = seconds
        self._steps += count
        self._pending.clear()
        self._sides.clear()

    def _without_dead(self, losses: Tensor, slots: Tensor, first: int) -> Tensor:
        """NaN from where a net has diverged: its loss is no number or far beyond any spike that a run recovers from."""
        bounds = self._bounds[slots]
        fresh = EXPLODED * (1 + losses[0])
        bounds = self._bounds[slots] = torch.where(torch.isinf(bounds) & torch.isfinite(fresh), fresh, bounds)
        wrong = ~(losses <= bounds)  # NaN compares false
        died = self.died[slots]
        now = (died < 0) & wrong.any(dim=0)
        died = self.died[slots] = torch.where(now, first + wrong.float().argmax(dim=0), died)
        steps = torch.arange(first, first + len(losses), device=losses.device).view(-1, 1, 1)
        return torch.where((died >= 0) & (steps >= died), torch.nan, losses)

    def _halve(self) -> None:
        for values in (self._sums, self._counts):
            half = values.view(BINS // 2, 2, *values.shape[1:]).sum(dim=1)
            values.zero_()
            values[: BINS // 2] = half
        for sides in (self._rates, self._seconds):
            sides[: BINS // 2], sides[BINS // 2 :] = sides[1::2].copy(), MISSING
        self._stride *= 2

    def state(self) -> State:
        self.settle()
        return {
            "sums": self._sums,
            "counts": self._counts,
            "bounds": self._bounds,
            "died": self.died,
            "rates": torch.from_numpy(self._rates),
            "seconds": torch.from_numpy(self._seconds),
            "stride": self._stride,
        }

    def restore(self, parts: Parts, step: int) -> None:
        """The record of a race that stands at this step; raises BadValue for what can be none."""
        stride = parts.between("stride", max(1, -(-step // BINS)), LARGEST_COUNT)
        names = {"sums": self._sums, "counts": self._counts, "bounds": self._bounds, "died": self.died}
        values = {name: parts.tensor(name, like) for name, like in names.items()}
        sides = {"rates": torch.from_numpy(self._rates), "seconds": torch.from_numpy(self._seconds)}
        values |= {name: parts.tensor(name, like) for name, like in sides.items()}
        if any(bool(value.isnan().any()) for value in values.values()):
            raise BadValue("bad_run_part", part="record")
        if not -1 <= int(values["died"].min()) <= int(values["died"].max()) <= step:
            raise BadValue("bad_run_part", part="record.died")
        for name, like in (names | sides).items():
            like.copy_(values[name])
        self._steps, self._stride = step, stride

    def laps(self, slots: tuple[int, ...]) -> Laps:
        """The chart of these lanes: the median over the seeds, and the band of their middle half."""
        self.settle()
        used = -(-self._steps // self._stride)
        places = torch.tensor(slots, device=self.died.device)
        means = (self._sums[:used, places] / self._counts[:used, places]).transpose(0, 1)  # (lanes, bins, seeds), NaN
        if means.shape[2] == 1 or not used:
            middle, low, high = means[..., 0], None, None
        else:
            low, middle, high = torch.nanquantile(means, torch.tensor([0.25, 0.5, 0.75], device=means.device), dim=2)
        died = self.died[places]
        return Laps(
            slots=slots,
            stride=self._stride,
            steps=self._steps,
            losses=torch.nan_to_num(middle, MISSING),
            low=None if low is None else torch.nan_to_num(low, MISSING),
            high=None if high is None else torch.nan_to_num(high, MISSING),
            rates=self._rates[:used, list(slots)].T,
            seconds=self._seconds[:used, list(slots)].T,
            fallen=(died >= 0).sum(dim=1),
            died=torch.where((died >= 0).all(dim=1), died.amax(dim=1), -1),
        )
