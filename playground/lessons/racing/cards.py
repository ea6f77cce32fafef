"""Detectors of a lane that has left the race or gets nowhere, and a search for a learning rate that does better."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import torch

from playground.core.cards import Card, Signs
from playground.core.lanes import HIGHEST_RATE, KINDS, LOWEST_RATE, MOST_LANES, LaneSpec
from playground.core.run import Build, Run
from playground.lessons.racing.config import RaceConfig

TRIAL_STEPS = 100
EACH = 3.0  # times smaller or larger than the one before is each rate that is tried
EARLIEST = 100  # steps
AT_START = 0.9  # of the first loss: a lane that keeps more has hardly left the start
ALIKE = 1e-4  # the deviation of a net's answers below which they are all the same; the first weights' is about 0.2


def lane_out(signs: Signs) -> Card | None:
    """The first lane of those whose nets have all diverged."""
    died = signs.numbers.get("died")
    if died is None or not (died >= 0).any() or len(died) != len(signs.config.lanes):
        return None
    place = int((died >= 0).argmax())
    facts = {**_lane(signs.config.lanes[place]), "step": int(died[place])}
    return Card("lane_out", facts, seek=_Seek(place, 1 / EACH), restarts=False)


def lane_slow(signs: Signs) -> Card | None:
    """The first lane that hardly leaves the start, at a rate far below the usual one of its kind."""
    left = signs.numbers.get("left")
    if left is None or signs.age < EARLIEST or len(left) != len(signs.config.lanes):
        return None
    for place, spec in enumerate(signs.config.lanes):
        if left[place] > AT_START and spec.lr <= KINDS[spec.kind].rate / 4:
            facts = {**_lane(spec), "steps": signs.age, "percent": f"{100 * left[place]:.0f}"}
            return Card("lane_slow", facts, seek=_Seek(place, EACH), restarts=False)
    return None


def lane_flat(signs: Signs) -> Card | None:
    """The first lane whose net says the same whatever comes in: it was thrown to where no gradient comes back."""
    spread, died = signs.numbers.get("spread"), signs.numbers.get("died")
    if spread is None or died is None or signs.age < EARLIEST or len(spread) != len(signs.config.lanes):
        return None
    for place, spec in enumerate(signs.config.lanes):
        if spread[place] < ALIKE and died[place] < 0:
            return Card("lane_flat", _lane(spec), seek=_Seek(place, 1 / EACH))
    return None


def _lane(spec: LaneSpec) -> dict[str, object]:
    return {"lane_kind": spec.kind, "lr": spec.lr}


class _Seek:
    """Tries eight rates at once, each so many times the one before: they race against each other."""

    def __init__(self, place: int, factor: float) -> None:
        self._place, self._factor = place, factor

    def __call__(self, build: Build, config: RaceConfig, device: torch.device) -> Mapping[str, Any] | None:
        spec = config.lanes[self._place]
        rates = [float(f"{spec.lr * self._factor ** (i + 1):.2g}") for i in range(MOST_LANES)]
        lanes = [replace(spec, slot=i, lr=r) for i, r in enumerate(rates) if LOWEST_RATE <= r <= HIGHEST_RATE]
        if len(lanes) < 2:
            return None
        run = Run(build, replace(config, lanes=tuple(lanes), fan=False, steps=0, goal=0, patience=0), device)
        run.advance(steps=TRIAL_STEPS)
        podium = run.peek().pictures["podium"]
        alive = [
            (loss, lane.lr)
            for lane, loss, died in zip(lanes, podium.loss, podium.died, strict=True)  # type: ignore[attr-defined]
            if died < 0 and 0 <= loss < podium.first  # type: ignore[attr-defined]
        ]
        if not alive:
            return None
        mended = replace(spec, lr=min(alive)[1])
        return {"lanes": tuple(mended if lane is spec else lane for lane in config.lanes)}


LANE_CARDS = (lane_out, lane_flat, lane_slow)
