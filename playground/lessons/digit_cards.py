"""Detectors of a net that reads digits no better than by guessing, and the numbers that they judge by."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from playground.core.cards import Card, Signs, cured_by, first_of
from playground.core.inner import silent_units, stuck_units
from playground.core.symptoms import dead_relu, diverged, saturated
from playground.core.trainer import Metrics
from playground.lessons.digit_nets import CLASSES, Cnn, DigitNet, Mlp

ASKED = 200  # test pictures that a net is asked about: 5 ms for the CNN
EARLIEST = 100  # steps
GUESSING = 0.2  # the accuracy up to which a net counts as guessing; ten digits make 0.1
THROWN = 1.4  # times the first loss: timid nets stay below 1.02 of it, those whose weights were thrown reach 1.5 to 800
USUAL = {"optimizer": "adam", "lr": 0.001}


@torch.no_grad()
def reader_numbers(net: DigitNet, pictures: Tensor, labels: Tensor) -> Metrics:
    """What a net says of itself on pictures (n, 28, 28) with labels (n,).

    A channel of the CNN counts as one unit; of a recurrent net the last state is looked at.
    """
    pictures, labels = pictures[:ASKED], labels[:ASKED]
    loss = cross_entropy(net(pictures).float(), labels)
    numbers = {"unexplained": (loss / torch.tensor(float(CLASSES)).log()).nan_to_num(1e9).clamp(max=1e9)}
    if isinstance(net, Cnn):
        return {**numbers, **silent_units([maps.amax(dim=(2, 3)) for maps in net.maps(pictures)])}
    features = net.features(pictures)
    return {**numbers, **(silent_units if isinstance(net, Mlp) else stuck_units)([features])}


def guessing(signs: Signs) -> Card | None:
    """The weights were thrown far by the first updates, or have hardly moved yet."""
    (_, found), (_, losses) = signs.series("test_accuracy"), signs.series("loss")
    if not len(found):
        _, found = signs.series("accuracy")  # of one of several nets
    if signs.age < EARLIEST or not len(found) or not len(losses) or not found[-1] < GUESSING:
        return None
    peak = float(losses.max())
    facts = {"percent": f"{100 * float(found[-1]):.0f}", "steps": signs.age, "lr": signs.config.lr, "peak": peak}
    return Card("guessing" if peak > THROWN * float(losses[0]) else "timid", facts, USUAL)


def broken(signs: Signs) -> Card | None:
    """Most units of a layer are silent or stuck; early that may pass: a CNN reads with 24 of 32 silent channels."""
    return _broken(signs) if signs.age >= EARLIEST else None


_broken = cured_by(USUAL, first_of(dead_relu, saturated))
DIGIT_CARDS = first_of(cured_by(USUAL, diverged), broken, guessing)
