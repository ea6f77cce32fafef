"""Numbers as colours: the confusion Matrix, Heat such as a hidden state row by row, and Bars of probabilities."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from playground.core.pictures import Bars, Heat, Matrix
from playground.figures import palette
from playground.figures.palette import FAINT, INK, MINUS_RGB, PANEL, PLUS_RGB, SIGNED, SUNK, css, mixed
from playground.figures.paper import Draw, bare, shown
from playground.figures.sheet import Sheet

WHITE = (255, 255, 255)
SUNK_RGB = (243, 245, 249)


def draw_matrix(figure: Figure, picture: Matrix, sheet: Sheet) -> None:
    """Each cell's colour is its share of the row; blue is right, orange is wrong."""
    values = np.asarray(picture.values)
    count = len(values)
    side = 4.2 if count < 6 else 5.6
    figure.set_size_inches(side + 0.9, side + 1.1)
    ax = bare(figure.subplots())
    totals = np.maximum(values.sum(axis=1), 1)
    for (row, column), value in np.ndenumerate(values):
        share = 0.85 * float(value) / totals[row]
        colour = css(mixed(SUNK_RGB, PLUS_RGB if row == column else MINUS_RGB, share))
        box = FancyBboxPatch(
            (column + 0.05, row + 0.05),
            0.9,
            0.9,
            boxstyle="round,pad=0,rounding_size=0.1",
            facecolor=colour,
            linewidth=0,
        )
        ax.add_patch(box)
        ink = PANEL if share > 0.47 else INK
        size = 12 if count < 6 else 9.5
        ax.text(column + 0.5, row + 0.5, f"{value:.0f}", ha="center", va="center", size=size, weight="bold", color=ink)
    cell = count / side  # of an inch, in cells
    for i, (row_name, column_name) in enumerate(zip(picture.rows, picture.columns, strict=True)):
        ax.text(-0.1 * cell, i + 0.5, row_name, ha="right", va="center", size=11, weight="bold")
        ax.text(i + 0.5, -0.07 * cell, column_name, ha="center", va="bottom", size=11, weight="bold")
    ax.text(count / 2, -0.3 * cell, sheet.word("predicted_class"), ha="center", va="bottom", size=9, color=FAINT)
    turned: dict[str, Any] = {"rotation": 90, "ha": "right", "va": "center", "size": 9, "color": FAINT}
    ax.text(-0.32 * cell, count / 2, sheet.word("true_class"), **turned)
    ax.set(xlim=(-0.55 * cell, count), ylim=(count, -0.52 * cell), aspect="equal")


def draw_heat(figure: Figure, picture: Heat, sheet: Sheet) -> None:
    values = np.asarray(picture.values)
    rows, columns = values.shape
    figure.set_size_inches(figure.get_figwidth(), float(np.clip(rows * 0.22, 1.6, 4.6)) + 1.1)
    ax = figure.subplots()
    is_share = not picture.signed and abs(float(values[0].sum()) - 1) < 0.02
    most = 1.0 if is_share else float(np.abs(values).max()) or 1.0
    image = ax.imshow(values, cmap=SIGNED, vmin=-most, vmax=most, interpolation="nearest", aspect="auto")
    for spine in ax.spines.values():
        spine.set_visible(False)
    ax.tick_params(length=0, labelsize=8.5, colors=FAINT, top=True, labeltop=True, bottom=False, labelbottom=False)
    for axis, names, count in ((ax.xaxis, picture.columns, columns), (ax.yaxis, picture.rows, rows)):
        every = max(1, -(-count // (14 if axis is ax.xaxis else 16)))
        places = range(0, count, every)
        if names:
            axis.set_ticks(list(places), [names[i] for i in places])
        else:
            axis.set_ticks(list(places), [str(i + 1) for i in places])
    bar = figure.colorbar(image, ax=ax, fraction=0.03, pad=0.02)
    if not picture.signed:
        bar.ax.set_ylim(0, most)
    bar.outline.set_visible(False)  # type: ignore[operator]
    bar.ax.tick_params(length=0, labelsize=8, colors=FAINT)
    ends = [-most, 0.0, most] if picture.signed else [0.0, most]
    bar.set_ticks(ends, labels=[shown(end) for end in ends])


def draw_bars(figure: Figure, picture: Bars, sheet: Sheet) -> None:
    count = len(picture.names)
    figure.set_size_inches(5.6, 0.42 * count + 1.3)
    ax = bare(figure.subplots())
    colours = palette.classes(sheet.course)
    for i, (name, value) in enumerate(zip(picture.names, np.asarray(picture.values), strict=True)):
        colour = colours[i] if count <= len(colours) else palette.PLUS
        ax.barh(i, 1, height=0.6, color=SUNK, linewidth=0)
        ax.barh(i, float(value), height=0.6, color=colour, linewidth=0)
        ax.text(-0.03, i, name, ha="right", va="center", size=11, weight="bold")
        ax.text(1.03, i, f"{100 * float(value):.1f} %", ha="left", va="center", size=10)
    ax.set(xlim=(-0.12, 1.22), ylim=(count - 0.4, -0.6))
    if picture.at:
        place = sheet.word("at", x=shown(picture.at[0]), y=shown(picture.at[1]))
        ax.text(0, count - 0.45, place, size=9, color=FAINT, va="top")


DRAW: dict[type, Draw] = {Matrix: draw_matrix, Heat: draw_heat, Bars: draw_bars}
