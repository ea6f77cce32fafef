"""Makes the one-dimensional data sets of the regression lesson."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

OUTLIER_SHARE = 20  # one point in so many
OUTLIER_HEIGHT = 2.0


@dataclass(frozen=True)
class Target:
    """A function to learn and the interval its data come from."""

    function: Callable[[Tensor], Tensor]
    low: float = -1.0
    high: float = 1.0


def _sinc(x: Tensor) -> Tensor:
    return torch.sinc(3 * x)


TARGETS: dict[str, Target] = {
    "parabola": Target(lambda x: x.pow(2)),
    "sine": Target(lambda x: torch.sin(math.pi * x)),
    "cubic": Target(lambda x: x.pow(3)),
    "abs": Target(torch.abs),
    "step": Target(lambda x: (x > 0).float()),
    "sinc": Target(_sinc),
    "quadratic": Target(lambda x: x.pow(2) + 3 * x - 2, -2.0, 2.0),
    "line": Target(lambda x: 11 - x, 1.0, 10.0),
}


def sample(name: str, count: int, noise: float, noise_kind: str, outliers: bool) -> tuple[Tensor, Tensor]:
    """x and y, each (count, 1), drawn from torch's generator; noise is the width of U(0, 1) or the sigma of N(0, 1)."""
    target = TARGETS[name]
    x = torch.linspace(target.low, target.high, count).unsqueeze(1)  # (count, 1)
    draw = torch.rand if noise_kind == "uniform" else torch.randn
    y = target.function(x) + noise * draw(x.size())
    if outliers:
        rows = torch.randperm(count)[: max(1, count // OUTLIER_SHARE)]
        y[rows] += OUTLIER_HEIGHT
    return x, y
