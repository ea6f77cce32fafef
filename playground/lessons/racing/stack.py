"""Many perceptrons of one shape as one: their parameters lie stacked, so one forward and one backward serve all."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn

from playground.core.nets import ACTIVATIONS, mlp


class Shape:
    """The shape of one perceptron and where each of its parameters lies in its row of numbers."""

    def __init__(self, widths: Sequence[int], activation: str) -> None:
        self.widths = tuple(widths)
        self.activation = activation
        self.sizes: list[tuple[int, ...]] = []
        for fan_in, fan_out in pairwise(widths):
            self.sizes += [(fan_out, fan_in), (fan_out,)]
        self.lengths = [math.prod(size) for size in self.sizes]
        self.count = sum(self.lengths)
        self._bend = ACTIVATIONS[activation]()

    def make(self, seed: int) -> Tensor:
        """The first weights (parameters,) that torch's layers draw under this seed."""
        torch.manual_seed(seed)
        net = mlp(self.widths, self.activation)
        return torch.cat([weight.detach().flatten() for weight in net.parameters()])

    def net(self, row: Tensor) -> nn.Sequential:
        """The perceptron whose parameters are row (parameters,)."""
        net = mlp(self.widths, self.activation)
        for weight, part in zip(net.parameters(), self.parts(row.unsqueeze(0)), strict=True):
            weight.data.copy_(part[0])
        return net

    def parts(self, rows: Tensor) -> list[Tensor]:
        """rows (nets, parameters) → the parameters of all nets layer by layer: [(nets, out, in), (nets, out), …]."""
        return [
            part.view(len(rows), *size)
            for part, size in zip(torch.split(rows, self.lengths, dim=1), self.sizes, strict=True)
        ]

    def forward(self, rows: Tensor, inputs: Tensor) -> Tensor:
        """inputs (nets, batch, in) → outputs (nets, batch, out), each net on its own inputs."""
        parts = self.parts(rows)
        value = inputs
        for place in range(0, len(parts), 2):
            weight, bias = parts[place], parts[place + 1]
            value = self._bend(value) if place else value
            value = torch.baddbmm(bias.unsqueeze(1), value, weight.transpose(1, 2))
        return value


class Stack(nn.Module):
    """The nets that race: `rows` (nets, parameters), one row of numbers each, lane by lane and seed by seed."""

    def __init__(self, shape: Shape, rows: Tensor) -> None:
        super().__init__()
        self.shape = shape
        self.rows = nn.Parameter(rows)
        self.rows.grad = torch.zeros_like(rows)  # it stays in place: the optimizers hold slices of it

    def forward(self, inputs: Tensor) -> Tensor:
        return self.shape.forward(self.rows, inputs)

    def zero_grad(self, set_to_none: bool = False) -> None:
        assert self.rows.grad is not None
        self.rows.grad.zero_()
