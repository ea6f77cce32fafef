"""Detects a lane that has left the race, and finds a learning rate with which it stays in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import torch

from playground.core.cards import Card, Signs
from playground.core.lanes import LOWEST_RATE, MOST_LANES
from playground.core.run import Build, Run
from playground.lessons.racing.config import RaceConfig

TRIAL_STEPS = 100
EACH = 3.0  # times smaller than the one before is each rate that is tried


def lane_out(signs: Signs) -> Card | None:
    """The first lane of those whose nets have all diverged."""
    died = signs.numbers.get("died")
    if died is None or not (died >= 0).any() or len(died) != len(signs.config.lanes):
        return None
    place = int((died >= 0).argmax())
    spec = signs.config.lanes[place]
    return Card(
        "lane_out", {"lane_kind": spec.kind, "lr": spec.lr, "step": int(died[place])}, seek=_Seek(place), restarts=False
    )


class _Seek:
    """Tries eight smaller rates at once: they race against each other."""

    def __init__(self, place: int) -> None:
        self._place = place

    def __call__(self, build: Build, config: RaceConfig, device: torch.device) -> Mapping[str, Any] | None:
        spec = config.lanes[self._place]
        rates = [float(f"{spec.lr / EACH ** (i + 1):.2g}") for i in range(MOST_LANES)]
        lanes = [replace(spec, slot=i, lr=rate) for i, rate in enumerate(rates) if rate >= LOWEST_RATE]
        if len(lanes) < 2:
            return None
        run = Run(build, replace(config, lanes=tuple(lanes), fan=False, steps=0, goal=0, patience=0), device)
        run.advance(steps=TRIAL_STEPS)
        podium = run.peek().pictures["podium"]
        alive = [
            lane.lr
            for lane, loss, died in zip(lanes, podium.loss, podium.died, strict=True)  # type: ignore[attr-defined]
            if died < 0 and 0 <= loss < podium.first  # type: ignore[attr-defined]
        ]
        if not alive:
            return None
        mended = replace(spec, lr=alive[0])
        return {"lanes": tuple(mended if lane is spec else lane for lane in config.lanes)}
