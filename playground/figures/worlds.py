"""What an agent knows: the QMap of its expectations, and the replay memory as Remembered over the same plane."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure

from playground.core.pictures import QMap, Remembered, Scene
from playground.figures.palette import FAINT, GRID, INK, MINUS, PANEL, PLUS, PLUS_RGB, SIGNED, ZERO, steps
from playground.figures.paper import Draw, dots, dress, shown
from playground.figures.sheet import Sheet
from playground.rl.plane import PLANES

FACTS = 4  # columns of a moment before its state
WRAPPED = 3.0  # an angle that jumps so far has wrapped around


def draw_qmap(figure: Figure, picture: QMap, sheet: Sheet) -> None:
    figure.set_size_inches(6.6, 5.6)
    ax = _plane(figure.subplots(), picture, sheet)
    low, high, most = (float(value) for value in np.asarray(picture.span))
    settings: dict[str, Any] = {
        "extent": (*picture.x_range, *picture.y_range),
        "interpolation": "bilinear",
        "aspect": "auto",
    }
    if sheet.view.best:
        cmap = steps(ZERO, PLUS_RGB)
        image = ax.imshow(
            low + (high - low) * np.asarray(picture.best) / 255, cmap=cmap, vmin=low, vmax=high, **settings
        )
    else:
        image = ax.imshow(most * np.asarray(picture.edge), cmap=SIGNED, vmin=-most, vmax=most, **settings)
    _path(ax, sheet)
    ax.plot(*picture.at, marker="o", markersize=9, color=INK, markeredgecolor=PANEL, markeredgewidth=1.6, zorder=5)
    ax.grid(False)
    bar = figure.colorbar(image, ax=ax, fraction=0.035, pad=0.02)
    bar.outline.set_visible(False)  # type: ignore[operator]
    bar.ax.tick_params(length=0, labelsize=8.5, colors=FAINT)
    ends = [low, (low + high) / 2, high] if sheet.view.best else [-most, 0.0, most]
    bar.set_ticks(ends, labels=[shown(end) for end in ends])
    bar.set_label(sheet.word("map_best") if sheet.view.best else sheet.say("figures.right_left"), color=FAINT, size=9)


def _plane(ax: Axes, picture: QMap | Remembered, sheet: Sheet) -> Axes:
    world = sheet.config.world  # type: ignore[attr-defined]
    dress(ax, sheet.word(f"plane_{world}_x"), sheet.word(f"plane_{world}_y"))
    ax.set(xlim=picture.x_range, ylim=picture.y_range)
    return ax


def _path(ax: Axes, sheet: Sheet) -> None:
    """The world's way through the plane in this episode, fading into the past."""
    scene = sheet.other("scene")
    if not isinstance(scene, Scene):
        return
    moments = np.asarray(scene.moments, dtype=np.float32)
    mine = moments[moments[:, 1] == moments[-1, 1], FACTS:]
    x, y = (part.numpy() for part in PLANES[scene.world].take(torch.from_numpy(mine)))
    places = np.stack([x, y], axis=1)
    pairs = [(i, (places[i - 1], places[i])) for i in range(1, len(places)) if abs(x[i] - x[i - 1]) < WRAPPED]
    colours = [to_rgba(INK, 0.75 * (i / len(places)) ** 1.5) for i, _ in pairs]
    ax.add_collection(LineCollection([pair for _, pair in pairs], colors=colours, linewidths=1.5, zorder=4))


def draw_remembered(figure: Figure, picture: Remembered, sheet: Sheet) -> None:
    figure.set_size_inches(6.6, 5.6)
    ax = _plane(figure.subplots(), picture, sheet)
    shares = np.asarray(picture.places) / 255
    spots = [
        low + shares[:, axis] * (high - low) for axis, (low, high) in enumerate((picture.x_range, picture.y_range))
    ]
    values = np.asarray(picture.colours)
    age = np.arange(len(values)) / max(1, len(values))
    colours = np.array([to_rgba(MINUS if value < 0 else PLUS) for value in values]).reshape(-1, 4)
    colours[:, 3] = (0.12 + 0.75 * age) * (0.35 + 0.65 * np.minimum(1, np.abs(values) * 1.4))
    dots(ax, np.stack(spots, axis=1), s=(1.8 + 1.4 * age) ** 2 * 1.8, c=colours, linewidth=0)
    _ring(ax, picture)
    text = sheet.word("replay_count", size=f"{picture.size:,}", capacity=f"{picture.capacity:,}")
    ax.text(0.925, 1.055, text, transform=ax.transAxes, ha="right", va="center", size=9, color=FAINT)


def _ring(ax: Axes, picture: Remembered) -> None:
    """How much of the ring is in use, and which place is written next."""
    ring = ax.inset_axes((0.94, 1.015, 0.06, 0.08))
    ring.set_axis_off()
    ring.set(xlim=(-1.25, 1.25), ylim=(-1.25, 1.25), aspect="equal")
    turns = np.linspace(0, 2 * np.pi, 100)
    ring.plot(np.sin(turns), np.cos(turns), color=GRID, linewidth=3.4)
    used = turns * picture.size / picture.capacity
    ring.plot(np.sin(used), np.cos(used), color=PLUS, linewidth=3.4)
    head = 2 * np.pi * picture.head / picture.capacity
    ring.plot(np.sin(head), np.cos(head), marker="o", markersize=5, color=MINUS)


DRAW: dict[type, Draw] = {QMap: draw_qmap, Remembered: draw_remembered}
