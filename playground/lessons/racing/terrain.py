"""The race on a closed-form surface: trajectories are computed whole, and playing walks along them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import torch
from torch import Tensor, nn

from playground.core.knobs import Config
from playground.core.pictures import Landscape, Laps, Pictures, Podium
from playground.core.trainer import Trainer
from playground.lessons.racing.config import RaceConfig
from playground.lessons.racing.descent import Descent
from playground.lessons.racing.record import BINS
from playground.lessons.racing.surfaces import SURFACES

FLOOR = 0.3  # added to the heights before their logarithm, so that a minimum of 0 has a bottom
SIDE = 120  # rows and columns of the drawn surface
LONGEST = 1500  # steps of a trajectory; a ball stands still at its end
DRAWN = 400  # places of a trajectory that are drawn


class TerrainRace(Trainer):
    """Balls instead of nets. A changed start, rate or option gives other trajectories at once, all the way."""

    EDITS: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, config: RaceConfig, device: torch.device) -> None:
        self._surface = SURFACES[config.work]
        self._step = 0
        self.metrics = {"leader": torch.zeros(())}
        self._levels, self._span = self._paint()
        self._roll(config)

    def _roll(self, config: RaceConfig) -> None:
        """All trajectories from the start to the planned end, and at least to where the balls are."""
        self._config = config
        descent = Descent(self._surface, config.start, config.lanes, config.planned)
        descent.roll(min(LONGEST, max(config.planned, self._step)))
        self.descent = descent
        self._places = torch.stack(descent.places)  # (steps + 1, lanes, 2)
        self._heights = torch.stack(descent.heights)  # (steps + 1, lanes)

    def _paint(self) -> tuple[Tensor, Tensor]:
        x = torch.linspace(*self._surface.x_range, SIDE)
        y = torch.linspace(*self._surface.y_range, SIDE).flip(0)
        ys, xs = torch.meshgrid(y, x, indexing="ij")
        logs = (self._surface.height(xs, ys) + FLOOR).log10()
        low, high = logs.min(), logs.max()
        return (255 * (logs - low) / (high - low)).round(), torch.stack([low, high])

    def nets(self) -> tuple[nn.Module, ...]:
        return ()

    @property
    def _at(self) -> int:
        return min(self._step, len(self._places) - 1)

    def stages(self) -> Iterator[str]:
        """The trajectories are there already: a step goes along them."""
        yield "forward"
        yield "loss"
        yield "backward"
        if self._step >= len(self._places) - 1 and len(self._places) <= LONGEST:
            self.descent.roll(1)  # raced on past the planned end
            self._places, self._heights = torch.stack(self.descent.places), torch.stack(self.descent.heights)
        self.metrics = {"leader": self._heights[self._at].min()}
        self._step += 1
        yield "update"

    def tune(self, config: Config) -> None:
        assert isinstance(config, RaceConfig)
        before = self._config
        if (config.lanes, config.start, config.planned) != (before.lanes, before.start, before.planned):
            self._roll(config)
        self._config = config

    def look(self, *, closely: bool) -> Pictures:
        lost = self._died()
        heights = torch.where(lost >= 0, -1.0, self._heights[self._at])
        nobody = torch.zeros(len(heights))
        if self._step:
            nobody[heights.where(heights >= 0, torch.inf).argmin()] = 1
        return {
            "laps": self._laps(),
            "landscape": self._landscape(),
            "podium": Podium(self._config.slots, heights, self._heights[0, 0], None, nobody, lost, 1),
        }

    def _died(self) -> Tensor:
        lost = self.descent.lost_at
        return torch.where(lost <= self._step, lost, -1)

    def _landscape(self) -> Landscape:
        """Each track thinned where it is long, the place of the ball always among them."""
        count = len(self._places)
        stride = -(-count // DRAWN)
        kept = sorted({*range(0, count, stride), self._at, count - 1})
        surface = self._surface
        box = torch.tensor([surface.x_range, surface.y_range])
        tracks = tuple(self._places[kept].unbind(dim=1))
        start = (self._config.start,)
        return Landscape(
            self._config.slots,
            self._levels,
            self._span,
            box,
            tracks,
            kept.index(self._at),
            surface.lowest,
            None,
            start,
            FLOOR,
        )

    def _laps(self) -> Laps:
        stride = max(1, -(-self._at // BINS))
        kept = list(range(0, self._at, stride))
        died = self._died()
        losses = self._heights[kept].T
        steps = torch.tensor(kept)
        losses = torch.where((died[:, None] >= 0) & (steps >= died[:, None]), -1.0, losses)
        rates, seconds = (torch.tensor(side)[kept].T for side in (self.descent.rates, self.descent.seconds))
        slots = self._config.slots
        return Laps(slots, stride, self._at, losses, None, None, rates, seconds, (died >= 0).long(), died)
