"""Draws the net that learns, and answers what the reader points at in it; shared by the lessons with a small net."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from torch import Tensor, nn

from playground.core.nets import linears
from playground.core.pictures import Network
from playground.core.refusal import BadValue, echo
from playground.core.surgery import is_place

Place = tuple[int, int]  # (layer, unit), the inputs being layer 0


def to_unit_scale(values: Tensor) -> Tensor:
    """Each neuron's values (width, m) divided by their largest magnitude, so that weak ones can be read too."""
    return values / values.abs().amax(dim=1, keepdim=True).clamp_min(1e-6)


def draw_network(
    net: nn.Module, inputs: Sequence[str], outputs: Sequence[str], glimpses: Sequence[Tensor], side: int, closely: bool
) -> Network:
    """glimpses: [(width, m), …], the inputs first; with `closely` the gradients come along, where there are any."""
    stack = linears(net)
    gradients: list[Tensor] = []
    if closely and stack[0].weight.grad is not None:
        gradients = [layer.weight.grad for layer in stack if layer.weight.grad is not None]
    return Network(
        widths=(stack[0].in_features, *(layer.out_features for layer in stack)),
        inputs=tuple(inputs),
        outputs=tuple(outputs),
        weights=tuple(layer.weight for layer in stack),
        biases=tuple(layer.bias for layer in stack),
        glimpses=tuple(to_unit_scale(glimpse) for glimpse in glimpses),
        side=side,
        gradients=tuple(gradients),
    )


def check_place(value: Any, net: nn.Module) -> Place | None:
    """The neuron pointed at, or None for none; raises BadValue."""
    if value is None:
        return None
    stack = linears(net)
    widths = [stack[0].in_features, *(layer.out_features for layer in stack)]
    if isinstance(value, (list, tuple)) and len(value) == 2:
        layer, unit = value
        if is_place(layer, len(widths)) and is_place(unit, widths[layer]):
            return layer, unit
    raise BadValue("bad_probe", value=echo(value))
