"""Learns under the same settings with many seeds, to show how much of a result is luck."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray

from playground.core.limits import RunConfig
from playground.core.pictures import Picture
from playground.core.randomness import FairLock
from playground.core.run import Build, Run

SEEDS = tuple(range(1, 17))
MOST_STEPS = 5000  # of a run that has no limit of its own
SLICE = 0.05  # seconds between two looks; whoever waits for the compute lock gets it sooner
REST = 0.002  # seconds given away after each, so that the page answers meanwhile
SHOWN = 100  # values of a line
BEHIND = 6.0  # times the lower quartile of the end losses: beyond that a seed counts as far behind,
LEAST = 0.02  # unless it has less than this share of the first losses left
TURN = FairLock()  # all lotteries together take the machine's time of one


@dataclass(frozen=True)
class Draw:
    """What one seed came to so far: its loss over the steps, and its newest metrics."""

    seed: int
    steps: NDArray[np.int64]
    losses: NDArray[np.float32]
    metrics: Mapping[str, float]
    reason: str  # why it stopped; empty while it learns


@dataclass(frozen=True, eq=False)
class Fan(Picture):
    """The losses of many seeds: lines (n, m) over steps (m,), NaN where a seed has no value (yet, or any more).

    low, median and high (m,) are the quartiles over the seeds that are done. ends: the newest value of each metric,
    (n,) each; its lowest, middle and highest over the seeds that are done are `span` (3,). `behind` and `diverged`
    are (n,) 0 or 1; `bound` is the end loss from which a seed counts as far behind.
    """

    seeds: tuple[int, ...]
    done: int
    steps: NDArray[np.float32]
    lines: NDArray[np.float32]
    low: NDArray[np.float32]
    median: NDArray[np.float32]
    high: NDArray[np.float32]
    ends: Mapping[str, NDArray[np.float32]]
    span: Mapping[str, NDArray[np.float32]]
    behind: NDArray[np.uint8]
    diverged: NDArray[np.uint8]
    bound: float


class Lottery:
    """The runs of all seeds, one after the other; `work` belongs into a thread of its own."""

    def __init__(self, build: Build, config: RunConfig, device: torch.device) -> None:
        self._build, self._device = build, device
        self._config = config
        self._draws: tuple[Draw, ...] = ()
        self._stopped = threading.Event()
        self._fan: tuple[tuple[Draw, ...], Fan] | None = None

    def fits(self, config: RunConfig) -> bool:
        """Whether these are the settings that were drawn for, whatever the seed."""
        return replace(config, seed=self._config.seed) == self._config

    def stop(self) -> None:
        """Give up what is not done yet."""
        self._stopped.set()

    def work(self) -> None:
        """Learn with one seed after the other, to the end or until stopped."""
        for seed in SEEDS:
            done = self._draws
            run = Run(self._build, self._of(seed), self._device)
            while run.stop is None and not self._stopped.is_set():
                with TURN:
                    run.advance(seconds=SLICE)
                    metrics = run.peek().metrics
                self._draws = (*done, _drawn(seed, run, metrics))
                time.sleep(REST)
            if self._stopped.is_set():
                self._draws = done
                return

    def _of(self, seed: int) -> RunConfig:
        return replace(self._config, seed=seed, steps=self._config.steps or MOST_STEPS)

    def fan(self) -> Fan | None:
        """What there is so far; None before the first value."""
        draws = self._draws
        if not draws:
            return None
        if self._fan is None or self._fan[0] is not draws:
            self._fan = draws, spread(draws)
        return self._fan[1]


def _drawn(seed: int, run: Run, metrics: Mapping[str, float]) -> Draw:
    steps, losses = next(iter(run.history.series.values())).shown(10 * SHOWN)
    return Draw(seed, steps, losses, metrics, run.stop.reason if run.stop else "")


def spread(draws: tuple[Draw, ...]) -> Fan:
    """The picture of some draws, the newest of which may still learn."""
    last = max(int(draw.steps[-1]) for draw in draws)
    steps = np.unique(np.linspace(0, last, SHOWN).round().astype(np.int64))
    lines = np.stack([_sampled(draw, steps) for draw in draws])
    done = [draw for draw in draws if draw.reason]
    low, median, high = _quartiles(lines[: len(done)])
    ends = {name: _ends(name, draws) for name in draws[0].metrics}
    span = {name: _span(values[: len(done)]) for name, values in ends.items()}
    bound = _bound(done)
    return Fan(
        seeds=tuple(draw.seed for draw in draws),
        done=len(done),
        steps=steps.astype(np.float32),
        lines=lines,
        low=low,
        median=median,
        high=high,
        ends=ends,
        span=span,
        behind=np.array([bool(draw.reason) and not draw.losses[-1] <= bound for draw in draws], dtype=np.uint8),
        diverged=np.array([draw.reason == "diverged" for draw in draws], dtype=np.uint8),
        bound=bound,
    )


def _sampled(draw: Draw, steps: NDArray[np.int64]) -> NDArray[np.float32]:
    """The newest loss at each of the steps, NaN after the last one."""
    places = np.searchsorted(draw.steps, steps, side="right") - 1
    values: NDArray[np.float32] = draw.losses[places.clip(0)].astype(np.float32)
    values[steps > draw.steps[-1]] = np.nan
    return values


def _ends(name: str, draws: tuple[Draw, ...]) -> NDArray[np.float32]:
    return np.array([draw.metrics.get(name, np.nan) for draw in draws], dtype=np.float32)


def _span(values: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.quantile(values, [0, 0.5, 1]).astype(np.float32) if len(values) else np.empty(0, np.float32)


def _quartiles(lines: NDArray[np.float32]) -> NDArray[np.float32]:
    """(3, m) over those lines that have a value there; (3, 0) when there is none."""
    if not len(lines):
        return np.empty((3, 0), np.float32)
    alive = np.isfinite(lines).any(axis=0)
    found = np.full((3, lines.shape[1]), np.nan, dtype=np.float32)
    found[:, alive] = np.nanquantile(lines[:, alive], [0.25, 0.5, 0.75], axis=0)
    return found


def _bound(done: list[Draw]) -> float:
    """The end loss from which a seed counts as far behind the better ones."""
    ends = [float(draw.losses[-1]) for draw in done if draw.reason != "diverged"]
    if not ends:
        return 0.0
    first = float(np.median([draw.losses[0] for draw in done]))
    return max(BEHIND * float(np.quantile(ends, 0.25)), LEAST * first)
