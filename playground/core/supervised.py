"""The trainer of most lessons: one net, one loss, data and an optimizer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from playground.core.batches import Batches
from playground.core.knobs import Config, choice, layers, number
from playground.core.limits import RunConfig
from playground.core.nets import ACTIVATIONS
from playground.core.state import Parts, State
from playground.core.trainer import Trainer

Loss = Callable[[Tensor, Tensor], Tensor]
OPTIMIZERS = ("sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "adamw")
WITH_MOMENTUM = ("momentum", "nesterov")


@dataclass(frozen=True)
class SupervisedConfig(RunConfig):
    """The knobs that every supervised lesson has."""

    optimizer: str = choice("sgd", OPTIMIZERS, group="training")
    lr: float = number(0.1, 1e-6, 1e7, group="training", slider=(1e-4, 10), log=True, live=True)
    momentum: float = number(
        0.9, 0, 0.999, group="training", slider=(0, 0.99), live=True, shown_if=("optimizer", WITH_MOMENTUM)
    )
    batch: int = number(0, 0, 1000, group="training", integer=True, slider=(0, 100))
    l1: float = number(0, 0, 10, group="training", slider=(0, 0.1), live=True)
    l2: float = number(0, 0, 10, group="training", slider=(0, 0.1), live=True)


@dataclass(frozen=True)
class MlpConfig(SupervisedConfig):
    """Those of the lessons whose net is a multi-layer perceptron that the reader builds."""

    layers: tuple[int, ...] = layers((10,), group="net")
    activation: str = choice("relu", ACTIVATIONS, group="net")


def build_optimizer(
    config: SupervisedConfig, parameters: Iterable[nn.Parameter], *, fused: bool | None = None
) -> torch.optim.Optimizer:
    """The torch.optim optimizer that the config names; `fused` is worth it for Adam on nets that are not tiny."""
    lr, momentum = config.lr, config.momentum
    switches: dict[str, Any] = {} if fused is None else {"fused": fused}
    match config.optimizer:
        case "sgd":
            return torch.optim.SGD(parameters, lr=lr)
        case "momentum":
            return torch.optim.SGD(parameters, lr=lr, momentum=momentum)
        case "nesterov":
            return torch.optim.SGD(parameters, lr=lr, momentum=momentum, nesterov=True)
        case "adagrad":
            return torch.optim.Adagrad(parameters, lr=lr)
        case "rmsprop":
            return torch.optim.RMSprop(parameters, lr=lr)
        case "adam":
            return torch.optim.Adam(parameters, lr=lr, **switches)
        case _:
            return torch.optim.AdamW(parameters, lr=lr)


def tune_optimizer(optimizer: torch.optim.Optimizer, config: SupervisedConfig) -> None:
    """Set the live hyperparameters of a running optimizer."""
    for group in optimizer.param_groups:
        group["lr"] = config.lr
        if config.optimizer in WITH_MOMENTUM:
            group["momentum"] = config.momentum


class Penalty:
    """l1 · Σ|w| + l2/2 · Σw² over the weights, not the biases: with SGD the second part is weight decay."""

    def __init__(self, net: nn.Module, config: SupervisedConfig) -> None:
        self.weights = [weight for weight in net.parameters() if weight.dim() > 1]
        self.tune(config)

    def tune(self, config: SupervisedConfig) -> None:
        self.l1, self.l2 = config.l1, config.l2

    def added_to(self, loss: Tensor) -> Tensor:
        """The objective: the loss itself while both penalties are zero."""
        objective = loss
        if self.l1:
            objective = objective + self.l1 * torch.stack([weight.abs().sum() for weight in self.weights]).sum()
        if self.l2:
            objective = objective + self.l2 / 2 * torch.stack([weight.square().sum() for weight in self.weights]).sum()
        return objective


class Supervised(Trainer):
    """net + loss + data + optimizer; the metric `loss` is the loss of the batch before the update, penalties apart."""

    def __init__(
        self,
        net: nn.Module,
        loss: Loss,
        batches: Batches,
        optimizer: torch.optim.Optimizer,
        config: SupervisedConfig,
    ) -> None:
        self.net = net
        self.loss = loss
        self.batches = batches
        self.optimizer = optimizer
        self.penalty = Penalty(net, config)
        self.arithmetic: AbstractContextManager[object] = nullcontext()
        self._parameters = list(net.parameters())

    def nets(self) -> tuple[nn.Module, ...]:
        return (self.net,)

    def stages(self) -> Iterator[str]:
        inputs, targets = next(self.batches)
        self.epoch = self.batches.epoch
        for parameter in self._parameters:  # optimizer.zero_grad() without its profiling hook, 5 µs a step
            parameter.grad = None
        with self.arithmetic:
            prediction = self.net(inputs)
        yield "forward"
        loss = self.loss(prediction, targets)
        yield "loss"
        self.penalty.added_to(loss).backward()  # type: ignore[no-untyped-call]
        yield "backward"
        self.optimizer.step()
        self.metrics = {"loss": loss.detach()}
        yield "update"

    def state(self) -> State:
        return {"net": self.net, "optimizer": self.optimizer, "batches": self.batches.state()}

    def restore(self, parts: Parts) -> None:
        self.batches.restore(parts.under("batches"))
        parts.fill("net", self.net)
        parts.fill("optimizer", self.optimizer)
        self.epoch = self.batches.epoch

    def tune(self, config: Config) -> None:
        assert isinstance(config, SupervisedConfig)
        tune_optimizer(self.optimizer, config)
        self.penalty.tune(config)
