"""The losses of the classifier: cross-entropy for softmax or sigmoid, balanced where a class is rare."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy

from playground.core.supervised import Loss


def make_loss(outputs: int) -> Loss:
    """Cross-entropy of so many logits, one of which stands for two classes."""
    return one_logit_loss if outputs == 1 else cross_entropy


def class_weights(labels: Tensor, classes: int) -> Tensor:
    """How much a point of each class counts, (classes,): the rarer its class, the more."""
    counts = torch.bincount(labels, minlength=classes)
    weights: Tensor = len(labels) / (counts.clamp_min(1) * (counts > 0).sum())
    return weights


@dataclass(frozen=True, eq=False)
class Balanced:
    """The mean of what each point costs times what its class weighs."""

    weights: Tensor  # (classes,)
    outputs: int

    def __call__(self, logits: Tensor, targets: Tensor) -> Tensor:
        each: Tensor  # (n,)
        if self.outputs == 1:
            each = binary_cross_entropy_with_logits(logits[:, 0], targets.float(), reduction="none")
        else:
            each = cross_entropy(logits, targets, reduction="none")
        mean: Tensor = (each * self.weights[targets]).mean()
        return mean


def make_balanced_loss(outputs: int, labels: Tensor, classes: int) -> Balanced:
    """The cross-entropy in which all classes together weigh the same."""
    return Balanced(class_weights(labels, classes), outputs)


def one_logit_loss(logits: Tensor, labels: Tensor) -> Tensor:
    """Binary cross-entropy of a single logit (n, 1) against class numbers (n,)."""
    return binary_cross_entropy_with_logits(logits[:, 0], labels.float())


def entropy(labels: Tensor) -> Tensor:
    """The cross-entropy of the best guess that knows only how often each class occurs."""
    shares = torch.bincount(labels) / len(labels)
    entropy: Tensor = -torch.special.xlogy(shares, shares).sum()
    return entropy
