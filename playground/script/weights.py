"""Writes what was done to single weights by hand."""

from __future__ import annotations

from torch import nn

from playground.core.nets import linears
from playground.script.pen import Pen


def write_edits(pen: Pen, name: str, net: nn.Sequential) -> None:
    """Inside the loop: each weight that was set by hand, before the step that first feels it."""
    at: dict[int, list[str]] = {}
    places = {id(layer): place for place, layer in enumerate(net)}
    for step, what, edit in pen.run.edits:
        if what == "weight":
            layer = f"{name}[{places[id(linears(net)[edit['layer']])]}]"
            unit, source = edit["unit"], edit["source"]
            place = f"{layer}.bias[{unit}]" if source is None else f"{layer}.weight[{unit}, {source}]"
            at.setdefault(step + 1, []).append(f"{place} = {float(edit['value'])!r}")
    for step, lines in at.items():
        with pen.block(f"if step == {step}:"):
            pen.comment("weight")
            with pen.block("with torch.no_grad():"):
                for line in lines:
                    pen.line(line)
