"""The race on a closed-form surface: trajectories are computed whole, and playing walks along them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import torch
from torch import Tensor, nn

from playground.core.knobs import Config
from playground.core.limits import EXPLODED
from playground.core.pictures import Pictures
from playground.core.refusal import BadValue
from playground.core.state import LARGEST_COUNT, Parts, State
from playground.core.trackside import Landscape, Laps, Podium
from playground.core.trainer import Metrics, Trainer
from playground.lessons.racing.cards import lane_out
from playground.lessons.racing.config import RaceConfig, passes_of
from playground.lessons.racing.descent import Descent
from playground.lessons.racing.record import BINS
from playground.lessons.racing.surfaces import SURFACES

FLOOR = 0.3  # added to the heights before their logarithm, so that a minimum of 0 has a bottom
SIDE = 120  # rows and columns of the drawn surface
EFFORT = 4000  # times that a lane computes its loss, all lanes together, while a hand drags the start: half a second
CATCH_UP = 5  # steps that a ball takes at a time while it is behind the clock
LONGEST = 1500  # steps of a trajectory; a ball stands still at its end
DRAWN = 400  # places of a trajectory that are drawn


class TerrainRace(Trainer):
    """Balls instead of nets. A changed start, rate or option gives other trajectories at once, all the way."""

    CARDS = (lane_out,)
    EDITS: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, config: RaceConfig, device: torch.device) -> None:
        self._surface = SURFACES[config.work]
        self._step = 0
        self.metrics = {"leader": torch.zeros(())}
        self._levels, self._span = self._paint()
        self._roll(config)

    def _roll(self, config: RaceConfig) -> None:
        """All trajectories from the start to the planned end, as far as that is a moment's work."""
        self._config = config
        descent = Descent(self._surface, config.start, config.lanes, config.planned)
        effort = sum(passes_of(spec) for spec in config.lanes)
        descent.roll(int(min(LONGEST, config.planned, EFFORT / effort)))
        self.descent = descent
        self._gather()

    def _gather(self) -> None:
        self._places = torch.stack(self.descent.places)  # (steps + 1, lanes, 2)
        self._heights = torch.stack(self.descent.heights)  # (steps + 1, lanes)

    def _paint(self) -> tuple[Tensor, Tensor]:
        x = torch.linspace(*self._surface.x_range, SIDE)
        y = torch.linspace(*self._surface.y_range, SIDE).flip(0)
        ys, xs = torch.meshgrid(y, x, indexing="ij")
        logs = (self._surface.height(xs, ys) + FLOOR).log10()
        low, high = logs.min(), logs.max()
        return (255 * (logs - low) / (high - low)).round(), torch.stack([low, high])

    def nets(self) -> tuple[nn.Module, ...]:
        return ()

    def lacking(self) -> BadValue | None:
        return BadValue("all_diverged") if bool((self._died() >= 0).all()) else None

    @property
    def _at(self) -> int:
        return min(self._step, len(self._places) - 1)

    def stages(self) -> Iterator[str]:
        """The trajectories are there already: a step goes along them."""
        yield "forward"
        yield "loss"
        yield "backward"
        behind = min(LONGEST, self._step + 1) - (len(self._places) - 1)
        if behind > 0:  # past the planned end, or where a change has thrown the balls back
            self.descent.roll(min(behind, CATCH_UP))
            self._gather()
        best = self._heights[self._at].masked_fill(self._died() >= 0, torch.inf).min()
        self.metrics = {"leader": torch.where(best < EXPLODED, best, self.metrics["leader"])}
        self._step += 1
        yield "update"

    def tune(self, config: Config) -> None:
        assert isinstance(config, RaceConfig)
        before = self._config
        if (config.lanes, config.start, config.planned) != (before.lanes, before.start, before.planned):
            self._roll(config)
        self._config = config

    def state(self) -> State:
        return {"step": self._step, "leader": self.metrics["leader"], "descent": self.descent.state()}

    def restore(self, parts: Parts) -> None:
        step, leader = parts.between("step", 0, LARGEST_COUNT), parts.tensor("leader", torch.zeros(()))
        if not bool(leader.isfinite()):
            raise BadValue("bad_run_part", part="leader")
        self.descent.restore(parts.under("descent"), LONGEST)
        self._step, self.metrics = step, {"leader": leader}
        self._gather()

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

    def symptoms(self) -> Metrics:
        return {"died": self._died()}

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
        """The heights along the whole trajectories, thinned like a long race."""
        count = len(self._places)
        stride = max(1, -(-count // BINS))
        kept = list(range(0, count, stride))
        lost = self.descent.lost_at
        steps = torch.tensor(kept)
        heights = torch.where((lost[:, None] >= 0) & (steps >= lost[:, None]), -1.0, self._heights[kept].T)
        rates, seconds = (torch.tensor(side)[kept].T for side in (self.descent.rates, self.descent.seconds))
        slots, died = self._config.slots, self._died()
        return Laps(slots, stride, count - 1, heights, None, None, rates, seconds, (died >= 0).long(), died, self._at)
