"""A net: every neuron a miniature of what it computes, every edge a weight in colour and width."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch
from matplotlib.path import Path

from playground.core.pictures import Network
from playground.figures.palette import AXIS, GRID, INK, MINUS, PANEL, PLUS, SIGNED
from playground.figures.paper import Draw, bare
from playground.figures.sheet import Sheet

GAP = 1.55  # inches between two layers
PITCH = 0.46  # inches from neuron to neuron
TILE = 0.36  # inches of a miniature
STEEP = 0.5  # where the bend of an edge starts, as a share of the way
Place = tuple[float, float]


def draw_network(figure: Figure, picture: Network, sheet: Sheet) -> None:
    widths = picture.widths
    wide = max(3.4, GAP * (len(widths) - 1)) + 1.5
    high = max(2.4, PITCH * max(widths) + 0.5)
    figure.set_size_inches(max(6.0, wide), high + 0.9)
    ax = bare(figure.subplots())
    gap = (wide - 1.5) / (len(widths) - 1)
    places = [
        [(layer * gap, ((count - 1) / 2 - unit) * PITCH) for unit in range(count)] for layer, count in enumerate(widths)
    ]
    ax.set(xlim=(-0.75, wide - 0.75), ylim=(-high / 2, high / 2), aspect="equal")
    _edges(ax, picture, places, sheet)
    for layer, column in enumerate(places):
        for unit, place in enumerate(column):
            _neuron(ax, place, np.asarray(picture.glimpses[layer])[unit], picture.side, layer)
            if layer:
                _bias(ax, place, float(np.asarray(picture.biases[layer - 1])[unit]))
    for names, column, side in ((picture.inputs, places[0], -1), (picture.outputs, places[-1], 1)):
        for name, (x, y) in zip(names, column, strict=True):
            x += side * (TILE / 2 + 0.1)
            ax.text(x, y, name, size=11, weight="bold", va="center", ha="right" if side < 0 else "left")


def _edges(ax: Axes, picture: Network, places: list[list[Place]], sheet: Sheet) -> None:
    """Weights, or their gradients while slow motion shows the backward pass."""
    is_backward = sheet.frame.stage == "backward" and bool(picture.gradients)
    source = [np.asarray(values) for values in (picture.gradients if is_backward else picture.weights)]
    most = max([1e-9 if is_backward else 0.5, *(float(np.abs(values).max(initial=0)) for values in source)])
    paths, colours, sizes = [], [], []
    for layer, values in enumerate(source):
        for (unit, start), value in np.ndenumerate(values):
            strength = min(1.0, abs(float(value)) / most)
            paths.append(_bend(places[layer][start], places[layer + 1][unit]))
            colours.append(to_rgba(MINUS if value < 0 else PLUS, 0.18 + 0.82 * strength))
            sizes.append(0.4 + 3.2 * strength)
    order = np.argsort(sizes)
    ax.add_collection(
        PathCollection(
            [paths[i] for i in order], facecolors="none", edgecolors=[colours[i] for i in order],
            linewidths=[sizes[i] for i in order], zorder=1,
        )
    )  # fmt: skip


def _bend(start: Place, end: Place) -> Path:
    (x1, y1), (x2, y2) = start, end
    x1, x2 = x1 + TILE / 2, x2 - TILE / 2
    middle = x1 + STEEP * (x2 - x1)
    return Path([(x1, y1), (middle, y1), (middle, y2), (x2, y2)], [Path.MOVETO, Path.CURVE4, Path.CURVE4, Path.CURVE4])


def _neuron(ax: Axes, place: Place, values: Any, side: int, layer: int) -> None:
    x, y = place
    left, bottom = x - TILE / 2, y - TILE / 2
    is_silent = layer > 0 and float(np.ptp(values)) < 2 / 127
    box = FancyBboxPatch(
        (left, bottom), TILE, TILE, boxstyle=f"round,pad=0,rounding_size={TILE / 5}", facecolor=PANEL,
        edgecolor=GRID if is_silent else AXIS, linewidth=1, linestyle="--" if is_silent else "-", zorder=3,
    )  # fmt: skip
    ax.add_patch(box)
    if side:
        image = ax.imshow(
            values.reshape(side, side), cmap=SIGNED, vmin=-1, vmax=1, interpolation="bilinear", zorder=3.2,
            extent=(left, left + TILE, bottom, bottom + TILE), aspect="auto",
        )  # fmt: skip
        image.set_clip_path(box)
        ax.set(xlim=ax.get_xlim(), ylim=ax.get_ylim(), aspect="equal")
        return
    xs = np.linspace(left, left + TILE, len(values))
    ax.plot([left, left + TILE], [y, y], color=GRID, linewidth=0.7, zorder=3.1)
    ax.plot(xs, y + values * TILE * 0.4, color=INK, linewidth=1.1, zorder=3.3, clip_path=box)


def _bias(ax: Axes, place: Place, value: float) -> None:
    x, y = place
    strength = 0.18 + 0.82 * min(1.0, 0.25 + abs(value))
    colour = to_rgba(MINUS if value < 0 else PLUS, strength)
    ax.scatter(x - TILE / 2, y - TILE / 2, s=22, color=PANEL, linewidth=0, zorder=4)
    ax.scatter(x - TILE / 2, y - TILE / 2, s=22, color=[colour], edgecolor=PANEL, linewidth=0.8, zorder=4.1)


DRAW: dict[type, Draw] = {Network: draw_network}
