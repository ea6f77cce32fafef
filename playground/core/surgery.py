"""Lets a hand into a net while it learns: sets one weight or one bias."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import torch
from torch import nn

from playground.core.knobs import BadValue, echo
from playground.core.nets import linears

LARGEST_WEIGHT = 100.0


def set_weight(net: nn.Module, edit: Any) -> None:
    """edit: {layer, unit, source, value}; layer counts the linear layers from 0, a source of None is the bias."""
    wrong = BadValue("bad_weight", value=echo(edit), largest=f"{LARGEST_WEIGHT:g}")
    if not isinstance(edit, Mapping):
        raise wrong
    layer: Any = edit.get("layer")
    unit, source, value = edit.get("unit"), edit.get("source"), edit.get("value")
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise wrong
    stack = linears(net)
    if abs(value) > LARGEST_WEIGHT or not is_place(layer, len(stack)):
        raise wrong
    linear = stack[layer]
    if not is_place(unit, linear.out_features) or not (source is None or is_place(source, linear.in_features)):
        raise wrong
    with torch.no_grad():
        if source is None:
            linear.bias[unit] = value
        else:
            linear.weight[unit, source] = value


def is_place(value: Any, count: int) -> bool:
    """Whether the value is an index of a list with `count` items."""
    return type(value) is int and 0 <= value < count
