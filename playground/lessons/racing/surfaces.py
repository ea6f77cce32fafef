"""The closed-form surfaces on which optimizers are compared: two numbers instead of a net's many."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True)
class Surface:
    """A height over the plane, never below 0, the window it is drawn in, where a ball starts and where it is lowest."""

    height: Callable[[Tensor, Tensor], Tensor]
    x_range: tuple[float, float]
    y_range: tuple[float, float]
    start: tuple[float, float]
    lowest: tuple[tuple[float, float], ...]


def _rosenbrock(x: Tensor, y: Tensor) -> Tensor:
    return (1 - x).square() + 100 * (y - x.square()).square()


def _beale(x: Tensor, y: Tensor) -> Tensor:
    return (1.5 - x + x * y).square() + (2.25 - x + x * y.square()).square() + (2.625 - x + x * y.pow(3)).square()


def _himmelblau(x: Tensor, y: Tensor) -> Tensor:
    return (x.square() + y - 11).square() + (x + y.square() - 7).square()


def _saddle(x: Tensor, y: Tensor) -> Tensor:
    """x² − y² bent up again far out, so that what leaves the saddle arrives somewhere: at (0, ±2)."""
    return x.square() - y.square() + y.pow(4) / 8 + 2


def _ravine(x: Tensor, y: Tensor) -> Tensor:
    return x.square() / 20 + y.square()


SURFACES = {
    "rosenbrock": Surface(_rosenbrock, (-2.2, 2.2), (-1.2, 3.2), (-0.2, 2.4), ((1.0, 1.0),)),
    "beale": Surface(_beale, (-4.5, 4.5), (-4.5, 4.5), (1.0, 1.5), ((3.0, 0.5),)),
    "himmelblau": Surface(
        _himmelblau,
        (-6.0, 6.0),
        (-6.0, 6.0),
        (-0.5, -1.0),
        ((3.0, 2.0), (-2.805118, 3.131312), (-3.779310, -3.283186), (3.584428, -1.848127)),
    ),
    "saddle": Surface(_saddle, (-3.0, 3.0), (-3.0, 3.0), (-2.4, 1e-5), ((0.0, 2.0), (0.0, -2.0))),
    "ravine": Surface(_ravine, (-10.0, 10.0), (-4.0, 4.0), (-9.0, 3.0), ((0.0, 0.0),)),
}
