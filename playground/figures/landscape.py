"""A Landscape: the loss as a map with contour lines, and on it the trails of all lanes."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from playground.core.trackside import Landscape
from playground.figures.palette import FAINT, HILLS, INK, LANES, PANEL
from playground.figures.paper import Draw, dress, halo, legend, shown
from playground.figures.sheet import Sheet

LINES = 11  # contour lines


def softened(levels: Any) -> Any:
    """Each value with a part of its neighbours': the levels come in 256 steps, and contour lines would show them."""
    weights = np.array([1, 2, 1]) / 4
    for axis in (0, 1):
        padded = np.pad(levels, [(1, 1) if part == axis else (0, 0) for part in (0, 1)], mode="edge")
        windows = np.lib.stride_tricks.sliding_window_view(padded, 3, axis=axis)
        levels = windows @ weights
    return levels


def draw_landscape(figure: Figure, picture: Landscape, sheet: Sheet) -> None:
    figure.set_size_inches(6.6, 6.4)
    ax = dress(figure.subplots())
    levels = softened(softened(np.asarray(picture.levels, dtype=float)))
    x0, x1, y0, y1 = (float(end) for end in np.asarray(picture.box).ravel())
    image = ax.imshow(
        levels, cmap=HILLS, vmin=0, vmax=255, extent=(x0, x1, y0, y1), interpolation="bilinear", aspect="auto"
    )
    rows, columns = levels.shape
    grid = np.linspace(x0, x1, columns), np.linspace(y1, y0, rows)
    ax.contour(*grid, levels, levels=np.linspace(0, 255, LINES + 1)[1:-1], colors="#3c4c6c", alpha=0.34, linewidths=0.7)
    for lane, slot in enumerate(picture.slots):
        _trail(ax, np.asarray(picture.tracks[lane]), picture.at, LANES[slot])
    for place in picture.lowest:
        ax.plot(*place, marker="*", markersize=13, color=INK, markeredgecolor=PANEL, zorder=5)
    start = picture.start[0] if picture.start else np.asarray(picture.tracks[0])[0]
    ax.plot(
        *start, marker="o", markersize=13, markerfacecolor="none", markeredgecolor=INK, markeredgewidth=1.5, zorder=5
    )
    ax.set(xlim=(x0, x1), ylim=(y0, y1))
    ax.grid(False)
    bar = figure.colorbar(image, ax=ax, fraction=0.035, pad=0.02)
    low, high = (float(end) for end in np.asarray(picture.span).ravel())
    ends = [0.0, 127.5, 255.0]
    losses = [10 ** (low + (high - low) * end / 255) - picture.floor for end in ends]
    bar.set_ticks(ends, labels=[shown(max(0.0, value), 2) for value in losses])
    bar.outline.set_visible(False)  # type: ignore[operator]
    bar.ax.tick_params(length=0, labelsize=8.5, colors=FAINT)
    bar.set_label(sheet.word("metric_loss"), color=FAINT, size=9)
    legend(ax, [(sheet.lane(slot), {"color": LANES[slot]}) for slot in picture.slots])


def _trail(ax: Axes, track: Any, at: int | None, colour: str) -> None:
    """The walked part strong, what is still to come pale, a ball where the lane is now."""
    now = len(track) - 1 if at is None else min(at, len(track) - 1)
    if at is not None:
        ax.plot(*track[now:].T, color=colour, linewidth=1.2, alpha=0.35 if now else 0.75)
    ax.plot(*track[: now + 1].T, color=colour, linewidth=1.9, path_effects=halo(3.4), solid_joinstyle="round")
    ax.plot(*track[now], marker="o", markersize=8.5, color=colour, markeredgecolor=PANEL, markeredgewidth=1.3, zorder=6)


DRAW: dict[type, Draw] = {Landscape: draw_landscape}
