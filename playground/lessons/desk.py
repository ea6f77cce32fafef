"""What every digit trainer has beside its nets: the data when they have come, the exam, the pad, the visitor's hand."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

import numpy as np
import torch
from torch import Tensor

from playground.core.batches import Batches
from playground.core.pictures import Bars, Picture
from playground.core.refusal import BadValue
from playground.core.state import Parts, State
from playground.core.trainer import Metrics, Trainer
from playground.data.shelf import DIGITS
from playground.lessons.digit_cards import reader_numbers
from playground.lessons.digit_nets import DigitNet
from playground.lessons.embedding import Embedding
from playground.lessons.exam import IN_CLOUD, QUESTIONS, Exam
from playground.lessons.hand import Hand
from playground.lessons.pad import NAMES, Pad

EXAM_EVERY = 50  # steps, as in the course


class Desk:
    """What both trainers share: the data when they have come, the exam, the pad and the visitor's hand."""

    def __init__(self, device: torch.device, arithmetic: AbstractContextManager[object]) -> None:
        self.device = device
        self._arithmetic = arithmetic
        self.pad = Pad()
        self.hand = Hand()
        self.exam: Exam | None = None
        self.embedding = Embedding()
        self.whole: Exam | None = None
        self.remark = ""
        self.steps = 0
        self._examined = -EXAM_EVERY
        self.train = (
            torch.empty(0, 28, 28, dtype=torch.uint8, device=device),
            torch.empty(0, dtype=torch.long, device=device),
        )
        self.arrive()

    def arrive(self) -> bool:
        """Whether the data are here; takes them the first time they are."""
        digits = DIGITS.ask()
        if digits is None:
            return False
        if self.exam is None:
            self.train = digits.train_images.to(self.device), digits.train_labels.to(self.device)
            test = digits.test_images[:QUESTIONS], digits.test_labels[:QUESTIONS]
            self.exam = Exam(test[0].to(self.device), test[1].to(self.device), self._arithmetic)
            whole = digits.test_images.to(self.device), digits.test_labels.to(self.device)
            self.whole = Exam(*whole, self._arithmetic)
            self.remark = "" if digits.source == "mnist" else "small_digits"
        return True

    def state(self) -> State:
        """How far the run is, and when the net last sat an exam."""
        return {"steps": self.steps, "examined": self._examined}

    def restore(self, parts: Parts) -> None:
        self.steps, self._examined = parts.number("steps"), parts.number("examined")

    def inherit(self, previous: Desk) -> None:
        """The drawing on the pad and the drawings that were named stay with the visitor."""
        self.pad = previous.pad
        self.hand = previous.hand.kept()

    def ask_again(self) -> None:
        """Something else than a step has changed the net: the next look examines it."""
        self._examined = self.steps - EXAM_EVERY

    def is_exam_due(self) -> bool:
        """Once every so many steps: a look must cost little."""
        if self.exam is None or self.steps - self._examined < EXAM_EVERY:
            return False
        self._examined = self.steps
        return True

    def probe(self, name: str, value: Any) -> bool:
        """Answers what does not depend on the net; False for a probe of another name."""
        if name == "draw":
            self.pad.draw(value)
        elif name == "picture":
            self.pad.show(np.asarray(value, dtype=np.uint8))
        elif name == "correct" and self.pad.ink is not None:
            self.hand.name(self.pad.tensor(self.device), value)
        elif name == "cell" and self.exam is not None:
            self.exam.choose(value)
        elif name == "tsne" and self.exam is not None and self.exam.features is not None:
            self.embedding.start(self.exam.features[:IN_CLOUD], self.exam.labels[:IN_CLOUD])
        else:
            return name in ("correct", "cell", "tsne")
        return True

    def look(self) -> dict[str, Picture]:
        """The pictures that do not depend on which net learns."""
        exam = self.exam.look() if self.exam else {}
        return {**self.pad.look(), **self.hand.look(), **exam, **self.embedding.look()}

    def grade(self, net: DigitNet) -> Tensor:
        """The accuracy on the whole test set, a scalar."""
        assert self.whole is not None
        return self.whole.grade(net)

    def numbers(self, net: DigitNet) -> Metrics:
        """What a net says of itself, for those who judge what goes wrong."""
        return reader_numbers(net, self.exam.pictures, self.exam.labels) if self.exam else {}

    def answer(self, net: DigitNet) -> Bars:
        """What a net makes of the drawing."""
        return Bars(NAMES, torch.softmax(net(self.pad.tensor(self.device)), dim=1)[0])

    def lacking(self) -> BadValue | None:
        return None if self.arrive() else BadValue("loading", percent=DIGITS.percent)


class AtDesk(Trainer):
    """Comes before the trainer of a digit lesson: waits for the data, and hands the desk on to the next run."""

    desk: Desk
    batches: Batches

    def lacking(self) -> BadValue | None:
        lacking = self.desk.lacking()
        if lacking is None and not len(self.batches.inputs):
            self.batches = self.batches.replaced(*self.desk.train)
        return lacking

    def state(self) -> State:
        return {**super().state(), "desk": self.desk.state()}

    def restore(self, parts: Parts) -> None:
        lacking = self.lacking()
        if lacking:
            raise lacking
        super().restore(parts)
        self.desk.restore(parts.under("desk"))

    def inherit(self, previous: Trainer) -> None:
        if isinstance(previous, AtDesk):
            self.desk.inherit(previous.desk)

    def remark(self) -> str:
        return self.desk.remark

    def is_busy(self) -> bool:
        return self.desk.embedding.is_busy
