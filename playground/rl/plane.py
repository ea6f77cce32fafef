"""Chooses the two numbers of a state that are worth a map, and lays a grid of states over them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

Range = tuple[float, float]


@dataclass(frozen=True)
class Plane:
    """Where a state lies on the map, and the way back: `put` sets both numbers in copies of a state."""

    x_range: Range
    y_range: Range
    take: Callable[[Tensor], tuple[Tensor, Tensor]]  # Gymnasium's states (n, d) → x (n,), y (n,)
    put: Callable[[Tensor, Tensor, Tensor], None]  # states (n, d), x (n,), y (n,): in place


def _columns(x: int, y: int, x_range: Range, y_range: Range) -> Plane:
    def put(states: Tensor, xs: Tensor, ys: Tensor) -> None:
        states[:, x], states[:, y] = xs, ys

    return Plane(x_range, y_range, lambda states: (states[:, x], states[:, y]), put)


def _put_angles(states: Tensor, xs: Tensor, ys: Tensor) -> None:
    states[:, 0], states[:, 1], states[:, 2], states[:, 3] = xs.cos(), xs.sin(), ys.cos(), ys.sin()


PLANES: Mapping[str, Plane] = {
    "cartpole": _columns(2, 3, (-0.26, 0.26), (-3.0, 3.0)),  # angle, angular velocity
    "acrobot": Plane(
        (-3.1416, 3.1416),
        (-3.1416, 3.1416),
        lambda states: (torch.atan2(states[:, 1], states[:, 0]), torch.atan2(states[:, 3], states[:, 2])),
        _put_angles,
    ),
    "mountaincar": _columns(0, 1, (-1.2, 0.6), (-0.07, 0.07)),
}


def grid(plane: Plane, state: Tensor, side: int) -> Tensor:
    """Copies of a state (d,) all over the plane, first row at the top: (side · side, d)."""
    x = torch.linspace(*plane.x_range, side, device=state.device)
    y = torch.linspace(*plane.y_range[::-1], side, device=state.device)
    states = state.repeat(side * side, 1)
    plane.put(states, x.repeat(side), y.repeat_interleave(side))
    return states


def share(values: Tensor, bounds: Range) -> Tensor:
    """Where values lie between two bounds, 0..1; those beyond stand at the rim."""
    low, high = bounds
    return ((values - low) / (high - low)).clamp(0, 1)
