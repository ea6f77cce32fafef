"""What the two nets of a GAN play for: the original game and three that were invented because it can stall.

Each works on logits, D's output before a sigmoid. log σ(z) and −softplus are exact where log(sigmoid(z)) is −inf.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import log

import torch
from torch import Tensor
from torch.nn.functional import logsigmoid

PENALTY = 10.0  # weight of WGAN's gradient penalty, from the paper by Gulrajani and others


def believed(real: Tensor) -> Tensor:
    """Mean log D(real)."""
    return logsigmoid(real).mean()


def unmasked(fake: Tensor) -> Tensor:
    """Mean log(1 − D(fake)): the course's loss of G."""
    return logsigmoid(-fake).mean()


def _value(real: Tensor, fake: Tensor) -> Tensor:
    """V = mean log D(real) + mean log(1 − D(fake)); −log 4 when D can only guess."""
    return believed(real) + unmasked(fake)


def _doubted(fake: Tensor) -> Tensor:
    return -logsigmoid(fake).mean()


def _squares(real: Tensor, fake: Tensor) -> Tensor:
    return -((real - 1).square().mean() + fake.square().mean()) / 2


def _distance_to_one(fake: Tensor) -> Tensor:
    return (fake - 1).square().mean() / 2


def _gap(real: Tensor, fake: Tensor) -> Tensor:
    return real.mean() - fake.mean()


def _disliked(fake: Tensor) -> Tensor:
    return -fake.mean()


def probability(logits: Tensor, middle: Tensor) -> Tensor:
    """D's probability that a painting is real."""
    return torch.sigmoid(logits)


def _as_it_is(logits: Tensor, middle: Tensor) -> Tensor:
    """Least squares teaches D to say 1 for real and 0 for fake."""
    return logits.clamp(0, 1)


def _from_the_middle(logits: Tensor, middle: Tensor) -> Tensor:
    """A critic's scale has no zero of its own: one half is the middle between real and fake paintings."""
    return torch.sigmoid(logits - middle)


@dataclass(frozen=True)
class GanLoss:
    """score(real, fake): what D wants large; loss(fake): what G wants small; both with their values at the balance.

    opinion(logits, middle) puts D's output into 0..1; the middle is that between D's means on real and on fake ones.
    """

    score: Callable[[Tensor, Tensor], Tensor]
    loss: Callable[[Tensor], Tensor]
    opinion: Callable[[Tensor, Tensor], Tensor]
    balance: float
    penalised: bool = False


LOSSES = {
    "original": GanLoss(_value, unmasked, probability, -log(4)),
    "nonsaturating": GanLoss(_value, _doubted, probability, -log(4)),
    "lsgan": GanLoss(_squares, _distance_to_one, _as_it_is, -0.25),
    "wgan": GanLoss(_gap, _disliked, _from_the_middle, 0.0, penalised=True),
}


def gradient_penalty(critic: Callable[[Tensor], Tensor], real: Tensor, fake: Tensor) -> Tensor:
    """How far the critic's slope is from 1 at random places between real and fake paintings, which bounds its scale."""
    share = torch.rand(len(real), 1, device=real.device)
    between = (share * real + (1 - share) * fake).requires_grad_()
    (slope,) = torch.autograd.grad(critic(between).sum(), between, create_graph=True)
    penalty: Tensor = PENALTY * (slope.norm(dim=1) - 1).square().mean()
    return penalty
