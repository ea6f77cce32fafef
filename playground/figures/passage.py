"""A Passage: a picture on its way down to the narrow code and up again, every neuron a cell of colour."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PatchCollection
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.patches import Circle, Polygon, Rectangle

from playground.core.pictures import Passage
from playground.figures.palette import AXIS, FAINT, GREYS, INK, MINUS, PANEL, PLUS, SIGNED, ZERO, css
from playground.figures.paper import Draw, bare
from playground.figures.sheet import Sheet

WIDE, HIGH = 7.0, 2.7  # inches of the drawing
TALLEST = 0.9
SIDE = 1.25  # inches of the pictures at both ends


def draw_passage(figure: Figure, picture: Passage, sheet: Sheet) -> None:
    figure.set_size_inches(WIDE + 0.4, HIGH + 1.15)
    ax = bare(figure.subplots())
    ax.set(xlim=(-0.01, WIDE + 0.01), ylim=(-HIGH / 2 - 0.25, HIGH / 2), aspect="equal")
    up = [np.asarray(layer) for layer in picture.up]
    down = [np.asarray(layer) for layer in picture.down]
    is_idle = picture.source is None
    if is_idle:
        down = [np.zeros_like(layer) for layer in reversed(up)]
    code = np.asarray(picture.code)
    widths = [*(len(layer) for layer in down), len(code), *(len(layer) for layer in up)]
    step = (WIDE - 2 * SIDE) / (len(widths) + 1)
    places = [SIDE + step * (i + 1) for i in range(len(widths))]
    heights = [HIGH * TALLEST * (0.16 + 0.84 * math.log1p(width) / math.log1p(max(widths))) for width in widths]
    heights[len(down)] = HIGH * 0.2
    _funnel(ax, [0, *places, WIDE], [SIDE, *heights, SIDE])
    _pixels(ax, None if is_idle else np.asarray(picture.source), 0)
    _pixels(ax, np.asarray(picture.drawn), WIDE - SIDE)
    for i, layer in enumerate([*down, code, *up]):
        if i == len(down):
            _code(ax, code, places[i], step)
        else:
            _layer(ax, layer, places[i], heights[i], step * 0.62, 0.35 if is_idle and i < len(down) else 1.0)
    count = np.asarray(picture.drawn).size
    for x, width in zip([SIDE / 2, *places, WIDE - SIDE / 2], [count, *widths, count], strict=True):
        ax.text(x, -HIGH / 2 - 0.02, str(width), ha="center", va="top", size=9, color=FAINT)


def _funnel(ax: Axes, xs: list[float], heights: list[float]) -> None:
    xs, heights = [xs[0], xs[0] + SIDE / 2, *xs[1:-1], xs[-1] - SIDE / 2, xs[-1]], [heights[0], *heights, heights[-1]]
    outline = [
        *zip(xs, heights, strict=True),
        *((x, -height) for x, height in reversed(list(zip(xs, heights, strict=True)))),
    ]
    ax.add_patch(
        Polygon([(x, height / 2) for x, height in outline], color=css(ZERO), alpha=0.55, linewidth=0, zorder=0)
    )


def _pixels(ax: Axes, values: Any, left: float) -> None:
    if values is None:
        ax.text(left + SIDE / 2, 0, "?", size=30, color=FAINT, ha="center", va="center")
    else:
        ax.imshow(
            values, cmap=GREYS, vmin=0, vmax=255, extent=(left, left + SIDE, -SIDE / 2, SIDE / 2), aspect="auto",
            interpolation="antialiased", zorder=2,
        )  # fmt: skip
    ax.add_patch(Rectangle((left, -SIDE / 2), SIDE, SIDE, fill=False, edgecolor=AXIS, linewidth=0.8, zorder=3))


def _layer(ax: Axes, layer: Any, x: float, height: float, width: float, alpha: float) -> None:
    """Cells in as many columns as keep them square enough."""
    count = len(layer)
    columns = max(1, min(count, round(math.sqrt(count * width / height))))
    rows = -(-count // columns)
    cell = min(height / rows, width / columns, 0.17)
    left, top = x - columns * cell / 2, rows * cell / 2
    cells = [
        Rectangle((left + (i // rows) * cell, top - (i % rows + 1) * cell), 0.9 * cell, 0.9 * cell)
        for i in range(count)
    ]
    ax.add_collection(PatchCollection(cells, facecolors=SIGNED((layer + 1) / 2), linewidths=0, alpha=alpha, zorder=2))


def _code(ax: Axes, code: Any, x: float, step: float) -> None:
    line = min(0.36, HIGH * 0.8 / len(code))
    radius = min(line * 0.46, step * 0.42)
    for i, value in enumerate(code):
        y = ((len(code) - 1) / 2 - i) * line
        strength = 0.25 + 0.75 * min(1.0, abs(float(value)) / 2)
        ax.add_patch(_disc(x, y, radius, PANEL, 1.0))
        ax.add_patch(_disc(x, y, radius, MINUS if value < 0 else PLUS, strength))
        if radius > 0.1:
            text = f"{value:.1f}".replace("-", "−")
            ax.text(x, y - 0.005, text, ha="center", va="center", size=7, weight="bold", zorder=5)


def _disc(x: float, y: float, radius: float, colour: str, alpha: float) -> Circle:
    return Circle((x, y), radius, facecolor=to_rgba(colour, alpha), edgecolor=INK, linewidth=0.9, zorder=4)


DRAW: dict[type, Draw] = {Passage: draw_passage}
