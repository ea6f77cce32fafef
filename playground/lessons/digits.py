"""Digits: nets learn to read handwriting, and try your drawing while they learn."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from playground.core.batches import Batches
from playground.core.cards import each_net
from playground.core.graph import Graph, Together
from playground.core.knobs import choice, number
from playground.core.lesson import Lesson, Preset
from playground.core.pictures import Pictures
from playground.core.race import Lane, Race
from playground.core.refusal import BadValue
from playground.core.supervised import OPTIMIZERS, Loss, Penalty, Supervised, SupervisedConfig, build_optimizer
from playground.core.trainer import Metrics, Trainer
from playground.data.photo import open_picture
from playground.lessons.desk import AtDesk, Desk
from playground.lessons.digit_cards import DIGIT_CARDS
from playground.lessons.digit_nets import KINDS, SIDE, Cnn, DigitNet, make_net
from playground.lessons.inside import Spot, check_spot, filters, inside

SIDE_BY_SIDE = ("cnn", "lstm", "mlp")
PICTURES = torch.zeros(2, 28, 28, dtype=torch.uint8)  # as an example of what goes in
PRECISIONS = ("float32", "bfloat16")


def _arithmetic(config: DigitsConfig, device: torch.device) -> AbstractContextManager[object]:
    """bfloat16 computes convolutions and matrix products with 8 instead of 24 bits; the weights stay in float32."""
    if config.precision == "float32":
        return nullcontext()
    arithmetic = torch.autocast(device.type, torch.bfloat16)
    if config.net in ("lstm", "all") and not _has_lstm(device):
        raise BadValue("bad_precision")
    return arithmetic


@cache
def _has_lstm(device: torch.device) -> bool:
    """Whether an LSTM can be computed in bfloat16: some processors cannot, which shows only in the act."""
    lstm = nn.LSTM(SIDE, 8).to(device)
    try:
        with torch.autocast(device.type, torch.bfloat16), torch.enable_grad():
            lstm(torch.zeros(2, 1, SIDE, device=device))[0].sum().backward()
    except RuntimeError:
        return False
    return True


def _loss_in_float32(logits: Tensor, labels: Tensor) -> Tensor:
    """Whatever the logits (batch, 10) were computed in."""
    return cross_entropy(logits.float(), labels)


def _loss_of(config: DigitsConfig) -> Loss:
    return cross_entropy if config.precision == "float32" else _loss_in_float32


@dataclass(frozen=True)
class DigitsConfig(SupervisedConfig):
    net: str = choice("cnn", (*KINDS, "all"), group="net")
    channels: int = number(16, 4, 32, group="net", integer=True, slider=(4, 32), shown_if=("net", ("cnn", "all")))
    hidden: int = number(
        64, 8, 256, group="net", integer=True, slider=(8, 256), shown_if=("net", ("lstm", "gru", "rnn", "mlp", "all"))
    )
    optimizer: str = choice("adam", OPTIMIZERS, group="training")
    lr: float = number(0.001, 1e-6, 1e7, group="training", slider=(1e-5, 1), log=True, live=True)
    batch: int = number(50, 1, 1000, group="training", integer=True, slider=(1, 200))
    precision: str = choice("float32", PRECISIONS, group="training")
    threads: int = number(1, 1, 4, group="run", integer=True, slider=(1, 2))
    steps: int = number(1200, 0, 1_000_000, group="run", integer=True, slider=(0, 12_000), live=True)


class Digits(AtDesk, Supervised):
    """One net that learns to read."""

    CARDS = (DIGIT_CARDS,)
    EDITS: ClassVar[frozenset[str]] = frozenset({"teach"})
    ONCE: ClassVar[frozenset[str]] = frozenset({"teach"})  # what it teaches are the drawings of that moment
    net: DigitNet

    def __init__(self, config: DigitsConfig, device: torch.device) -> None:
        self.threads = config.threads
        arithmetic = _arithmetic(config, device)
        self.desk = Desk(device, arithmetic)
        self._spot: Spot | None = None
        torch.manual_seed(config.seed + 1)
        net = make_net(config.net, config.channels, config.hidden).to(device)
        self._first = net.conv1.weight.detach()[:, 0].clone() if isinstance(net, Cnn) else None
        optimizer = build_optimizer(config, net.parameters(), fused=True)
        super().__init__(net, _loss_of(config), Batches(*self.desk.train, config.batch), optimizer, config)
        self.arithmetic = arithmetic

    def stages(self) -> Iterator[str]:
        yield from super().stages()
        self.desk.steps += 1

    def graph(self) -> Graph:
        return Graph(self.net, PICTURES, "pictures", ("logits",))

    def measure(self) -> Metrics:
        desk = self.desk
        return {"test_accuracy": desk.exam.sit(self.net)} if desk.exam and desk.is_exam_due() else {}

    def symptoms(self) -> Metrics:
        return self.desk.numbers(self.net)

    def measure_fully(self) -> Metrics:
        return {"full_accuracy": self.desk.grade(self.net)} if self.desk.whole else {}

    def look(self, *, closely: bool) -> Pictures:
        desk = self.desk
        pictures = {**filters(self.net, self._first), **desk.look()}
        if desk.pad.ink is not None:
            drawing = desk.pad.tensor(desk.device)
            pictures |= {"bars_live": desk.answer(self.net), **inside(self.net, drawing, self._spot)}
        return pictures

    def probe(self, name: str, value: Any) -> None:
        desk = self.desk
        if name == "map":
            self._spot = check_spot(value, self.net)
        elif name == "teach" and desk.exam:
            desk.hand.teach(self.net, desk.train, (desk.exam.pictures, desk.exam.labels))
            desk.ask_again()
        elif not desk.probe(name, value):
            super().probe(name, value)


class SideBySide(AtDesk, Race):
    """A CNN, an LSTM and an MLP that see the same batches and read the same drawing."""

    CARDS = (each_net(SIDE_BY_SIDE, DIGIT_CARDS),)
    EDITS: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, config: DigitsConfig, device: torch.device) -> None:
        self.threads = config.threads
        arithmetic = _arithmetic(config, device)
        self.desk = Desk(device, arithmetic)
        lanes = []
        for kind in SIDE_BY_SIDE:
            torch.manual_seed(config.seed + 1)
            net = make_net(kind, config.channels, config.hidden).to(device)
            lanes.append(
                Lane(
                    kind,
                    net,
                    _loss_of(config),
                    build_optimizer(config, net.parameters(), fused=True),
                    Penalty(net, config),
                )
            )
        super().__init__(lanes, Batches(*self.desk.train, config.batch))
        self.arithmetic = arithmetic

    def stages(self) -> Iterator[str]:
        yield from super().stages()
        self.desk.steps += 1

    def _readers(self) -> list[tuple[str, DigitNet]]:
        return [(lane.name, lane.net) for lane in self.lanes if isinstance(lane.net, DigitNet)]

    def graph(self) -> Graph:
        nets = self.named_nets()
        return Graph(Together(nets.values()), PICTURES, "pictures", tuple(nets))

    def measure(self) -> Metrics:
        desk = self.desk
        if desk.exam is None or not desk.is_exam_due():
            return {}
        first, *others = self._readers()
        grades = {f"{name}_accuracy": desk.exam.grade(net) for name, net in others}
        return {f"{first[0]}_accuracy": desk.exam.sit(first[1]), **grades}

    def symptoms(self) -> Metrics:
        return {
            f"{name}_{key}": value for name, net in self._readers() for key, value in self.desk.numbers(net).items()
        }

    def look(self, *, closely: bool) -> Pictures:
        desk = self.desk
        pictures = desk.look()
        if desk.pad.ink is not None:
            pictures |= {f"bars_{name}": desk.answer(net) for name, net in self._readers()}
        return pictures

    def probe(self, name: str, value: Any) -> None:
        if not self.desk.probe(name, value):
            super().probe(name, value)


def build(config: DigitsConfig, device: torch.device) -> Trainer:
    return SideBySide(config, device) if config.net == "all" else Digits(config, device)


PANELS = ("pad", "loss", "samples", "confusion", "wrong", "filters", "change", "maps1", "maps2")
DIGITS_LESSON = Lesson(
    key="digits",
    config=DigitsConfig,
    build=build,
    presets={
        "401": Preset(DigitsConfig()),
        "402": Preset(DigitsConfig(net="lstm", lr=0.01, batch=64, steps=937)),
        "mlp": Preset(DigitsConfig(net="mlp", hidden=128), course=False),
        "all": Preset(DigitsConfig(net="all", hidden=64, steps=1200), course=False),
    },
    panels=(*PANELS, "saliency", "rows", "memory", "cloud", "tsne", "convolution"),
    pace=5,
    aims=("loss", "test_accuracy"),
    read_picture=open_picture,
)
