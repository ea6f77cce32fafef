"""Writes live nets and optimizers as the calls that make them."""

from __future__ import annotations

import ast
import inspect
from typing import Any

import torch
from torch import nn

from playground.script.values import Unwritable, literal

NO_SWITCHES = ("fused", "foreach", "capturable", "differentiable", "maximize")  # beside these, defaults are what counts


def module(net: nn.Module) -> str:
    """A net of torch's own modules as the call that makes it; what is as by default is left out."""
    kind = type(net)
    if isinstance(net, nn.Sequential):
        return f"nn.Sequential({', '.join(module(part) for part in net)})"
    if not kind.__module__.startswith("torch."):
        raise Unwritable(kind.__name__)
    return f"nn.{kind.__name__}({_arguments(net.extra_repr(), kind)})"


def _arguments(text: str, kind: type) -> str:
    """The arguments of a module's own description, the required ones without their names."""
    given = ast.parse(f"f({text})", mode="eval").body
    assert isinstance(given, ast.Call)
    parameters = [item for item in inspect.signature(kind).parameters.values() if item.name != "self"]
    values = {item.name: ast.unparse(value) for item, value in zip(parameters, given.args, strict=False)}
    values |= {word.arg: ast.unparse(word.value) for word in given.keywords if word.arg}
    found = []
    for item in parameters:
        if item.name in values and item.default is inspect.Parameter.empty:
            found.append(values[item.name])
        elif item.name in values and _differs(values[item.name], item.default):
            found.append(f"{item.name}={values[item.name]}")
    return ", ".join(found)


def _differs(text: str, default: Any) -> bool:
    value = ast.literal_eval(text)
    return value != default and not (isinstance(value, tuple) and set(value) == {default})


def optimizer(live: torch.optim.Optimizer, parameters: str) -> str:
    """An optimizer as the call that makes it, with what differs from torch's defaults."""
    kind = type(live)
    (group,) = live.param_groups
    words = []
    for name, item in inspect.signature(kind).parameters.items():
        if name in ("self", "params") or name not in group:
            continue
        value = group[name]
        if name == "lr" or (value != item.default and not (name in NO_SWITCHES and not value)):
            words.append(f"{name}={ast.unparse(literal(value))}")
    return f"torch.optim.{kind.__name__}({', '.join([parameters, *words])})"
