"""Small pictures in rows and grids: Images, Strips, a Mosaic, the Answers of a race, and the Patch under a kernel."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle, Rectangle

from playground.core.pictures import Images, Mosaic, Patch, Strips
from playground.core.trackside import Answers
from playground.figures.palette import AXIS, FAINT, GOOD, GREYS, INK, LANES, MINUS, PANEL, SIGNED
from playground.figures.paper import Draw, bare, dress, shown
from playground.figures.sheet import Sheet

GAP = 0.12  # of a tile
WIDE = 6.6  # inches
ALONE = 2.6  # inches of a picture that stands alone
MOST_COLUMNS = 10
GOOD_SHARE = 1.05


def _tile(ax: Axes, values: Any, left: float, bottom: float, *, signed: bool = False, side: float = 1.0) -> None:
    """One picture in a unit square; pixels of a kernel stay squares, those of a photo are smoothed."""
    is_small = max(values.shape) <= 12
    ax.imshow(
        values, cmap=SIGNED if signed else GREYS, vmin=0, vmax=255, extent=(left, left + side, bottom, bottom + side),
        interpolation="nearest" if is_small else "antialiased", aspect="auto", zorder=2,
    )  # fmt: skip
    ax.add_patch(Rectangle((left, bottom), side, side, fill=False, edgecolor=AXIS, linewidth=0.5, zorder=2.1))


def _columns(count: int) -> int:
    """As square as can be, in full rows where that costs little."""
    if count <= MOST_COLUMNS:
        return max(1, count)
    return next((columns for columns in (8, 10, 9, 7, 6) if count % columns == 0), MOST_COLUMNS)


def draw_images(figure: Figure, picture: Images, sheet: Sheet) -> None:
    values = np.asarray(picture.values)
    count = len(values)
    columns = _columns(count)
    rows = -(-count // columns)
    names = picture.truth if picture.guess is None else picture.guess
    line = 1 + GAP + (0.34 if names is not None else 0)
    width = columns * (1 + GAP)
    inches = min(WIDE, 1.1 * columns if count > 1 else ALONE)
    figure.set_size_inches(max(4.2, inches + 0.4), rows * line * inches / width + 0.95)
    ax = bare(figure.subplots())
    for i in range(count):
        left, bottom = (i % columns) * (1 + GAP), -(i // columns) * line
        _tile(ax, values[i], left, bottom, signed=picture.signed)
        if names is not None:
            is_wrong = picture.guess is not None and picture.truth is not None and picture.guess[i] != picture.truth[i]
            colour = MINUS if is_wrong else INK if picture.guess is None else GOOD
            text = f"{int(names[i])}{' ✗' if is_wrong else ''}"
            ax.text(left + 0.5, bottom - 0.06, text, ha="center", va="top", size=9.5, weight="bold", color=colour)
    ax.set(xlim=(-0.02, width - GAP + 0.02), ylim=(-(rows - 1) * line - (0.36 if names is not None else 0.02), 1.02))
    ax.set_aspect("equal")


def draw_strips(figure: Figure, picture: Strips, sheet: Sheet) -> None:
    values = np.asarray(picture.values)  # (rows, n, h, w)
    rows, columns = values.shape[:2]
    known = {"in": "strip_in", "noisy": "strip_noisy", "out": "strip_out"}
    names = [sheet.word(known[row]) if row in known else "" for row in picture.rows]
    if not any(names) and sheet.panel == "rebuilt":
        names = [sheet.word(name) for name in ("strip_in", *(("strip_noisy",) if rows == 3 else ()), "strip_out")]
    has_names = any(names)
    step = 1 + GAP
    left = 1.35 if has_names else 0
    width = left + columns * step
    figure.set_size_inches(WIDE + 0.4, (rows * step + 0.35) * WIDE / width + 0.85)
    ax = bare(figure.subplots())
    for row in range(rows):
        if has_names:
            ax.text(left - 0.12, -row * step + 0.5, names[row], ha="right", va="center", size=9, color=FAINT)
        for column in range(columns):
            _tile(ax, values[row, column], left + column * step, -row * step)
    if picture.label is not None:
        for column, label in enumerate(np.asarray(picture.label)):
            ax.text(
                left + column * step + 0.5, -(rows - 1) * step - 0.08, str(int(label)), ha="center", va="top", size=9
            )
    ax.set(xlim=(0, width - GAP + 0.02), ylim=(-(rows - 1) * step - 0.36, 1.02), aspect="equal")


def draw_mosaic(figure: Figure, picture: Mosaic, sheet: Sheet) -> None:
    values = np.asarray(picture.values)  # (rows, columns, h, w)
    rows, columns, high, wide = values.shape
    whole = values.transpose(0, 2, 1, 3).reshape(rows * high, columns * wide)
    (x0, x1), (y0, y1) = (np.asarray(pair, dtype=float) for pair in (picture.x_range, picture.y_range))
    half = ((x1 - x0) / (columns - 1) / 2, (y1 - y0) / (rows - 1) / 2)  # tiles stand around their codes
    extent = (x0 - half[0], x1 + half[0], y0 - half[1], y1 + half[1])
    figure.set_size_inches(6.0, 6.3)
    ax = dress(figure.subplots(), "x", "y")
    ax.grid(False)
    ax.imshow(whole, cmap=GREYS, vmin=0, vmax=255, extent=extent, interpolation="antialiased", aspect="auto")
    ax.plot(
        *np.asarray(picture.cursor),
        marker="o",
        markersize=13,
        markerfacecolor="none",
        markeredgecolor=PANEL,
        markeredgewidth=4,
    )
    ax.plot(
        *np.asarray(picture.cursor),
        marker="o",
        markersize=13,
        markerfacecolor="none",
        markeredgecolor=MINUS,
        markeredgewidth=2,
    )
    ax.set_box_aspect(rows / columns)


def draw_answers(figure: Figure, picture: Answers, sheet: Sheet) -> None:
    images, guess = np.asarray(picture.images), np.asarray(picture.guess).astype(int)
    truth = np.asarray(picture.truth).astype(int)
    count, lanes = len(images), len(picture.slots)
    podium = sheet.other("podium")
    left, line = 2.2, 0.62
    width = left + count * 1.06
    figure.set_size_inches(WIDE + 0.4, (1.15 + lanes * line) * WIDE / width + 0.85)
    ax = bare(figure.subplots())
    for i in range(count):
        _tile(ax, images[i], left + 1.06 * i, 0)
    for lane, slot in enumerate(picture.slots):
        y = -line * (lane + 0.62)
        ax.text(left - 0.2, y, sheet.lane(slot), ha="right", va="center", size=9, weight="bold", color=LANES[slot])
        is_out = podium is not None and podium.died[lane] >= 0
        for i in range(count):
            text, is_right = ("–", True) if is_out else (str(guess[lane, i]), guess[lane, i] == truth[i])
            x = left + 1.06 * i + 0.5
            if not is_right:
                ax.add_patch(Circle((x, y), 0.28, color=MINUS, alpha=0.2, linewidth=0))
            ax.text(x, y, text, ha="center", va="center", size=10, weight="bold", color=INK if is_right else MINUS)
    ax.set(xlim=(0, width), ylim=(-line * lanes - 0.12, 1.03), aspect="equal")


def draw_patch(figure: Figure, picture: Patch, sheet: Sheet) -> None:
    """Patch, kernel and their product, number by number, and the sum under them."""
    patch, kernel = np.asarray(picture.patch), np.asarray(picture.kernel)
    grids = (
        ("images_patch_pixels", patch, ""),
        ("images_patch_kernel", kernel, "×"),
        ("images_patch_product", patch * kernel, "="),
    )
    size = len(kernel)
    figure.set_size_inches(WIDE + 0.4, (size + 1.9) * WIDE / (3 * size + 2) + 0.7)
    ax = bare(figure.subplots())
    for place, (word, values, sign) in enumerate(grids):
        left = place * (size + 1)
        most = max(float(np.abs(values).max()), 1e-9)
        ax.imshow(
            values,
            cmap=SIGNED,
            vmin=-most,
            vmax=most,
            extent=(left, left + size, 0, size),
            interpolation="nearest",
            aspect="auto",
        )
        ax.text(left + size / 2, size + 0.2, sheet.word(word), ha="center", va="bottom", size=9, color=FAINT)
        ax.text(left - 0.5, size / 2, sign, ha="center", va="center", size=14, color=FAINT)
        for (row, column), value in np.ndenumerate(values):
            colour = PANEL if abs(value) > 0.6 * most else INK
            x, y = left + column + 0.5, size - row - 0.5
            ax.text(x, y, shown(float(value), 2), ha="center", va="center", size=7.5, color=colour)
    total, bias = float(picture.sum), float(picture.bias)
    sign = "−" if bias < 0 else "+"
    text = f"Σ = {shown(total)} {sign} {shown(abs(bias))} ({sheet.word('bias')}) = {shown(total + bias)}"
    ax.text((3 * size + 2) / 2, -0.35, text, ha="center", va="top", size=10.5, weight="bold")
    ax.set(xlim=(-0.05, 3 * size + 2.05), ylim=(-1.1, size + 0.8), aspect="equal")


DRAW: dict[type, Draw] = {
    Images: draw_images, Strips: draw_strips, Mosaic: draw_mosaic, Answers: draw_answers, Patch: draw_patch,
}  # fmt: skip
