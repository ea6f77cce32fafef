"""A Cloud: points with their classes on a plane or in space, seen from where the page looks at them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure

from playground.core.pictures import Cloud
from playground.figures.palette import AXIS, DIGITS, INK, MINUS, PANEL, PLUS
from playground.figures.paper import Draw, bare, dots, dress, halo, legend, note
from playground.figures.sheet import Sheet

REACH = 0.985  # this share of the points shall fit, as on the page
EYE = 4.5  # distance of the eye, in radii of the cloud
FAR = 0.6  # how much fainter the farthest points are
FEW = 5  # a class of so few points gets no name among them


@dataclass(frozen=True)
class Camera:
    """Projects (n, axes) on the paper: (n, 2) and the depth, 0 near to 1 far; the same turn as on the page."""

    centre: Any
    size: float
    yaw: float
    pitch: float

    def look(self, points: Any) -> tuple[Any, Any]:
        if points.shape[1] < 3:
            return points, np.zeros(len(points))
        a, b, c = ((points - self.centre) / self.size).T
        right = a * np.cos(self.yaw) + c * np.sin(self.yaw)
        away = c * np.cos(self.yaw) - a * np.sin(self.yaw)
        up = b * np.cos(self.pitch) + away * np.sin(self.pitch)
        deep = away * np.cos(self.pitch) - b * np.sin(self.pitch)
        near = EYE / np.maximum(0.5, EYE + deep)
        return np.stack([right * near, up * near], axis=1), np.clip((deep + 1.6) / 3.2, 0, 1)

    def corners(self) -> Any:
        signs = np.array([[1 if i & (1 << axis) else -1 for axis in range(3)] for i in range(8)])
        return self.centre + signs * self.size


def camera(points: Any, sheet: Sheet) -> Camera:
    low, high = np.quantile(points, [1 - REACH, REACH], axis=0)
    return Camera((low + high) / 2, max(float((high - low).max()) / 2, 1e-6), sheet.view.yaw, sheet.view.pitch)


def draw_cloud(figure: Figure, picture: Cloud, sheet: Sheet) -> None:
    figure.set_size_inches(6.6, 6.3)
    points = np.asarray(picture.xyz, dtype=float)
    labels = np.asarray(picture.label).astype(int)
    is_solid = points.shape[1] > 2
    eye = camera(points, sheet)
    ax = bare(figure.subplots()) if is_solid else dress(figure.subplots(), "x", "y")
    if is_solid:
        _box(ax, eye)
    _points(ax, *eye.look(points), labels, sheet)
    _marks(ax, picture, eye, sheet)
    if is_solid:
        corners, _ = eye.look(eye.corners())
        reach = 1.03 * np.abs(corners).max(axis=0)
        ax.set(xlim=(-reach[0], reach[0]), ylim=(-reach[1], reach[1]), aspect="equal")
    else:
        low, high = np.quantile(points, [0.002, 0.998], axis=0)
        half = 0.58 * float((high - low).max()) + 1e-6
        (x, y) = (low + high) / 2
        ax.set(xlim=(x - half, x + half), ylim=(y - half, y + half), aspect="equal")
    dot = {"linestyle": "none", "marker": "o", "markersize": 6}
    entries = [(str(label), {**dot, "color": DIGITS[label % 10]}) for label in sorted(set(labels.tolist()))]
    legend(ax, entries, ncols=10, handlelength=0.8, columnspacing=1.1)


def _box(ax: Axes, eye: Camera) -> None:
    """The edges of the box around a solid cloud, which show how it is turned."""
    spots, _ = eye.look(eye.corners())
    edges = [(spots[i], spots[i | bit]) for i in range(8) for bit in (1, 2, 4) if not i & bit]
    ax.add_collection(LineCollection(edges, colors=AXIS, linewidths=0.7, zorder=1))


def _points(ax: Axes, spots: Any, depth: Any, labels: Any, sheet: Sheet) -> None:
    count = len(spots)
    colours = np.array([to_rgba(DIGITS[label % 10]) for label in labels])
    colours[:, 3] = 0.85 * (1 - FAR * depth)
    order = np.argsort(-depth)
    size = 7 if count > 2500 else 13 if count > 900 else 20
    if sheet.view.digits and count <= 2500:
        for i in order:
            note(
                ax,
                spots[i],
                str(labels[i]),
                size=6.5,
                weight="bold",
                color=colours[i],
                ha="center",
                va="center",
                clip_on=True,
            )
    else:
        dots(ax, spots[order], s=size, c=colours[order], linewidth=0, zorder=2, rasterized=count > 900)
    for label in sorted(set(labels.tolist())):
        mine = spots[labels == label]
        if len(mine) >= FEW:
            note(ax, mine.mean(axis=0), str(label), size=14, weight="bold", color=INK, ha="center", va="center",
                path_effects=halo(3), zorder=4,
            )  # fmt: skip


def _marks(ax: Axes, picture: Cloud, eye: Camera, sheet: Sheet) -> None:
    """The line of a walk from A to B, the cursor in orange, the visitor's drawing as a star."""
    if picture.ends is not None:
        ends, _ = eye.look(np.asarray(picture.ends, dtype=float))
        ax.plot(*ends.T, color=INK, linewidth=1.4, dashes=(4, 3), zorder=3)
        for spot, letter in zip(ends, ("walk_a", "walk_b"), strict=True):
            ax.plot(*spot, marker="o", markersize=12, color=PANEL, markeredgecolor=INK, zorder=5)
            note(ax, spot, sheet.word(letter), size=8, weight="bold", ha="center", va="center", zorder=6)
    if picture.cursor is not None:
        (spot,), _ = eye.look(np.asarray(picture.cursor, dtype=float)[None])
        ax.plot(
            *spot,
            marker="o",
            markersize=12,
            markerfacecolor="none",
            markeredgecolor=PANEL,
            markeredgewidth=4.5,
            zorder=5,
        )
        ax.plot(
            *spot,
            marker="o",
            markersize=12,
            markerfacecolor="none",
            markeredgecolor=MINUS,
            markeredgewidth=2.5,
            zorder=6,
        )
    if picture.drawing is not None:
        (spot,), _ = eye.look(np.asarray(picture.drawing, dtype=float)[None])
        ax.plot(*spot, marker="*", markersize=18, color=PLUS, markeredgecolor=PANEL, markeredgewidth=1.4, zorder=6)


DRAW: dict[type, Draw] = {Cloud: draw_cloud}
