"""Several nets that learn side by side from the same start and the same batches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

import torch
from torch import nn

from playground.core.batches import Batches
from playground.core.knobs import Config
from playground.core.state import Parts, State
from playground.core.supervised import Loss, Penalty, SupervisedConfig, tune_optimizer
from playground.core.trainer import Trainer


@dataclass(frozen=True)
class Lane:
    """One competitor: its metric is called by its name."""

    name: str
    net: nn.Module
    loss: Loss
    optimizer: torch.optim.Optimizer
    penalty: Penalty


class Race(Trainer):
    """N lanes in lock-step; each sees the same batch at the same step."""

    def __init__(self, lanes: Sequence[Lane], batches: Batches) -> None:
        self.lanes = tuple(lanes)
        self.batches = batches
        self.arithmetic: AbstractContextManager[object] = nullcontext()

    def nets(self) -> tuple[nn.Module, ...]:
        return tuple(lane.net for lane in self.lanes)

    def named_nets(self) -> Mapping[str, nn.Module]:
        return {lane.name: lane.net for lane in self.lanes}

    def stages(self) -> Iterator[str]:
        inputs, targets = next(self.batches)
        self.epoch = self.batches.epoch
        for lane in self.lanes:
            lane.optimizer.zero_grad()
        with self.arithmetic:
            predictions = [lane.net(inputs) for lane in self.lanes]
        yield "forward"
        losses = [lane.loss(prediction, targets) for lane, prediction in zip(self.lanes, predictions, strict=True)]
        yield "loss"
        for lane, loss in zip(self.lanes, losses, strict=True):
            lane.penalty.added_to(loss).backward()  # type: ignore[no-untyped-call]
        yield "backward"
        for lane in self.lanes:
            lane.optimizer.step()
        self.metrics = {lane.name: loss.detach() for lane, loss in zip(self.lanes, losses, strict=True)}
        yield "update"

    def state(self) -> State:
        lanes: State = {lane.name: {"net": lane.net, "optimizer": lane.optimizer} for lane in self.lanes}
        return {"lanes": lanes, "batches": self.batches.state()}

    def restore(self, parts: Parts) -> None:
        self.batches.restore(parts.under("batches"))
        for lane in self.lanes:
            own = parts.under("lanes").under(lane.name)
            own.fill("net", lane.net)
            own.fill("optimizer", lane.optimizer)
        self.epoch = self.batches.epoch

    def tune(self, config: Config) -> None:
        assert isinstance(config, SupervisedConfig)
        for lane in self.lanes:
            tune_optimizer(lane.optimizer, config)
            lane.penalty.tune(config)
