"""Builds the small nets of the lessons from their hyperparameters."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from torch import Tensor, nn

ACTIVATIONS: dict[str, type[nn.Module]] = {
    "relu": nn.ReLU,
    "tanh": nn.Tanh,
    "sigmoid": nn.Sigmoid,
    "leaky_relu": nn.LeakyReLU,
    "elu": nn.ELU,
    "gelu": nn.GELU,
    "silu": nn.SiLU,
    "softplus": nn.Softplus,
    "linear": nn.Identity,
}


def mlp(widths: Sequence[int], activation: str, *, dropout: float = 0.0, batch_norm: bool = False) -> nn.Sequential:
    """A multi-layer perceptron: widths counts inputs, hidden layers and outputs, such as (1, 10, 1)."""
    modules: list[nn.Module] = []
    for fan_in, fan_out in pairwise(widths[:-1]):
        modules.append(nn.Linear(fan_in, fan_out))
        if batch_norm:
            modules.append(nn.BatchNorm1d(fan_out))
        modules.append(ACTIVATIONS[activation]())
        if dropout:
            modules.append(nn.Dropout(dropout))
    modules.append(nn.Linear(widths[-2], widths[-1]))
    return nn.Sequential(*modules)


def linears(net: nn.Module) -> list[nn.Linear]:
    """The linear layers from input to output."""
    return [module for module in net.modules() if isinstance(module, nn.Linear)]


def layer_outputs(net: nn.Sequential, inputs: Tensor) -> list[Tensor]:
    """What each layer of neurons puts out, the output layer last: [(n, width), …]."""
    outputs: list[Tensor] = []
    value = inputs
    for module in net:
        if isinstance(module, nn.Linear) and value is not inputs:
            outputs.append(value)
        value = module(value)
    return [*outputs, value]
