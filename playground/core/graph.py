"""Writes a net as an ONNX graph, which other programs run without torch."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib.util import find_spec

import torch
from torch import Tensor, nn

from playground.core.randomness import COMPUTE
from playground.core.refusal import BadValue


@dataclass(frozen=True)
class Graph:
    """A net as others use it: an example of its input, (batch, …), and the names of what goes in and what comes out."""

    net: nn.Module
    example: Tensor
    takes: str
    gives: tuple[str, ...]


class Together(nn.Module):
    """Several nets on the same input, and what is done to it before they see it."""

    def __init__(self, nets: Iterable[nn.Module], prepare: Callable[[Tensor], Tensor] | None = None) -> None:
        super().__init__()
        self.nets = nn.ModuleList(nets)
        self._prepare = prepare

    def forward(self, value: Tensor) -> tuple[Tensor, ...]:
        prepared = self._prepare(value) if self._prepare else value
        return tuple(net(prepared) for net in self.nets)


def must_write() -> None:
    """Raises BadValue where the package is missing that torch's exporter needs."""
    if find_spec("onnx") is None:
        raise BadValue("bad_onnx_missing")


def write(graph: Graph) -> bytes:
    """The graph as a file; it takes batches of any size. The net must be in eval mode and on the CPU.

    torch's older exporter: the newer one needs two more packages and one to seven seconds for a net of these, during
    which nobody could learn; this one needs at most a tenth of a second, and its files are smaller.
    """
    must_write()
    file = io.BytesIO()
    with COMPUTE, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch's own LSTM looks at sizes, which are the same in every batch
        torch.onnx.export(
            graph.net,
            (graph.example,),
            file,  # type: ignore[arg-type]  # the older exporter takes one
            dynamo=False,
            input_names=[graph.takes],
            output_names=list(graph.gives),
            dynamic_axes={name: {0: "batch"} for name in (graph.takes, *graph.gives)},
        )
    return file.getvalue()
