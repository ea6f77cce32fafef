"""Teaches a net the visitor's own handwriting, and shows what it forgets by that."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from playground.core.pictures import Heat, Images, Picture
from playground.core.refusal import BadValue, echo
from playground.core.surgery import is_place
from playground.lessons.digit_nets import CLASSES, DigitNet
from playground.lessons.exam import accuracy_on

MOST = 50
STEPS = 30
RATE = 1e-3


class Hand:
    """The drawings that the visitor has named, the newest last."""

    def __init__(self) -> None:
        self._drawings: list[Tensor] = []  # each (1, 28, 28) uint8
        self._labels: list[int] = []
        self._taught: Heat | None = None

    def name(self, drawing: Tensor, digit: object) -> None:
        """Remember that this drawing shows this digit."""
        if not is_place(digit, CLASSES):
            raise BadValue("bad_digit", value=echo(digit))
        self._drawings = [*self._drawings, drawing][-MOST:]
        self._labels = [*self._labels, int(str(digit))][-MOST:]

    def teach(self, net: DigitNet, pictures: Tensor, labels: Tensor) -> None:
        """Fine-tune the net on the named drawings alone; measured before and after on them and on MNIST."""
        if not self._drawings:
            raise BadValue("bad_no_hand")
        mine, answers = torch.cat(self._drawings), torch.tensor(self._labels, device=pictures.device)
        before = [accuracy_on(net, mine, answers), accuracy_on(net, pictures, labels)]
        self._tune(net, mine, answers)
        after = [accuracy_on(net, mine, answers), accuracy_on(net, pictures, labels)]
        values = torch.tensor([before, after]).T.contiguous()  # (hand and MNIST, before and after)
        self._taught = Heat(values, rows=("hand", "mnist"), columns=("before", "after"), signed=False)

    @staticmethod
    def _tune(net: nn.Module, mine: Tensor, answers: Tensor) -> None:
        optimizer = torch.optim.Adam(net.parameters(), lr=RATE)
        with torch.enable_grad():
            for _ in range(STEPS):
                optimizer.zero_grad()
                cross_entropy(net(mine), answers).backward()  # type: ignore[no-untyped-call]
                optimizer.step()
        optimizer.zero_grad()

    def look(self) -> dict[str, Picture]:
        """The named drawings, and what teaching did."""
        pictures: dict[str, Picture] = {}
        if self._drawings:
            pictures["hand"] = Images(torch.cat(self._drawings), truth=torch.tensor(self._labels))
        if self._taught:
            pictures["taught"] = self._taught
        return pictures
