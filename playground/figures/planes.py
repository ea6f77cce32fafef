"""Planes that nets decide on: a Field with its points, the Tiles of a race; and Fits of many nets to their data."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from playground.core.pictures import Field, Points
from playground.core.trackside import Fits, Tiles
from playground.figures import palette
from playground.figures.palette import FAINT, INK, LANES, PANEL, SIGNED
from playground.figures.paper import Draw, bare, dots, dress, halo, legend
from playground.figures.sheet import Sheet

SIDE = 5.4  # inches
FINE = 5  # size of a point on a small tile
MANY = 600  # points beyond which each is drawn smaller
NAMES = "ABCDE"


def draw_field(figure: Figure, picture: Field, sheet: Sheet) -> None:
    figure.set_size_inches(SIDE + 0.9, SIDE + 1.1)
    ax = dress(figure.subplots(), "x", "y")
    _paint(ax, picture, sheet)
    ax.set(xlim=picture.x_range, ylim=picture.y_range, aspect="equal")
    ax.grid(False)
    if picture.points is None:
        return
    entries = _scatter(ax, picture.points, sheet, size=24)
    bars = sheet.other("bars")
    if sheet.panel == "field" and bars is not None and bars.at:
        ax.plot(*bars.at, marker="+", markersize=17, color=INK, markeredgewidth=1.2)
        ax.plot(*bars.at, marker="o", markersize=11, markerfacecolor="none", markeredgecolor=INK, markeredgewidth=1.2)
    legend(ax, entries)


def _paint(ax: Axes, picture: Field, sheet: Sheet) -> None:
    values: Any = np.asarray(picture.values if picture.focus is None else picture.focus).astype(np.uint8)
    is_plain = picture.focus is not None or picture.classes == 2
    if sheet.view.discretise:
        values = np.where(values > 127, 225, 30).astype(np.uint8) if is_plain else (values & 224) | 28
    settings: dict[str, Any] = {
        "extent": (*picture.x_range, *picture.y_range),
        "interpolation": "nearest" if sheet.view.discretise else "bilinear",
        "aspect": "auto",
    }
    if is_plain:
        cmap = SIGNED if picture.focus is not None else palette.field(sheet.course)
        ax.imshow(values, cmap=cmap, vmin=0, vmax=255, **settings)
    else:
        ax.imshow(palette.class_field(values, sheet.course), **settings)


def _scatter(ax: Axes, points: Points, sheet: Sheet, size: float) -> list[tuple[str, dict[str, Any]]]:
    colours = np.array(palette.classes(sheet.course))[points.label]
    held = (points.test == 1) & sheet.view.test
    seen = points.test == 0
    rim = 0.7 if size > FINE else 0.3
    dots(ax, points.xy[seen], s=size, c=colours[seen], edgecolor=PANEL, linewidth=rim)
    dots(ax, points.xy[held], s=size * 1.1, c=colours[held], edgecolor="#10192b", linewidth=1.2)
    dot = {"linestyle": "none", "marker": "o", "markersize": 6}
    entries: list[tuple[str, dict[str, Any]]] = [
        (f"{sheet.word('class')} {NAMES[label]}", {**dot, "color": palette.classes(sheet.course)[label]})
        for label in sorted(set(points.label.tolist()))
    ]
    if held.any():
        entries.append((sheet.word("show_test"), {**dot, "markerfacecolor": PANEL, "markeredgecolor": "#10192b"}))
    return entries


def draw_tiles(figure: Figure, picture: Tiles, sheet: Sheet) -> None:
    count = len(picture.slots)
    columns = min(4, count) if count != 4 else 2
    rows = -(-count // columns)
    figure.set_size_inches(max(4.6, 2.3 * columns), 2.55 * rows + 0.75)
    axes = figure.subplots(rows, columns, squeeze=False).ravel()
    podium = sheet.other("podium")
    for lane, (slot, ax) in enumerate(zip(picture.slots, axes, strict=False)):
        ax.imshow(
            np.asarray(picture.values)[lane], cmap=palette.field(sheet.course), vmin=0, vmax=255,
            extent=(*picture.range, *picture.range), interpolation="bilinear",
        )  # fmt: skip
        _scatter(ax, picture.points, sheet, size=FINE)
        ax.set(xlim=picture.range, ylim=picture.range, xticks=[], yticks=[])
        for spine in ax.spines.values():
            spine.set(color=LANES[slot], linewidth=2)
        share = podium.accuracy[lane] if podium is not None and podium.accuracy is not None else -1
        ax.set_title(
            sheet.lane(slot) + (f" · {100 * share:.0f} %" if share >= 0 else ""), size=9.5, weight="bold",
            color=LANES[slot], loc="left",
        )  # fmt: skip
    for ax in axes[count:]:
        bare(ax)


def draw_fits(figure: Figure, picture: Fits, sheet: Sheet) -> None:
    ax = dress(figure.subplots(), "x", "y")
    xy = picture.points.xy
    dots(ax, xy, s=4 if len(xy) > MANY else 9, color=FAINT, alpha=0.5, marker="s", linewidth=0)
    values = np.asarray(picture.values)  # (lanes, seeds, n)
    laps = sheet.other("laps")
    entries: list[tuple[str, dict[str, Any]]] = []
    for lane, slot in enumerate(picture.slots):
        entries.append((sheet.lane(slot), {"color": LANES[slot]}))
        if laps is not None and laps.died[lane] >= 0:
            continue
        alone = values.shape[1] == 1
        for line in values[lane]:
            ax.plot(
                picture.x, line, color=LANES[slot], linewidth=2.1 if alone else 0.8, alpha=1 if alone else 0.45,
                path_effects=halo(3.8) if alone else None,
            )  # fmt: skip
    ax.set(xlim=picture.x_range, ylim=picture.y_range)
    legend(ax, entries)


DRAW: dict[type, Draw] = {Field: draw_field, Tiles: draw_tiles, Fits: draw_fits}
