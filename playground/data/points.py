"""Makes the two-dimensional data sets of the classifier lesson, on a plane of about -6 to 6."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

PLANE = 6.0
RADIUS = 5.0
BLOB_SIGMA = 2.0  # times the noise knob: noise 0.5 is the course's N(±2, 1)
JITTER = 0.8  # times the noise knob, for the other sets
TURNS = 1.75


def _blobs(per_class: int, classes: int, noise: float) -> tuple[Tensor, Tensor]:
    if classes == 2:
        centres = torch.tensor([[2.0, 2.0], [-2.0, -2.0]])
    else:
        angles = torch.arange(classes) * (2 * math.pi / classes) + math.pi / 4
        centres = 3.5 * torch.stack([angles.cos(), angles.sin()], dim=1)
    xy = centres.repeat_interleave(per_class, dim=0)  # (classes · per_class, 2)
    return torch.normal(xy, torch.full_like(xy, BLOB_SIGMA * noise)), _labels(per_class, classes)


def _labels(per_class: int, classes: int) -> Tensor:
    return torch.arange(classes).repeat_interleave(per_class)


def _jittered(xy: Tensor, label: Tensor, noise: float) -> tuple[Tensor, Tensor]:
    return xy + JITTER * noise * torch.randn(xy.size()), label


def _moons(per_class: int, classes: int, noise: float) -> tuple[Tensor, Tensor]:
    angle = math.pi * torch.rand(per_class)
    upper = torch.stack([angle.cos() - 0.5, angle.sin() - 0.25], dim=1)
    xy = 3.2 * torch.cat([upper, -upper])
    return _jittered(xy, _labels(per_class, 2), noise)


def _rings(per_class: int, classes: int, noise: float) -> tuple[Tensor, Tensor]:
    inner = 0.5 * RADIUS * torch.rand(per_class)
    outer = RADIUS * (0.75 + 0.25 * torch.rand(per_class))
    radius, angle = torch.cat([inner, outer]), 2 * math.pi * torch.rand(2 * per_class)
    return _jittered(torch.stack([radius * angle.cos(), radius * angle.sin()], dim=1), _labels(per_class, 2), noise)


def _spirals(per_class: int, classes: int, noise: float) -> tuple[Tensor, Tensor]:
    along = torch.linspace(0.04, 1, per_class).repeat(2)
    angle = 2 * math.pi * TURNS * along + math.pi * _labels(per_class, 2)
    xy = RADIUS * along.unsqueeze(1) * torch.stack([angle.sin(), angle.cos()], dim=1)
    return _jittered(xy, _labels(per_class, 2), noise)


def _squares(per_class: int, side: int, noise: float) -> tuple[Tensor, Tensor]:
    """A board of side × side squares in two colours; a gap between them keeps it readable."""
    count = 2 * per_class
    cells = torch.stack([torch.arange(count) % side, torch.arange(count) // side % side], dim=1)
    inside = 0.1 + 0.8 * torch.rand(count, 2)
    xy = (cells + inside) * (2 * RADIUS / side) - RADIUS
    return _jittered(xy, cells.sum(dim=1) % 2, noise)


MAKERS: dict[str, Callable[[int, int, float], tuple[Tensor, Tensor]]] = {
    "blobs": _blobs,
    "moons": _moons,
    "rings": _rings,
    "spirals": _spirals,
    "xor": lambda per_class, classes, noise: _squares(per_class, 2, noise),
    "checkerboard": lambda per_class, classes, noise: _squares(per_class, 4, noise),
}


def sample(name: str, per_class: int, classes: int, noise: float) -> tuple[Tensor, Tensor]:
    """xy (n, 2) and class numbers (n,) drawn from torch's generator; `classes` counts for the blobs alone."""
    return MAKERS[name](per_class, classes, noise)
