"""Holds out a part of a data set for testing."""

from __future__ import annotations

import torch
from torch import Tensor


def held_out(count: int, share: float) -> Tensor:
    """A mask (count,) of the rows kept for testing, drawn from torch's generator; one row stays to learn from."""
    mask = torch.zeros(count, dtype=torch.bool)
    if share:
        mask[torch.randperm(count)[: min(count - 1, round(share * count))]] = True
    return mask


def spread(count: int, share: float) -> Tensor:
    """A mask (count,) that holds out every so-manieth row: it stays the same where rows are appended."""
    places = torch.arange(count + 1, dtype=torch.float64) * share
    return places[1:].floor() > places[:-1].floor()


def kept_apart(count: int, share: float, *, own: bool) -> Tensor:
    """The mask (count,) of the rows held out: of the reader's own points, each keeps its part as others join them."""
    return spread(count, share) if own else held_out(count, share)
