"""The artist: paints curves of 15 points that all lie between two parabolas."""

from __future__ import annotations

import torch
from torch import Tensor

POINTS = 15
LOW, HIGH = 1.0, 2.0  # between these lies the a of every painting
UPPER = 1.5  # paintings with a larger a are called upper ones


class Artist:
    """Paintings a·x² + (a − 1) with a ~ U(1, 2), as in the course; x is the same for all of them, (POINTS,)."""

    def __init__(self, device: torch.device) -> None:
        self.x = torch.linspace(-1, 1, POINTS, device=device)
        self.squares = self.x.square()
        self.device = device

    def choose(self, count: int) -> Tensor:
        """The a of so many new paintings: (count, 1)."""
        return torch.rand(count, 1, device=self.device) + LOW

    def paint(self, a: Tensor) -> Tensor:
        """The paintings of a (n, 1): (n, POINTS)."""
        return a * self.squares + (a - 1)

    def label(self, a: Tensor) -> Tensor:
        """1 for an upper painting, 0 for a lower one: (n, 1)."""
        return (a > UPPER).float()
