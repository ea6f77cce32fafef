"""The closed vocabulary of what a frame can show; trainers fill it with tensors, frames carry it as NumPy."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any, TypeVar, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

Array = Tensor | NDArray[Any]
T = TypeVar("T")
Range = tuple[float, float]


class Picture:
    """Anything that the stage can draw."""


@dataclass(frozen=True, eq=False)
class Points(Picture):
    """The data: xy (n, 2), label (n,) class numbers, test (n,) 1 where a point is held out. Compared by identity."""

    xy: NDArray[np.float32]
    label: NDArray[np.uint8]
    test: NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Curve(Picture):
    """Lines of (2, n): x over y. `parts` (units, n) are the thin lines under them and `focus` (n,) one put in front;
    both stand over the x of the first line."""

    lines: Mapping[str, Array]
    x_range: Range | None = None
    y_range: Range | None = None
    points: Points | None = None
    parts: Array | None = None
    focus: Array | None = None
    log: bool = False


@dataclass(frozen=True, eq=False)
class Field(Picture):
    """A surface over the plane: values (height, width) in 0..255, first row at the top.

    With two classes a value is the probability of class 1. With more it is 32·class + 31·probability of that class.
    """

    values: Array
    x_range: Range
    y_range: Range
    classes: int
    points: Points | None = None
    focus: Array | None = None


@dataclass(frozen=True, eq=False)
class Network(Picture):
    """A net of layers: widths with the inputs first, weights [(out, in), …], biases [(out,), …].

    `glimpses` [(width, m), …] are what each neuron computes, the inputs first: a curve of m points, or a surface of
    side × side values when side is set; already scaled to -1..1. `gradients` are shown in slow motion.
    """

    widths: tuple[int, ...]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    weights: tuple[Array, ...]
    biases: tuple[Array, ...]
    glimpses: tuple[Array, ...]
    side: int = 0
    gradients: tuple[Array, ...] = ()


@dataclass(frozen=True, eq=False)
class Bars(Picture):
    """Values in 0..1 with their names; `at` says of which place on the plane."""

    names: tuple[str, ...]
    values: Array
    at: tuple[float, float] | None = None


@dataclass(frozen=True, eq=False)
class Matrix(Picture):
    """Counts or values in rows × columns, such as a confusion matrix (rows: truth)."""

    values: Array
    rows: tuple[str, ...]
    columns: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Cards(Picture):
    """The mini-batches of an epoch, (inputs, targets) each; `current` is the number of the one last learnt from."""

    epoch: int
    current: int
    batches: tuple[tuple[Array, Array], ...]


@dataclass(frozen=True, eq=False)
class Prints(Picture):
    """Programs side by side with what Python prints for them."""

    sources: tuple[str, ...]
    outputs: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Images(Picture):
    """Small pictures (n, height, width) in 0..255: ink on black, or values around 128 when signed.

    Under each stands its guess (n,), marked right or wrong against the truth (n,), or the truth alone.
    """

    values: Array
    signed: bool = False
    truth: Array | None = None
    guess: Array | None = None


@dataclass(frozen=True, eq=False)
class Cloud(Picture):
    """Points in two or three dimensions: xyz (n, 2 or 3) with their classes (n,)."""

    xyz: Array
    label: Array


@dataclass(frozen=True, eq=False)
class Heat(Picture):
    """Values (rows, columns) as a strip of colours."""

    values: Array
    rows: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    signed: bool = True


@dataclass(frozen=True, eq=False)
class Patch(Picture):
    """One place of a convolution: patch (k, k), kernel (k, k), their sum over all channels, the bias, and (x, y)."""

    patch: Array
    kernel: Array
    sum: Array
    bias: Array
    at: tuple[int, int]


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


Pictures = Mapping[str, Picture]


def _tensors(value: Any) -> Iterator[Tensor]:
    if isinstance(value, Tensor):
        yield value
    elif is_dataclass(value):
        for item in fields(value):
            yield from _tensors(getattr(value, item.name))
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from _tensors(part)
    elif isinstance(value, (tuple, list)):
        for part in value:
            yield from _tensors(part)


def _rebuilt(value: Any, read: Callable[[Tensor], NDArray[Any]]) -> Any:
    if isinstance(value, Tensor):
        return read(value)
    if isinstance(value, Points):
        return value  # static and shared: never rebuilt
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{item.name: _rebuilt(getattr(value, item.name), read) for item in fields(value)})
    if isinstance(value, Mapping):
        return {name: _rebuilt(part, read) for name, part in value.items()}
    if isinstance(value, (tuple, list)):
        return type(value)(_rebuilt(part, read) for part in value)
    return value


def to_host(tree: T) -> tuple[T, bool]:
    """The same tree with NumPy arrays for tensors, and whether all their numbers are finite.

    One device-to-host copy carries everything: it is a frame's only sync.
    """
    tensors = list(_tensors(tree))
    if not tensors:
        return tree, True
    flat = torch.cat([tensor.detach().reshape(-1).float() for tensor in tensors]).cpu().numpy()
    ends = np.cumsum([tensor.numel() for tensor in tensors])
    parts = iter(np.split(flat, ends[:-1]))
    host = _rebuilt(tree, lambda tensor: next(parts).reshape(tensor.shape))
    return cast(T, host), bool(np.isfinite(flat).all())
