"""Lets a hand into a net while it learns: sets one weight or one bias."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import nn

from playground.core.nets import linears
from playground.core.refusal import BadValue, echo

LARGEST_WEIGHT = 100.0


def check_edit(net: nn.Module, edit: Any) -> tuple[nn.Linear, int, int | None, float]:
    """edit: {layer, unit, source, value}; layer counts the linear layers from 0, a source of None is the bias.

    Returns the layer and the rest; raises BadValue.
    """
    wrong = BadValue("bad_weight", value=echo(edit), largest=f"{LARGEST_WEIGHT:g}")
    if not isinstance(edit, Mapping):
        raise wrong
    layer: Any = edit.get("layer")
    unit: Any = edit.get("unit")
    source, value = edit.get("source"), edit.get("value")
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not abs(value) <= LARGEST_WEIGHT:
        raise wrong  # NaN compares false
    stack = linears(net)
    if not is_place(layer, len(stack)):
        raise wrong
    linear = stack[layer]
    if not is_place(unit, linear.out_features) or not (source is None or is_place(source, linear.in_features)):
        raise wrong
    return linear, unit, source, float(value)


def set_weight(net: nn.Module, edit: Any) -> None:
    """Set what `check_edit` describes."""
    linear, unit, source, value = check_edit(net, edit)
    with torch.no_grad():
        if source is None:
            linear.bias[unit] = value
        else:
            linear.weight[unit, source] = value


def is_place(value: Any, count: int) -> bool:
    """Whether the value is an index of a list with `count` items."""
    return type(value) is int and 0 <= value < count
