"""Writes the same net in two ways, as a class and as a Sequential, with what Python prints for each."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import nn

from playground.core.nets import ACTIVATIONS, mlp
from playground.core.pictures import Prints

FUNCTIONS = {
    "relu": "torch.relu({})",
    "tanh": "torch.tanh({})",
    "sigmoid": "torch.sigmoid({})",
    "leaky_relu": "F.leaky_relu({})",
    "elu": "F.elu({})",
    "gelu": "F.gelu({})",
    "silu": "F.silu({})",
    "softplus": "F.softplus({})",
    "linear": "{}",
}


def _names(hidden: int) -> list[str]:
    names = ["hidden"] if hidden == 1 else [f"hidden{number}" for number in range(1, hidden + 1)]
    return [*names, "predict"]


def _class_source(widths: Sequence[int], activation: str) -> str:
    names = _names(len(widths) - 2)
    pairs = list(zip(names, widths[:-1], widths[1:], strict=True))
    lines = ["import torch", "from torch import nn", "import torch.nn.functional as F", "", ""]
    lines += ["class Net(nn.Module):", "    def __init__(self):", "        super().__init__()"]
    lines += [f"        self.{name} = nn.Linear({fan_in}, {fan_out})" for name, fan_in, fan_out in pairs]
    lines += ["", "    def forward(self, x):"]
    lines += [f"        x = {FUNCTIONS[activation].format(f'self.{name}(x)')}" for name in names[:-1]]
    lines += ["        return self.predict(x)", "", "", "print(Net())"]
    if "F." not in FUNCTIONS[activation]:
        lines.remove("import torch.nn.functional as F")
    return "\n".join(lines)


def _sequential_source(widths: Sequence[int], activation: str) -> str:
    lines = ["from torch import nn", "", "net = nn.Sequential("]
    for fan_in, fan_out in pairwise(widths[:-1]):
        lines += [f"    nn.Linear({fan_in}, {fan_out}),", f"    nn.{ACTIVATIONS[activation].__name__}(),"]
    lines += [f"    nn.Linear({widths[-2]}, {widths[-1]}),", ")", "", "print(net)"]
    return "\n".join(lines)


def two_ways(hidden: Sequence[int], activation: str) -> Prints:
    """The programs and their prints for a net 1 – hidden – 1."""
    widths = (1, *hidden, 1)
    with torch.device("meta"):  # only the shape is wanted: no memory, and no random numbers of the run
        net = type("Net", (nn.Module,), {})()
        for name, fan_in, fan_out in zip(_names(len(hidden)), widths[:-1], widths[1:], strict=True):
            setattr(net, name, nn.Linear(fan_in, fan_out))
        sequential = mlp(widths, activation)
    return Prints(
        sources=(_class_source(widths, activation), _sequential_source(widths, activation)),
        outputs=(repr(net), repr(sequential)),
    )
