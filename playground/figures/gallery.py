"""A GAN that paints curves: its Paintings, a visitor's in the Contest, D's Opinions of all parabolas, the Studio."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from playground.core.paintings import Contest, Opinions, Paintings, Studio
from playground.figures.palette import (
    AXIS,
    FAINT,
    GREEN,
    GRID,
    INK,
    LOWER,
    MINUS,
    PAINTED,
    PANEL,
    PLUS,
    SIGNED,
    UPPER,
    opinion,
)  # fmt: skip
from playground.figures.paper import Draw, bare, dots, dress, halo, legend
from playground.figures.sheet import Sheet

X_RANGE, Y_RANGE = (-1.06, 1.06), (-0.75, 3.25)
PUSH = 0.35  # units of the longest arrow
ARROW = {"arrowstyle": "-|>", "linewidth": 1.4, "shrinkA": 1, "shrinkB": 1}
HAS_SCORE = ("original", "nonsaturating")


def _band(ax: Axes, x: Any, low: Any, high: Any, width: float = 2.2) -> None:
    """Where the real paintings lie: blue above, orange below, as in the course."""
    middle = (low + high) / 2
    ax.fill_between(x, middle, high, color=UPPER, alpha=0.22, linewidth=0)
    ax.fill_between(x, low, middle, color=LOWER, alpha=0.2, linewidth=0)
    ax.plot(x, high, color=UPPER, linewidth=width, solid_capstyle="round")
    ax.plot(x, low, color=LOWER, linewidth=width, solid_capstyle="round")


def _many(ax: Axes, x: Any, lines: Any, colours: Any, alpha: float) -> None:
    ax.add_collection(
        LineCollection([np.stack([x, line], axis=1) for line in lines], colors=colours, linewidths=0.9, alpha=alpha)
    )


def draw_paintings(figure: Figure, picture: Paintings, sheet: Sheet) -> None:
    ax = dress(figure.subplots(), "x", "y")
    ax.set(xlim=X_RANGE, ylim=Y_RANGE)
    view, x = sheet.view, np.asarray(picture.x)
    _band(ax, x, np.asarray(picture.low), np.asarray(picture.high))

    def coloured(judged: Any, plain: str) -> Any:
        return [opinion(float(value)) for value in np.asarray(judged)] if view.verdicts else plain

    if view.reals:
        _many(ax, x, np.asarray(picture.real), coloured(picture.real_judged, INK), 0.4)
    if view.many:
        _many(ax, x, np.asarray(picture.painted), coloured(picture.painted_judged, GREEN), 0.45)
    mine = opinion(float(np.asarray(picture.chosen_judged).ravel()[0])) if view.verdicts else PAINTED
    ax.plot(x, np.asarray(picture.chosen), color=mine, linewidth=3, path_effects=halo(5.5), solid_capstyle="round")
    metrics = sheet.frame.metrics
    if "d_real" in metrics:
        lines = [sheet.word("gan_reading_real", value=f"{metrics['d_real']:.2f}")]
        if getattr(sheet.config, "game", "") in HAS_SCORE:
            lines.append(sheet.word("gan_reading_score", value=f"{metrics['score']:.2f}".replace("-", "−")))
        ax.text(
            0,
            Y_RANGE[1] - 0.12,
            "\n".join(lines),
            ha="center",
            va="top",
            size=9.5,
            path_effects=halo(3),
            linespacing=1.5,
        )
    entries: list[tuple[str, dict[str, Any]]] = [
        (sheet.word("gan_part_painting"), {"color": PAINTED, "linewidth": 3}),
        (sheet.say("figures.band_high"), {"color": UPPER}),
        (sheet.say("figures.band_low"), {"color": LOWER}),
    ]
    legend(ax, entries + ([(sheet.word("gan_reals"), {"color": INK, "linewidth": 0.9})] if view.reals else []))


def draw_contest(figure: Figure, picture: Contest, sheet: Sheet) -> None:
    """The visitor's curve, if there is one, before the band, and how real D finds it, G's and real ones."""
    figure.set_size_inches(figure.get_figwidth(), 5.4)
    above, below = figure.subplots(2, 1, height_ratios=[3.4, 1])
    ax = dress(above, "x", "y")
    ax.set(xlim=X_RANGE, ylim=Y_RANGE)
    x = np.asarray(picture.x)
    band = sheet.other("paintings")
    if band is not None:
        _band(ax, x, np.asarray(band.low), np.asarray(band.high))
    bars = [(sheet.word("gan_rivals"), picture.rival), (sheet.word("gan_real"), picture.real)]
    if picture.heights is not None and picture.judged is not None:
        heights = np.asarray(picture.heights)
        colour = opinion(float(np.asarray(picture.judged).ravel()[0])) if sheet.frame.step else INK
        ax.plot(x, heights, color=colour, linewidth=2.8, path_effects=halo(5), solid_capstyle="round")
        if picture.push is not None and sheet.view.advice:
            _push(ax, x, heights, np.asarray(picture.push))
        bars.insert(0, (sheet.word("gan_yours"), picture.judged))
    _gauges(below, bars)


def _push(ax: Axes, x: Any, heights: Any, push: Any) -> None:
    """Arrows where D's opinion of each point would rise."""
    most = max(float(np.abs(push).max()), 1e-9)
    for place, height, slope in zip(x, heights, push * PUSH / most, strict=True):
        if abs(slope) > 0.03:
            ax.annotate(
                "", (place, height + slope), (place, height), arrowprops={**ARROW, "color": INK, "mutation_scale": 7}
            )


def _gauges(ax: Axes, bars: list[tuple[str, Any]]) -> None:
    bare(ax)
    for row, (name, value) in enumerate(bars):
        share = float(np.asarray(value).ravel()[0])
        ax.barh(row, 1, left=0.42, height=0.5, color=GRID, linewidth=0)
        ax.barh(row, share, left=0.42, height=0.5, color=opinion(share), linewidth=0)
        ax.plot([0.92, 0.92], [row - 0.32, row + 0.32], color=INK, linewidth=0.8, linestyle=":")
        ax.text(0.4, row, name, ha="right", va="center", size=9)
        ax.text(1.45, row, f"{100 * share:.0f} %", ha="left", va="center", size=9, weight="bold")
    ax.set(xlim=(0, 1.58), ylim=(len(bars) - 0.4, -0.6))


def draw_opinions(figure: Figure, picture: Opinions, sheet: Sheet) -> None:
    figure.set_size_inches(6.4, 5.9)
    ax = dress(figure.subplots(), "a", "b")
    values = np.asarray(picture.values)
    image = ax.imshow(
        values,
        cmap=SIGNED,
        vmin=0,
        vmax=255,
        extent=(*picture.x_range, *picture.y_range),
        interpolation="bilinear",
        aspect="auto",
    )
    (a1, b1), (a2, b2) = np.asarray(picture.line)
    ends = np.stack([np.linspace(a1, a2, 40), np.linspace(b1, b2, 40)], axis=1)
    ax.plot([a1, a2], [b1, b2], color=PANEL, linewidth=7, solid_capstyle="round")
    for i, (one, other) in enumerate(pairwise(ends)):
        ax.plot(*zip(one, other, strict=True), color=LOWER if i < 20 else UPPER, linewidth=4.5, solid_capstyle="round")
    dots(ax, np.asarray(picture.dots), s=22, color=PAINTED, edgecolor=INK, linewidth=0.6, zorder=4)
    ax.plot(
        *np.asarray(picture.chosen),
        marker="o",
        markersize=9,
        color=PAINTED,
        markeredgecolor=INK,
        markeredgewidth=1.4,
        zorder=5,
    )
    ax.set(xlim=picture.x_range, ylim=picture.y_range)
    ax.grid(False)
    bar = figure.colorbar(image, ax=ax, fraction=0.035, pad=0.02)
    bar.set_ticks([0, 127.5, 255], labels=["0 %", "50 %", "100 %"])
    bar.outline.set_visible(False)  # type: ignore[operator]
    bar.ax.tick_params(length=0, labelsize=8.5, colors=FAINT)
    bar.set_label(sheet.say("figures.how_real"), color=FAINT, size=9)
    dot = {"linestyle": "none", "marker": "o", "markersize": 5.5, "markeredgecolor": INK}
    line = {"color": UPPER, "linewidth": 4}
    legend(ax, [(sheet.word("gan_reals"), line), (sheet.word("gan_part_painting"), {**dot, "color": PAINTED})])


def draw_studio(figure: Figure, picture: Studio, sheet: Sheet) -> None:
    """Idea → G → painting → D ← a real one, each with its verdict under it."""
    figure.set_size_inches(9.4, 2.9)
    axes = figure.subplots(1, 5, width_ratios=[0.8, 1.9, 1.6, 1.9, 1.6])
    names = ("idea", "painter", "painting", "critic", "artist")
    for ax, name in zip(axes, names, strict=True):
        ax.set_title(sheet.word(f"gan_part_{name}"), size=9, weight="bold", color=FAINT, loc="left")
        ax.set(xticks=[], yticks=[])
        for spine in ax.spines.values():
            spine.set(color=AXIS, linewidth=0.8)
    idea, judged = np.asarray(picture.idea), np.asarray(picture.judged)
    axes[0].bar(range(len(idea)), idea, color=[MINUS if value < 0 else PLUS for value in idea], width=0.65)
    axes[0].axhline(0, color=AXIS, linewidth=0.8)
    axes[0].set_ylim(-3, 3)
    _weights(axes[1], picture.painter, GREEN)
    _weights(axes[3], picture.critic, PLUS)
    _thumb(axes[2], np.asarray(picture.painted), PAINTED, float(judged[1]), sheet)
    _thumb(axes[4], np.asarray(picture.real), INK, float(judged[0]), sheet)
    for start, end in ((0, 1), (1, 2), (2, 3), (4, 3)):
        _wire(figure, axes[start], axes[end])


def _weights(ax: Axes, layers: Any, colour: str) -> None:
    """Every weight a pixel; an empty row parts the layers."""
    parts: list[Any] = []
    for layer in layers:
        values = np.asarray(layer)
        parts += [values, np.full((1, values.shape[1]), np.nan)]
    ax.imshow(np.concatenate(parts[:-1]), cmap=SIGNED, vmin=-1, vmax=1, aspect="auto", interpolation="nearest")
    for spine in ax.spines.values():
        spine.set(color=colour, linewidth=1.6)


def _thumb(ax: Axes, line: Any, colour: str, judged: float, sheet: Sheet) -> None:
    band = sheet.other("paintings")
    x = np.linspace(-1, 1, len(line)) if band is None else np.asarray(band.x)
    if band is not None:
        _band(ax, x, np.asarray(band.low), np.asarray(band.high), 1.2)
    ax.plot(x, line, color=colour, linewidth=2.2, path_effects=halo(3.6))
    ax.set(xlim=X_RANGE, ylim=Y_RANGE)
    ax.set_xlabel(f"{100 * judged:.0f} %", size=10.5, weight="bold", color=opinion(judged))


def _wire(figure: Figure, start: Axes, end: Axes) -> None:
    forward = start.get_subplotspec().num1 < end.get_subplotspec().num1  # type: ignore[union-attr]
    arrow = end.annotate(
        "",
        (0.0 if forward else 1.0, 0.5),
        (1.0 if forward else 0.0, 0.5),
        xycoords=end.transAxes,
        textcoords=start.transAxes,
        arrowprops={**ARROW, "color": AXIS},
        annotation_clip=False,
    )
    arrow.set_in_layout(False)


DRAW: dict[type, Draw] = {
    Paintings: draw_paintings, Contest: draw_contest, Opinions: draw_opinions, Studio: draw_studio,
}  # fmt: skip
