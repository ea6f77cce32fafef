"""The trails: where every lane has been, on one flat slice of the space of all weights, with the real loss on it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor

from playground.core.refusal import BadValue
from playground.core.state import LARGEST_COUNT, Parts, State
from playground.core.trackside import Landscape
from playground.lessons.racing.work import Work

BIG = 5000  # parameters from which less is kept and drawn
KEPT = (128, 28)  # places kept of each lane, of a small net and of a big one
SIDES = (32, 20)  # rows and columns of the surface
SEEN = (128, 60)  # examples that its loss is the mean over
CHUNK = 2_000_000  # numbers of stacked nets and what they compute at a time
GROWTH = 1.4  # the slice is laid anew when the race is so many times as long
MARGIN = 0.22


@dataclass
class Slice:
    """A plane through weight space: a centre and two directions of length one, and the losses all over it."""

    centre: Tensor  # (parameters,)
    axes: Tensor  # (2, parameters)
    share: Tensor  # how much of all that the lanes moved lies in the plane, 0..1
    box: Tensor  # (2, 2): x from, to; y from, to
    surface: Tensor  # (side, side) mean losses, first row at the top


class Trails:
    """Keeps the places that the first seed of each lane has visited, thinned evenly."""

    def __init__(self, work: Work, start: Tensor) -> None:
        self._work = work
        self._start = start  # (parameters,)
        is_big = len(start) > BIG
        self._kept, self._side, self._seen = KEPT[is_big], SIDES[is_big], SEEN[is_big]
        self._stride = 1
        self._visits: dict[int, list[tuple[int, Tensor]]] = {}
        self._slice: Slice | None = None
        self._laid_for: tuple[int, ...] = ()  # the lanes for which the slice was laid
        self._level = -1  # and how long the race was then, in steps of GROWTH

    def line_up(self, slots: tuple[int, ...], step: int) -> None:
        """These lanes race from now on; a new one stands at the start."""
        kept = self._visits
        self._visits = {slot: kept.get(slot, [(step, self._start)]) for slot in slots}

    def restart(self, slot: int) -> None:
        self._visits.pop(slot, None)

    def visit(self, step: int, slots: tuple[int, ...], rows: Tensor, dead: frozenset[int]) -> None:
        """rows (lanes, parameters): where the lanes are after this step; who is dead leaves no trail any more."""
        if step % self._stride:
            return
        for slot, row in zip(slots, rows.clone(), strict=True):
            if slot not in dead:
                self._visits[slot].append((step, row))
        if max(map(len, self._visits.values())) > self._kept:
            self._stride *= 2
            for slot, visits in self._visits.items():
                self._visits[slot] = [visits[0], *(visit for visit in visits[1:] if visit[0] % self._stride == 0)]

    def look(self, step: int, slots: tuple[int, ...], rows: Tensor, standing: Tensor) -> Landscape:
        """rows (lanes, parameters) are where the lanes stand now, standing (lanes,) whether they have not diverged."""
        tracks = [
            torch.stack([*(row for _, row in self._visits[slot]), rows[place]]) for place, slot in enumerate(slots)
        ]
        if self._is_due(step, slots) or self._slice is None:
            self._slice = self._lay(tracks, standing)
        plane = self._slice
        places = [torch.nan_to_num((track - plane.centre) @ plane.axes.T, 1e6).clamp(-1e6, 1e6) for track in tracks]
        logs = plane.surface.log10()
        low, high = logs.min(), logs.max()
        levels = (255 * (logs - low) / (high - low).clamp_min(1e-6)).round()
        return Landscape(slots, levels, torch.stack([low, high]), plane.box, tuple(places), share=plane.share)

    def state(self) -> State:
        visits: State = {
            str(slot): {"steps": torch.tensor([step for step, _ in own]), "rows": torch.stack([row for _, row in own])}
            for slot, own in self._visits.items()
        }
        laid = {} if self._slice is None else {"level": self._level, **vars(self._slice)}
        return {"stride": self._stride, "visits": visits, "slice": laid}

    def restore(self, parts: Parts, step: int) -> None:
        """The trails of a race that stands at this step; raises BadValue for what can be none."""
        stride = parts.between("stride", 1, LARGEST_COUNT)
        visits = {slot: self._read_visits(parts.under(f"visits.{slot}"), step) for slot in self._visits}
        laid = parts.under("slice")
        if laid.tensors:
            plane = self._read_slice(laid)
            self._level, self._laid_for = laid.between("level", -1, LARGEST_COUNT), tuple(self._visits)
            self._slice = plane
        self._stride, self._visits = stride, visits

    def _read_visits(self, parts: Parts, step: int) -> list[tuple[int, Tensor]]:
        steps = parts.rows("steps", torch.zeros((), dtype=torch.long), self._kept + 1).tolist()
        rows = parts.rows("rows", self._start, self._kept + 1)
        is_path = all(before < after for before, after in pairwise(steps)) and 0 < len(steps) == len(rows)
        if not is_path or not 0 <= steps[0] <= steps[-1] <= step:
            raise BadValue("bad_run_part", part="trails.visits")
        return list(zip(steps, rows.unbind(), strict=True))

    def _read_slice(self, parts: Parts) -> Slice:
        centre, number = self._start, self._start.new_empty
        plane = Slice(
            parts.tensor("centre", centre),
            parts.tensor("axes", number(2, len(centre))),
            parts.tensor("share", number(())),
            parts.tensor("box", number(2, 2)),
            parts.tensor("surface", number(self._side, self._side)),
        )
        if not all(bool(value.isfinite().all()) for value in vars(plane).values()):
            raise BadValue("bad_run_part", part="trails.slice")
        return plane

    def _is_due(self, step: int, slots: tuple[int, ...]) -> bool:
        """Whether the lanes have changed or gone so far that they may have left the slice."""
        before, key = (self._laid_for, self._level), (slots, int(math.log(max(4, step) / 4, GROWTH)) if step else -1)
        self._laid_for, self._level = key
        return key != before

    def _lay(self, tracks: list[Tensor], standing: Tensor) -> Slice:
        """The plane of the two directions in which the lanes have moved most (PCA), with the loss computed on it."""
        points = torch.cat(tracks)
        counts = torch.tensor([len(track) for track in tracks], device=points.device)
        far = (points - self._start).norm(dim=1)
        lead = far.nan_to_num(math.inf) < 1e3 * (1 + self._start.norm())
        weights = (standing.repeat_interleave(counts) & lead).float()
        weights = weights / weights.sum().clamp_min(1)
        points = torch.where(weights[:, None] > 0, points, self._start)
        centre = (weights[:, None] * points).sum(dim=0)
        moved = (points - centre) * weights[:, None].sqrt()
        axes, share = self._axes(moved)
        places = (points - centre) @ axes.T  # (n, 2)
        box = self._box(places)
        return Slice(centre, axes, share, box, self._losses(centre, axes, box))

    def _axes(self, moved: Tensor) -> tuple[Tensor, Tensor]:
        """The first two principal directions of moved (n, parameters), from the smaller of its two Gram matrices."""
        total = moved.square().sum()
        data = torch.cat([moved, 1e-4 * self._spare()]).double().cpu()  # two spare rows: at the start nothing has moved
        if len(data) < data.shape[1]:
            _, vectors = torch.linalg.eigh(data @ data.T)
            axes = (data.T @ vectors[:, [-1, -2]]).T
            axes = axes / axes.norm(dim=1, keepdim=True).clamp_min(1e-12)
        else:
            _, vectors = torch.linalg.eigh(data.T @ data)
            axes = vectors[:, [-1, -2]].T
        axes = axes.float().to(moved.device)
        before = self._slice.axes if self._slice else torch.ones_like(axes)
        flip = torch.where((axes * before).sum(dim=1, keepdim=True) < 0, -1.0, 1.0)  # it must not mirror itself
        held = (moved @ axes.T).square().sum()
        share = torch.where(total > 1e-12, held / total.clamp_min(1e-12), 0.0)
        return flip * axes, share

    def _spare(self) -> Tensor:
        """Two fixed random directions, so that there is a slice before the first step."""
        generator = torch.Generator().manual_seed(5)
        spare = torch.randn(2, len(self._start), generator=generator)
        directions: Tensor = spare / spare.norm(dim=1, keepdim=True)
        return directions.to(self._start.device)

    def _box(self, places: Tensor) -> Tensor:
        low, high = places.amin(dim=0), places.amax(dim=0)
        size = (high - low).clamp_min(0.15 * (high - low).max()).clamp_min(0.02 * self._start.norm().clamp_min(0.1))
        middle = (low + high) / 2
        reach = size * (0.5 + MARGIN)
        return torch.stack([middle - reach, middle + reach], dim=1)

    def _losses(self, centre: Tensor, axes: Tensor, box: Tensor) -> Tensor:
        """The loss at side × side places of the plane: that many nets, stacked."""
        work, side = self._work, self._side
        share = torch.linspace(0, 1, side, device=centre.device)
        x = box[0, 0] + (box[0, 1] - box[0, 0]) * share
        y = box[1, 1] + (box[1, 0] - box[1, 1]) * share  # the top row first
        places = torch.stack(torch.meshgrid(y, x, indexing="ij")[::-1], dim=-1).view(-1, 2)
        inputs, targets = work.inputs[:1], work.targets[:1]
        count = inputs.shape[1]
        thin = torch.linspace(0, max(0, count - 1), min(self._seen, count), device=centre.device).long()
        inputs, targets = work.prepared(inputs[:, thin]), targets[:, thin]
        per_net = len(centre) + len(thin) * max(work.shape.widths[1:])
        losses = [
            work.losses(
                work.shape.forward(centre + part @ axes, inputs.expand(len(part), *inputs.shape[1:])),
                targets.expand(len(part), *targets.shape[1:]),
            )
            for part in torch.split(places, max(1, CHUNK // per_net))
        ]
        return torch.cat(losses).nan_to_num(1e6).clamp(1e-8, 1e12).view(side, side)
