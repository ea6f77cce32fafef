"""Balls that roll down a closed-form surface, each by its lane's optimizer: the whole trajectory at once."""

from __future__ import annotations

import torch
from torch import Tensor

from playground.core.lanes import LaneSpec
from playground.core.refusal import BadValue
from playground.core.state import Parts, State
from playground.lessons.racing.lane import Lane
from playground.lessons.racing.surfaces import Surface

LOST = 1000.0  # a ball so far from the middle does not come back


class Descent:
    """One ball a lane, all from the same start. `places` and `heights` grow by a row with every step."""

    def __init__(self, surface: Surface, start: tuple[float, float], specs: tuple[LaneSpec, ...], total: int) -> None:
        self._surface = surface
        self._points = torch.tensor([start] * len(specs), dtype=torch.float32).requires_grad_()  # (lanes, 2)
        self._points.grad = torch.zeros_like(self._points)
        rows, grads = self._points.data, self._points.grad
        self.lanes = [
            Lane(spec, rows[place : place + 1], grads[place : place + 1], [(2,)], total, 0)
            for place, spec in enumerate(specs)
        ]
        self._lost = torch.zeros(len(specs), dtype=torch.bool)
        self.places: list[Tensor] = []  # [(lanes, 2), …]
        self.heights: list[Tensor] = []  # [(lanes,), …]
        self.rates: list[list[float]] = []
        self.seconds: list[list[float]] = []
        self.lost_at = torch.full((len(specs),), -1)
        self._note()

    def _height(self, points: Tensor) -> Tensor:
        return self._surface.height(points[:, 0], points[:, 1])

    def _note(self) -> None:
        with torch.no_grad():
            self.places.append(self._points.detach().clone())
            self.heights.append(self._height(self._points))
        self.rates.append([lane.rate() for lane in self.lanes])
        self.seconds.append([lane.watch.seconds for lane in self.lanes])

    @torch.enable_grad()
    def roll(self, steps: int) -> None:
        """So many steps further. Nothing here reads a random number."""
        for step in range(len(self.places) - 1, len(self.places) - 1 + steps):
            assert self._points.grad is not None
            self._points.grad.zero_()
            heights = self._height(self._points)
            heights.sum().backward()  # type: ignore[no-untyped-call]
            lost = self._lost.tolist()
            for place, lane in enumerate(self.lanes):
                if lost[place]:
                    continue
                lane.follow(step)
                lane.step(
                    heights.detach()[place : place + 1], lambda seed, weights: self._height(weights.view(1, 2))[0]
                )
            self._catch(step + 1)
            self._note()

    def state(self) -> State:
        """The trajectories as far as they are computed, and who computes them further."""
        return {
            "places": torch.stack(self.places),
            "heights": torch.stack(self.heights),
            "rates": torch.tensor(self.rates, dtype=torch.float64),
            "seconds": torch.tensor(self.seconds, dtype=torch.float64),
            "lost_at": self.lost_at,
            "lanes": {str(place): lane.state() for place, lane in enumerate(self.lanes)},
        }

    def restore(self, parts: Parts, most: int) -> None:
        """Go on with trajectories of at most so many steps; raises BadValue where they begin elsewhere."""
        count = len(self.lanes)
        places = parts.rows("places", torch.empty(count, 2), most + 1)
        heights = parts.rows("heights", torch.empty(count), most + 1)
        rates, seconds = (parts.rows(name, torch.empty(count).double(), most + 1) for name in ("rates", "seconds"))
        lost_at = parts.tensor("lost_at", self.lost_at)
        steps = len(places) - 1
        if not torch.equal(places[:1], self.places[0].unsqueeze(0)) or not (
            len(heights) == len(rates) == len(seconds) == len(places)
        ):
            raise BadValue("bad_run_part", part="descent.places")
        is_sound = all(bool(values.isfinite().all()) for values in (places, heights, rates, seconds))
        if not is_sound or not bool(((lost_at >= -1) & (lost_at <= steps)).all()):
            raise BadValue("bad_run_part", part="descent.heights")
        for place, lane in enumerate(self.lanes):
            lane.restore(parts.under(f"lanes.{place}"), steps)
        self._points.data.copy_(places[-1])
        self.places, self.heights = list(places.unbind()), list(heights.unbind())
        self.rates, self.seconds = rates.tolist(), seconds.tolist()
        self.lost_at, self._lost = lost_at, lost_at >= 0

    def _catch(self, step: int) -> None:
        """A ball that flies off stays where it was last seen."""
        points = self._points.data
        lost = ~(points.abs() < LOST).all(dim=1)  # NaN compares false
        self.lost_at = torch.where(lost & (self.lost_at < 0), step, self.lost_at)
        self._lost |= lost
        points.copy_(torch.where(self._lost.unsqueeze(1), self.places[-1], points))
