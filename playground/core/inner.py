"""Measures what a net says of itself while it learns, for those who judge what goes wrong."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from playground.core.nets import layer_outputs
from playground.core.supervised import Loss

ENDS = 0.98  # of tanh's reach: beyond it the slope is below 4 %
NEARLY_ALL = 0.9  # of the inputs


def inner_numbers(
    net: nn.Sequential, loss: Loss, inputs: Tensor, targets: Tensor, baseline: Tensor
) -> dict[str, Tensor]:
    """What a multi-layer perceptron says of itself on the data it learns from.

    unexplained: the loss over the baseline, that of the best answer that ignores the inputs. Of its layers what
    `silent_units` or `stuck_units` say.
    """
    *hidden, outputs = layer_outputs(net, inputs)
    share = loss(outputs, targets) / baseline.clamp_min(1e-9)
    numbers = {"unexplained": share.nan_to_num(1e9).clamp(max=1e9)}
    if hidden:
        activation = next(module for module in net if not isinstance(module, nn.Linear))
        if isinstance(activation, nn.ReLU):
            numbers |= silent_units(hidden)
        elif isinstance(activation, nn.Tanh):
            numbers |= stuck_units(hidden)
        elif isinstance(activation, nn.Sigmoid):
            numbers |= stuck_units([2 * layer - 1 for layer in hidden])
    return numbers


def silent_units(layers: Sequence[Tensor]) -> dict[str, Tensor]:
    """layers: what ReLUs put out, (n, units) each. silent: (layers,) how many of the units are 0 for all inputs."""
    silent = torch.stack([(layer == 0).all(dim=0).sum() for layer in layers])
    return {"silent": silent, "units": _widths(layers)}


def stuck_units(layers: Sequence[Tensor]) -> dict[str, Tensor]:
    """layers: what tanh puts out, (n, units) each. stuck: (layers,) how many are at an end for nearly all inputs."""
    shares = [(layer.abs() > ENDS).float().mean(dim=0) for layer in layers]
    stuck = torch.stack([(share >= NEARLY_ALL).sum() for share in shares])
    return {"stuck": stuck, "units": _widths(layers)}


def _widths(layers: Sequence[Tensor]) -> Tensor:
    return torch.tensor([layer.shape[1] for layer in layers], device=layers[0].device)
