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
    """Points in two or three dimensions: xyz (n, 2 or 3) with their classes (n,).

    A cursor, the ends of a line (2, axes) and the visitor's drawing may stand among them; `spots` are the numbers of
    the points at which the cursor and the two ends stand, -1 where at none.
    """

    xyz: Array
    label: Array
    cursor: Array | None = None
    ends: Array | None = None
    drawing: Array | None = None
    spots: tuple[int, int, int] | None = None


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


@dataclass(frozen=True)
class Plot:
    """What one small chart shows: metrics, the value that they should come to, and their range where it is fixed."""

    name: str
    metrics: tuple[str, ...]
    aim: float | None = None
    y_range: Range | None = None
    log: bool = False


@dataclass(frozen=True, eq=False)
class Chart(Picture):
    """Metrics over the steps: each line (2, n)."""

    plot: Plot
    lines: Mapping[str, Array]


@dataclass(frozen=True, eq=False)
class Charts(Picture):
    """Small charts side by side."""

    charts: tuple[Chart, ...]


@dataclass(frozen=True, eq=False)
class Strips(Picture):
    """Rows of small pictures one over the other, values (rows, n, height, width) in 0..255, with a label (n,) each.

    `at` is the number of what they belong to, such as a point of a cloud.
    """

    values: Array
    rows: tuple[str, ...]
    label: Array | None = None
    at: int | None = None


@dataclass(frozen=True, eq=False)
class Mosaic(Picture):
    """A plane tiled with pictures: values (rows, columns, height, width) in 0..255, the first row at the top.

    The ranges reach from the middle of the first tile to the middle of the last; `cursor` (2,) is a place in them.
    """

    values: Array
    x_range: Array
    y_range: Array
    cursor: Array


@dataclass(frozen=True, eq=False)
class Passage(Picture):
    """One picture's way through a net: source and drawn (height, width) in 0..255, and what each layer puts out on the
    way down and up, each (width,) in -1..1; `code` is what stands in the narrow middle, as it is."""

    drawn: Array
    code: Array
    up: tuple[Array, ...]
    source: Array | None = None
    down: tuple[Array, ...] = ()


@dataclass(frozen=True, eq=False)
class Scene(Picture):
    """A world in motion. moments (m, 4 + d), oldest first: number, episode, steps into it, action that led there (-1
    for none), state. values (actions,) is what the net expects of each action in the last state. `filled` says how full
    the memory is before learning starts. `layers` is the net itself, while the page tests it; `scale` is what the
    state is multiplied by before the net sees it.
    """

    world: str
    moments: Array
    values: Array
    filled: float
    scale: tuple[float, ...]
    layers: tuple[tuple[Array, Array], ...] = ()


@dataclass(frozen=True, eq=False)
class QMap(Picture):
    """Two surfaces over a plane of states, first row at the top: `best` (h, w) in 0..255 and `edge` (h, w) in -1..1,
    how much the last action is better than the first. span (3,): the lowest and highest best, the largest edge.
    """

    best: Array
    edge: Array
    span: Array
    x_range: Range
    y_range: Range
    at: tuple[float, float]


@dataclass(frozen=True, eq=False)
class Remembered(Picture):
    """What a memory holds, oldest first: places (n, 2) in 0..255 over the plane, colours (n,) in -1..1 for the reward;
    `size` rows of `capacity` are in use and the next one goes to `head`.
    """

    places: Array
    colours: Array
    x_range: Range
    y_range: Range
    size: int
    capacity: int
    head: int


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
