"""Measures how good paintings are without asking D: a GAN's losses say who wins, not how well G paints."""

from __future__ import annotations

import torch
from torch import Tensor

from playground.data.artist import HIGH, LOW, POINTS, UPPER, Artist


def solver(artist: Artist) -> Tensor:
    """What a painting is multiplied by to get a and b of the curve a·x² + b nearest to it: (POINTS, 2)."""
    parabola = torch.stack([artist.squares.cpu(), torch.ones(POINTS)], dim=1)
    found: Tensor = torch.linalg.pinv(parabola).T.to(artist.device)
    return found


class Quality:
    """The measures, with what they need of the artist's curves on the device."""

    def __init__(self, artist: Artist) -> None:
        self.low, self.high = artist.paint(torch.tensor([[LOW], [HIGH]], device=artist.device))  # (POINTS,)
        self.rises = artist.squares + 1  # a painting is a times this, minus 1
        gap = 2 / (POINTS - 1)
        self.real_bend = (LOW + HIGH) * gap**2  # the mean of 2a·gap², the second difference of a parabola
        self._solve = solver(artist)  # (POINTS, 2)

    def measure(self, paintings: Tensor) -> dict[str, Tensor]:
        """Scalars for paintings (n, POINTS)."""
        return {
            "band_share": self.inside(paintings),
            "roughness": self.roughness(paintings),
            "distance": self.distance(paintings),
        }

    def inside(self, paintings: Tensor, margin: float = 0.0) -> Tensor:
        """The share of points between the two bounds, or no farther than `margin` outside."""
        low, high = (self.low - margin, self.high + margin) if margin else (self.low, self.high)
        share: Tensor = ((paintings >= low) & (paintings <= high)).float().mean()
        return share

    def roughness(self, paintings: Tensor) -> Tensor:
        """Mean size of the second differences over that of real paintings: 1 is as smooth as they are."""
        return paintings.diff(n=2, dim=1).abs().mean() / self.real_bend

    def distance(self, paintings: Tensor) -> Tensor:
        """The Wasserstein-1 distance of the paintings' a from U(1, 2): 0 when all kinds are painted equally often."""
        a, _ = self.fit(paintings).sort()
        middles = (torch.arange(len(a), device=a.device) + 0.5) / len(a)
        return (a - (LOW + (HIGH - LOW) * middles)).abs().mean()

    def obedience(self, paintings: Tensor, labels: Tensor) -> Tensor:
        """The share of paintings that are upper or lower ones as asked by labels (n, 1)."""
        is_upper = (self.fit(paintings) > UPPER).float()
        return (is_upper == labels[:, 0]).float().mean()

    def fit(self, paintings: Tensor) -> Tensor:
        """The a of the artist's curve a·x² + (a − 1) nearest to each painting by least squares: (n,)."""
        return (paintings + 1) @ self.rises / self.rises.square().sum()

    def fit_parabola(self, paintings: Tensor) -> Tensor:
        """a and b of the curve a·x² + b nearest to each painting: (n, 2); the artist's have b = a − 1."""
        return paintings @ self._solve
