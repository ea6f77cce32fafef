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
REHEARSED = 100  # pictures of MNIST a step: without them the net forgets nearly all it knew


class Hand:
    """The drawings that the visitor has named, the newest last."""

    def __init__(self) -> None:
        self._drawings: list[Tensor] = []  # each (1, 28, 28) uint8
        self._labels: list[int] = []
        self.taught: list[tuple[Tensor, Tensor]] = []  # the drawings and digits of each time that it was done
        self._outcome: Heat | None = None

    def name(self, drawing: Tensor, digit: object) -> None:
        """Remember that this drawing shows this digit."""
        if not is_place(digit, CLASSES):
            raise BadValue("bad_digit", value=echo(digit))
        self._drawings = [*self._drawings, drawing][-MOST:]
        self._labels = [*self._labels, int(str(digit))][-MOST:]

    def kept(self) -> Hand:
        """The same drawings for another net, which nobody has taught yet."""
        hand = Hand()
        hand._drawings, hand._labels = self._drawings, self._labels
        return hand

    def teach(self, net: DigitNet, rehearsal: tuple[Tensor, Tensor], test: tuple[Tensor, Tensor]) -> None:
        """Fine-tune the net on the named drawings while it rehearses MNIST; measured before and after on both.

        rehearsal, test: pictures (n, 28, 28) uint8 and labels (n,), never the same ones.
        """
        if not self._drawings:
            raise BadValue("bad_no_hand")
        mine, answers = torch.cat(self._drawings), torch.tensor(self._labels, device=test[0].device)
        before = [accuracy_on(net, mine, answers), accuracy_on(net, *test)]
        with torch.enable_grad():
            self.fine_tune(net, mine, answers, *rehearsal)
        self.taught.append((mine, answers))
        after = [accuracy_on(net, mine, answers), accuracy_on(net, *test)]
        values = torch.tensor([before, after]).T.contiguous()  # (hand and MNIST, before and after)
        self._outcome = Heat(values, rows=("hand", "mnist"), columns=("before", "after"), signed=False)

    @staticmethod
    def fine_tune(net: nn.Module, mine: Tensor, answers: Tensor, pictures: Tensor, labels: Tensor) -> None:
        optimizer = torch.optim.Adam(net.parameters(), lr=RATE)
        for _ in range(STEPS):
            rows = torch.randint(len(pictures), (REHEARSED,), device=pictures.device)
            optimizer.zero_grad()
            loss = cross_entropy(net(mine), answers) + cross_entropy(net(pictures[rows]), labels[rows])
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
        optimizer.zero_grad()

    def look(self) -> dict[str, Picture]:
        """The named drawings, and what teaching did."""
        pictures: dict[str, Picture] = {}
        if self._drawings:
            pictures["hand"] = Images(torch.cat(self._drawings), truth=torch.tensor(self._labels))
        if self._outcome:
            pictures["taught"] = self._outcome
        return pictures
