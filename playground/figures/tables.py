"""What is best read: the Cards of an epoch's mini-batches, and programs with their Prints."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from playground.core.pictures import Cards, Prints
from playground.figures.palette import AXIS, FAINT, INK, PLUS, SUNK
from playground.figures.paper import MONOSPACE, SYMBOLS, Draw, bare, installed, shown
from playground.figures.sheet import Sheet

ROOM = 34  # characters of the values of one row of cards
LINE = 0.142  # inches of a line of a program
PRINT_INK, PRINT_PAPER = "#cfe3f7", "#10192b"
CURRENT = "#e5f0fb"


def draw_cards(figure: Figure, picture: Cards, sheet: Sheet) -> None:
    """Batches side by side, as many as fit; the one last learnt from in blue, what came before it pale."""
    cells = [(np.asarray(inputs).ravel(), np.asarray(targets).ravel()) for inputs, targets in picture.batches]
    widest = max(len(inputs) for inputs, _ in cells)
    wide = 0.5 * widest + 0.75  # inches
    columns = max(1, min(len(cells), int(7.0 // wide)))
    rows = -(-len(cells) // columns)
    figure.set_size_inches(max(4.6, columns * wide + 0.4), rows * 1.05 + 1.25)
    ax = bare(figure.subplots())
    for i, values in enumerate(cells):
        _card(ax, i, values, (i % columns) * wide, -(i // columns) * 1.05, wide - 0.12, picture.current, sheet)
    ax.text(0, 1.0, sheet.word("cards_epoch", epoch=picture.epoch), size=10.5, weight="bold")
    ax.set(xlim=(-0.05, columns * wide), ylim=(-(rows - 1) * 1.05 - 0.1, 1.25))


def _card(ax: Axes, i: int, values: Any, left: float, bottom: float, wide: float, current: int, sheet: Sheet) -> None:
    is_current, alpha = i + 1 == current, 0.55 if i + 1 < current else 1.0
    box = FancyBboxPatch(
        (left, bottom), wide, 0.9, boxstyle="round,pad=0,rounding_size=0.08", facecolor=CURRENT if is_current else SUNK,
        edgecolor=PLUS if is_current else AXIS, linewidth=1.1, alpha=alpha,
    )  # fmt: skip
    ax.add_patch(box)
    ax.text(
        left + 0.1,
        bottom + 0.72,
        sheet.word("cards_batch", number=i + 1),
        size=9,
        weight="bold",
        alpha=alpha,
        va="center",
    )
    for name, row, y in (("x", values[0], 0.45), ("y", values[1], 0.2)):
        ax.text(left + 0.14, bottom + y, name, size=9, color=FAINT, va="center")
        for place, value in enumerate(row):
            x = left + 0.72 + 0.5 * place
            ax.text(x, bottom + y, shown(float(value)), size=9, ha="right", va="center", alpha=alpha)


def draw_prints(figure: Figure, picture: Prints, sheet: Sheet) -> None:
    sources = [text.rstrip() for text in picture.sources]
    outputs = [text.rstrip() for text in picture.outputs]
    above = max(text.count("\n") + 1 for text in sources) * LINE + 0.25
    below = max(text.count("\n") + 1 for text in outputs) * LINE + 0.25
    wide = max(len(line) for text in (*sources, *outputs) for line in text.splitlines()) * 0.073 + 0.35
    figure.set_size_inches(len(sources) * (wide + 0.15) + 0.35, above + below + 1.0)
    ax = bare(figure.subplots())
    for i, (source, output) in enumerate(zip(sources, outputs, strict=True)):
        left = i * (wide + 0.15)
        _sheet(ax, left, below + 0.1, wide, above, source, SUNK, INK)
        _sheet(ax, left, 0, wide, below, output, PRINT_PAPER, PRINT_INK)
    ax.set(xlim=(-0.02, len(sources) * (wide + 0.15) - 0.13), ylim=(-0.02, above + below + 0.12))


def _sheet(ax: Axes, left: float, bottom: float, wide: float, high: float, text: str, paper: str, ink: str) -> None:
    box = FancyBboxPatch(
        (left, bottom), wide, high, boxstyle="round,pad=0,rounding_size=0.07", facecolor=paper, linewidth=0
    )
    ax.add_patch(box)
    family = [*installed(MONOSPACE)[:1], SYMBOLS]
    ax.text(
        left + 0.14, bottom + high - 0.13, text, family=family, size=8.2, color=ink, va="top", linespacing=1.28,
    )  # fmt: skip


DRAW: dict[type, Draw] = {Cards: draw_cards, Prints: draw_prints}
