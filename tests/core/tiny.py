"""A small trainer with everything that makes looking and sharing dangerous: dropout, batch norm, shuffled batches."""

from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from playground.core.batches import Batches
from playground.core.knobs import choice, layers, number
from playground.core.nets import ACTIVATIONS, layer_outputs, mlp
from playground.core.pictures import Curve, Pictures
from playground.core.run import Run
from playground.core.supervised import Supervised, SupervisedConfig, build_optimizer
from playground.core.surgery import set_weight
from playground.core.trainer import Metrics

ROWS = 45


@dataclass(frozen=True)
class TinyConfig(SupervisedConfig):
    layers: tuple[int, ...] = layers((10,), group="net")
    activation: str = choice("relu", ACTIVATIONS, group="net")
    dropout: float = number(0.3, 0, 0.9, group="net")
    batch: int = number(16, 0, 1000, group="training", integer=True)
    lr: float = number(0.05, 1e-6, 1e7, group="training", live=True)
    steps: int = number(0, 0, 1_000_000, group="run", integer=True, live=True)


class Tiny(Supervised):
    """Two inputs, one output, dropout and batch norm between; `look` draws random numbers on purpose."""

    def __init__(self, config: TinyConfig, device: torch.device) -> None:
        torch.manual_seed(config.seed)
        inputs = torch.randn(ROWS, 2, device=device)
        targets = inputs.prod(dim=1, keepdim=True)
        net = mlp((2, *config.layers, 1), config.activation, dropout=config.dropout, batch_norm=True).to(device)
        batches = Batches(inputs, targets, config.batch)
        super().__init__(net, nn.MSELoss(), batches, build_optimizer(config, net.parameters()), config)
        self.point: Any = None

    def look(self, *, closely: bool) -> Pictures:
        assert not any(module.training for module in self.net.modules())
        assert not torch.is_grad_enabled()
        inputs = self.batches.inputs + 0.01 * torch.randn_like(self.batches.inputs)
        if self.point:
            inputs = inputs + torch.rand(1)
        outputs = layer_outputs(self.net, inputs)[-1]
        return {"fit": Curve({"fit": torch.cat([inputs[:, :1], outputs], dim=1).T})}

    def measure(self) -> Metrics:
        return {"test_loss": self.loss(self.net(self.batches.inputs), self.batches.targets)}

    def probe(self, name: str, value: Any) -> None:
        if name == "weight":
            set_weight(self.net, value)
        elif name == "point":
            self.point = value
        else:
            super().probe(name, value)


def make(device: torch.device, **values: Any) -> Run:
    return Run(Tiny, TinyConfig(**values), device)


def state(run: Run) -> list[torch.Tensor]:
    """Copies of all parameters and of the batch norm's running statistics."""
    return [value.clone() for net in run._trainer.nets() for value in net.state_dict().values()]


def same(one: list[torch.Tensor], other: list[torch.Tensor]) -> bool:
    """Bit for bit."""
    return len(one) == len(other) and all(torch.equal(a, b) for a, b in zip(one, other, strict=True))
