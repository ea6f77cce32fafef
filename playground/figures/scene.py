"""A Scene: the world as it stands, where it has just been, and what the net expects of each action."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyBboxPatch, Polygon, Rectangle, Wedge

from playground.core.pictures import Scene
from playground.figures.palette import (
    AXIS,
    FAINT,
    GRID,
    INK,
    MINUS,
    MINUS_RGB,
    PANEL,
    PLUS,
    PLUS_RGB,
    css,
    mixed,
)  # fmt: skip
from playground.figures.paper import Draw, bare, halo, shown
from playground.figures.sheet import Sheet

FACTS = 4  # columns of a moment before its state: number, episode, steps, action
EDGE = 2.4  # where the track ends
LEAN = math.radians(12)  # the pole counts as fallen
CART = "#34445f"
VALLEY, GOAL = (-1.2, 0.6), 0.5
ARROWS = {2: ("←", "→"), 3: ("←", "·", "→")}


def draw_scene(figure: Figure, picture: Scene, sheet: Sheet) -> None:
    figure.set_size_inches(7.4, 4.6)
    above, below = figure.subplots(2, 1, height_ratios=[3.4, 1])
    moments = np.asarray(picture.moments)
    mine = moments[moments[:, 1] == moments[-1, 1]]
    draw = {"cartpole": _cart, "acrobot": _links, "mountaincar": _car}[picture.world]
    draw(bare(above), mine[:, FACTS:], int(mine[-1, 3]))
    text = f"{int(mine[-1, 2])} {sheet.word('scene_episode', episode=int(mine[-1, 1]))}"
    above.set_title(text, size=10.5, weight="bold", loc="left", color=INK)
    _values(below, np.asarray(picture.values))


def _values(ax: Axes, values: Any) -> None:
    """What the net expects of each action; the best in full colour."""
    bare(ax)
    low, high = min(0.0, float(values.min())), max(0.0, float(values.max()))
    span = max(high - low, 1e-9)
    for row, (arrow, value) in enumerate(zip(ARROWS[len(values)], values, strict=True)):
        colour = MINUS if row == 0 else PLUS if row == len(values) - 1 else FAINT
        ax.barh(row, 1, height=0.6, color=GRID, linewidth=0)
        share, start = abs(float(value)) / span, (min(0.0, float(value)) - low) / span
        ax.barh(
            row, share, left=start, height=0.6, color=colour, alpha=1 if value == values.max() else 0.4, linewidth=0
        )
        ax.text(-0.02, row, arrow, ha="right", va="center", size=12, weight="bold")
        ax.text(1.02, row, shown(float(value)), ha="left", va="center", size=9.5)
    ax.set(xlim=(-0.08, 1.14), ylim=(len(values) - 0.4, -0.6))


def _cart(ax: Axes, states: Any, action: int) -> None:
    x, _, angle, _ = (float(part) for part in states[-1])
    wheel, top = 0.085, 0.17 + 0.22
    danger = min(1.0, abs(angle) / LEAN)
    tint = css(mixed(PLUS_RGB, MINUS_RGB, danger))
    ax.plot([-EDGE, EDGE], [0, 0], color=AXIS, linewidth=2.4, solid_capstyle="round", zorder=1)
    for side in (-1, 1):
        ax.add_patch(Rectangle((side * EDGE - 0.03, 0), 0.06, 0.2, color=MINUS, alpha=0.85, linewidth=0))
    ax.plot(np.arange(-4, 5) / 2, np.full(9, -0.11), linestyle="none", marker="o", markersize=2.2, color=AXIS)
    degrees = math.degrees(LEAN)
    ax.add_patch(Wedge((x, top), 1.08, 90 - degrees, 90 + degrees, color=tint, alpha=0.1 + 0.12 * danger, linewidth=0))
    tips = np.stack([states[:, 0] + np.sin(states[:, 2]), top + np.cos(states[:, 2])], axis=1)
    _trace(ax, tips[-26:])
    if action >= 0:
        side = 1 if action == 1 else -1
        _arrow(ax, x + side * 0.33, 0.27, side)
    ax.add_patch(
        FancyBboxPatch(
            (x - 0.28, 2 * wheel - 0.03), 0.56, 0.26, boxstyle="round,pad=0,rounding_size=0.07", color=CART, zorder=3
        )
    )
    for side in (-1, 1):
        ax.add_patch(Circle((x + side * 0.17, wheel), wheel, facecolor=INK, edgecolor=PANEL, linewidth=0.8, zorder=4))
        ax.add_patch(Circle((x + side * 0.17, wheel), 0.025, color=PANEL, zorder=5))
    pole = css(mixed(PLUS_RGB, MINUS_RGB, danger**1.4))
    tip = (x + math.sin(angle), top + math.cos(angle))
    ax.plot(
        [x, tip[0]], [top, tip[1]], color=pole, linewidth=6, solid_capstyle="round", path_effects=halo(8.5), zorder=6
    )
    ax.add_patch(Circle(tip, 0.06, facecolor=PANEL, edgecolor=pole, linewidth=1.8, zorder=7))
    ax.add_patch(Circle((x, top), 0.035, color=PANEL, zorder=7))
    ax.set(xlim=(-EDGE - 0.35, EDGE + 0.35), ylim=(-0.2, 1.62), aspect="equal")


def _trace(ax: Axes, places: Any) -> None:
    for i in range(1, len(places)):
        ax.plot(*places[i - 1 : i + 1].T, color=PLUS, alpha=0.42 * (i / len(places)) ** 1.6, linewidth=1.4, zorder=2)


def _arrow(ax: Axes, x: float, y: float, side: int) -> None:
    corners = [(0, -0.03), (0.18, -0.03), (0.18, -0.08), (0.3, 0), (0.18, 0.08), (0.18, 0.03), (0, 0.03)]
    outline = [(x + side * dx, y + dy) for dx, dy in corners]
    ax.add_patch(Polygon(outline, color=PLUS if side > 0 else MINUS, alpha=0.9, linewidth=0, zorder=5))


def _links(ax: Axes, states: Any, action: int) -> None:
    def ends(state: Any) -> tuple[tuple[float, float], tuple[float, float]]:
        cos1, sin1, cos2, sin2 = (float(part) for part in state[:4])
        joint = (sin1, -cos1)
        return joint, (joint[0] + sin1 * cos2 + cos1 * sin2, joint[1] - (cos1 * cos2 - sin1 * sin2))

    ax.plot([-2.4, 2.4], [1, 1], color=MINUS, linewidth=1.3, dashes=(5, 4), alpha=0.8)
    _trace(ax, np.array([ends(state)[1] for state in states[-30:]]))
    joint, tip = ends(states[-1])
    for start, end, colour in (((0.0, 0.0), joint, MINUS), (joint, tip, PLUS)):
        xs, ys = zip(start, end, strict=True)
        ax.plot(xs, ys, color=colour, linewidth=8, solid_capstyle="round", path_effects=halo(11), zorder=4)
    for place in ((0.0, 0.0), joint):
        ax.add_patch(Circle(place, 0.06, color=PANEL, zorder=5))
    ax.set(xlim=(-3.4, 3.4), ylim=(-2.15, 2.15), aspect="equal")


def _car(ax: Axes, states: Any, action: int) -> None:
    def hill(position: Any) -> Any:
        return 0.45 * np.sin(3 * np.asarray(position)) + 0.55  # Gymnasium's own picture of the valley

    places = np.linspace(*VALLEY, 160)
    ax.fill_between(places, hill(places), -0.05, color=PLUS, alpha=0.1, linewidth=0)
    ax.plot(places, hill(places), color=AXIS, linewidth=2.4)
    flag = float(hill(GOAL))
    ax.plot([GOAL, GOAL], [flag, flag + 0.2], color=FAINT, linewidth=1.5)
    ax.add_patch(
        Polygon([(GOAL, flag + 0.2), (GOAL + 0.1, flag + 0.165), (GOAL, flag + 0.13)], color=MINUS, linewidth=0)
    )
    _trace(ax, np.stack([states[-40:, 0], hill(states[-40:, 0]) + 0.07], axis=1))
    at = float(states[-1, 0])
    slope = math.atan(1.35 * math.cos(3 * at))
    turn = np.array([[math.cos(slope), -math.sin(slope)], [math.sin(slope), math.cos(slope)]])

    def put(corners: list[tuple[float, float]]) -> Any:
        return np.array(corners) @ turn.T + [at, float(hill(at))]

    ax.add_patch(Polygon(put([(-0.08, 0.03), (0.08, 0.03), (0.08, 0.09), (-0.08, 0.09)]), color=CART, zorder=4))
    ax.add_patch(Polygon(put([(-0.045, 0.09), (0.045, 0.09), (0.035, 0.135), (-0.035, 0.135)]), color=INK, zorder=4))
    for wheel in put([(-0.045, 0.028), (0.045, 0.028)]):
        ax.add_patch(Circle(tuple(wheel), 0.028, facecolor=INK, edgecolor=PANEL, linewidth=0.8, zorder=5))
    if action in (0, 2):
        side = 1 if action == 2 else -1
        ax.add_patch(
            Polygon(
                put([(side * 0.1, 0.08), (side * 0.15, 0.06), (side * 0.1, 0.04)]),
                color=PLUS if side > 0 else MINUS,
                zorder=5,
            )
        )
    ax.set(xlim=(-1.35, 0.8), ylim=(-0.05, 1.3), aspect="equal")


DRAW: dict[type, Draw] = {Scene: draw_scene}
