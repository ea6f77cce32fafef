"""Tests a digit net on pictures it never learns from, now and then during a run, and shows what came of it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import torch
from torch import Tensor

from playground.core.pictures import Cloud, Images, Matrix, Picture
from playground.core.refusal import BadValue, echo
from playground.core.surgery import is_place
from playground.lessons.digit_nets import CLASSES, DigitNet
from playground.lessons.pad import NAMES

QUESTIONS = 2000  # test pictures of an exam during the run: the first ones, always the same
CHUNK = 100  # pictures at once: larger chunks fall out of the cache and cost several times as much
SHOWN = 10
IN_CLOUD = 500  # of the pictures are laid out in a plane
MOST_WRONG = 24


class Exam:
    """The pictures (n, 28, 28) uint8 with their labels (n,), and the answers of the last exam."""

    def __init__(self, pictures: Tensor, labels: Tensor, arithmetic: AbstractContextManager[object]) -> None:
        self.pictures, self.labels = pictures, labels
        self.arithmetic = arithmetic
        self.guesses: Tensor | None = None
        self.features: Tensor | None = None
        self._plane: Tensor | None = None
        self._axes: Tensor | None = None
        self._cell: tuple[int, int] | None = None
        self._wrong: Images | None = None

    def sit(self, net: DigitNet) -> Tensor:
        """The accuracy of the net, a scalar; remembers its answers and its view."""
        return accuracy(net, self.pictures, self.labels, self.arithmetic, self.remember)

    def grade(self, net: DigitNet) -> Tensor:
        """The accuracy alone."""
        return accuracy(net, self.pictures, self.labels, self.arithmetic)

    def remember(self, features: Tensor, guesses: Tensor) -> None:
        """What the last layer reads, (n, width), and what the net answers, (n,), for the next look."""
        self.features, self.guesses = features, guesses
        self._plane = self._projected(features[:IN_CLOUD])
        self._choose()

    def look(self) -> dict[str, Picture]:
        """Ten answers, the confusion matrix with a chosen cell's pictures, and the last layer's view in a plane."""
        if self.guesses is None or self._plane is None:
            return {}
        cells = torch.bincount(self.labels * CLASSES + self.guesses, minlength=CLASSES * CLASSES)
        samples = Images(self.pictures[:SHOWN], truth=self.labels[:SHOWN], guess=self.guesses[:SHOWN])
        pictures: dict[str, Picture] = {
            "samples": samples,
            "confusion": Matrix(cells.view(CLASSES, CLASSES), NAMES, NAMES),
            "cloud": Cloud(self._plane, self.labels[:IN_CLOUD]),
        }
        if self._wrong is not None:
            pictures["wrong"] = self._wrong
        return pictures

    def _projected(self, features: Tensor) -> Tensor:
        """The two principal components of the last layer's input, (n, 2); their directions last from exam to exam."""
        centred = features - features.mean(dim=0)
        _, spread, axes = torch.pca_lowrank(centred, q=6, center=False, niter=2)
        axes = axes[:, :2]  # (width, 2)
        if self._axes is not None:
            axes = axes * torch.where((axes * self._axes).sum(dim=0) < 0, -1.0, 1.0)
        self._axes = axes
        return centred @ axes / spread[0].clamp_min(1e-6)

    def choose(self, value: Any) -> None:
        """value: [truth, guess] of a cell, or None; raises BadValue."""
        if value is not None and not (
            isinstance(value, (list, tuple)) and len(value) == 2 and all(is_place(part, CLASSES) for part in value)
        ):
            raise BadValue("bad_probe", value=echo(value))
        self._cell = None if value is None else (value[0], value[1])
        self._choose()

    def _choose(self) -> None:
        """Collect the pictures of the chosen cell; only here, because counting them waits for the device."""
        self._wrong = None
        if self._cell is None or self.guesses is None:
            return
        truth, guess = self._cell
        rows = ((self.labels == truth) & (self.guesses == guess)).nonzero()[:MOST_WRONG, 0]
        if len(rows):
            self._wrong = Images(self.pictures[rows], truth=self.labels[rows], guess=self.guesses[rows])


def accuracy(
    net: DigitNet,
    pictures: Tensor,
    labels: Tensor,
    arithmetic: AbstractContextManager[object],
    remember: Callable[[Tensor, Tensor], None] | None = None,
) -> Tensor:
    """The share of right answers, a scalar; `remember` is told what the last layer reads, and the answers."""
    with arithmetic:
        features = torch.cat([net.features(part) for part in torch.split(pictures, CHUNK)]).float()
    guesses: Tensor = net.out(features).argmax(dim=1)
    if remember is not None:
        remember(features, guesses)
    return (guesses == labels).float().mean()


@torch.no_grad()
def accuracy_on(net: DigitNet, pictures: Tensor, labels: Tensor) -> float:
    """The share of right answers on any number of pictures."""
    parts = zip(torch.split(pictures, CHUNK), torch.split(labels, CHUNK), strict=True)
    right = [(net(part).argmax(dim=1) == answer).sum() for part, answer in parts]
    return float(torch.stack(right).sum()) / len(labels)
