"""What a spectator of a race sees: laps, the podium, the landscape that all lanes walk, and what each has learnt."""

from __future__ import annotations

from dataclasses import dataclass

from playground.core.pictures import Array, Picture, Points, Range


@dataclass(frozen=True, eq=False)
class Laps(Picture):
    """The losses of a race: lanes by their slots over bins of `stride` steps; a negative value means none.

    losses (lanes, bins) with the band low..high over the seeds; rates and seconds (lanes, bins) at the end of each bin;
    fallen (lanes,) seeds that have diverged, died (lanes,) the step at which the last one did, or -1. What lies beyond
    the step `now` is still to come.
    """

    slots: tuple[int, ...]
    stride: int
    steps: int
    losses: Array
    low: Array | None
    high: Array | None
    rates: Array
    seconds: Array
    fallen: Array
    died: Array
    now: int | None = None


@dataclass(frozen=True, eq=False)
class Podium(Picture):
    """Who leads: loss (lanes,), the common `first` loss, accuracy (lanes,) where there is one, in how many of the seeds
    each is best, and the step at which a lane diverged, or -1."""

    slots: tuple[int, ...]
    loss: Array
    first: Array
    accuracy: Array | None
    wins: Array
    died: Array
    seeds: int


@dataclass(frozen=True, eq=False)
class Landscape(Picture):
    """A loss over a plane with the trails of all lanes: levels (h, w) in 0..255 between the two decimal logarithms of
    `span`, first row at the top, over `box` ((x from, to), (y from, to)); tracks (n, 2) each.

    `at`: the step up to which the tracks are walked, what lies beyond is still to come. `lowest`: places of the minima.
    `share`: how much of all movement the plane holds; `start`: where the start point can be put elsewhere;
    `floor` was added to the loss before its logarithm.
    """

    slots: tuple[int, ...]
    levels: Array
    span: Array
    box: Array
    tracks: tuple[Array, ...]
    at: int | None = None
    lowest: tuple[tuple[float, float], ...] = ()
    share: Array | None = None
    start: tuple[tuple[float, float], ...] = ()
    floor: float = 0.0


@dataclass(frozen=True, eq=False)
class Fits(Picture):
    """The curves of many nets over their data: x (n,), values (lanes, seeds, n)."""

    slots: tuple[int, ...]
    x: Array
    values: Array
    x_range: Range
    y_range: Range
    points: Points


@dataclass(frozen=True, eq=False)
class Tiles(Picture):
    """The decision surfaces of all lanes: values (lanes, side, side) in 0..255, the probability of class 1."""

    slots: tuple[int, ...]
    values: Array
    range: Range
    points: Points


@dataclass(frozen=True, eq=False)
class Answers(Picture):
    """What each lane makes of the same pictures (n, h, w): guess (lanes, n) beside the truth (n,)."""

    slots: tuple[int, ...]
    images: Array
    truth: Array
    guess: Array


@dataclass(frozen=True, eq=False)
class Sweep(Picture):
    """The loss (n,) while the rate (n,) rose, of the lane in a slot, and the rate that is suggested; 0 if none is."""

    slot: int
    rates: Array
    losses: Array
    suggestion: Array
