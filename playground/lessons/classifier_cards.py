"""Detects a class that is so rare that the net leaves it out."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from playground.core.cards import Card, Signs
from playground.lessons.plane import NAMES, predicted

EARLIEST = 50  # steps
RARE = 0.2  # of the points: a class with fewer can be left out at little cost
FEW = 2  # points that make a class
MISSED = 0.5  # of its points


def class_numbers(net: nn.Module, inputs: Tensor, labels: Tensor, classes: int) -> dict[str, Tensor]:
    """counts, right: (classes,) the points of each class, and how many of them are guessed right."""
    hits = labels[predicted(net(inputs)) == labels]
    return {
        "counts": torch.bincount(labels, minlength=classes),
        "right": torch.bincount(hits, minlength=classes),
    }


def imbalance(signs: Signs) -> Card | None:
    """A rare class whose points are mostly taken for others, while the accuracy looks fine."""
    counts, right = signs.numbers.get("counts"), signs.numbers.get("right")
    if counts is None or right is None or signs.age < EARLIEST or signs.config.balanced:
        return None
    total = int(counts.sum())
    for place in counts.argsort(kind="stable"):
        if counts[place] < FEW:
            continue
        if counts[place] > RARE * total or right[place] >= MISSED * counts[place]:
            return None
        facts = {"rare": int(counts[place]), "total": total, "right": int(right[place]), "name": NAMES[int(place)]}
        facts["percent"] = round(100 * int(right.sum()) / total)
        alone = (
            {"head": "softmax"} if signs.config.head == "both" else {}
        )  # two heads learn from the points as they are
        return Card("imbalance", facts, {**alone, "balanced": True})
    return None
