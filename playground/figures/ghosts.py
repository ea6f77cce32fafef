"""Earlier runs in a figure: grey lines behind those of the run, told apart by their dashes and named under the plot."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from playground.figures.palette import GHOST
from playground.figures.paper import footnotes
from playground.figures.sheet import Ghost, Sheet

DASHES: tuple[Any, ...] = ("-", (0, (4.5, 2)), (0, (1.2, 1.6)), (0, (5, 1.8, 1.2, 1.8)), (0, (8, 3)))

T = TypeVar("T")


def name_ghosts(figure: Figure, sheet: Sheet, find: Callable[[Ghost], T | None]) -> list[tuple[dict[str, Any], T]]:
    """What `find` sees in the earlier runs, the newest first, each with the pen that draws it; they are named too."""
    seen = [(ghost, thing) for ghost in sheet.ghosts if (thing := find(ghost)) is not None]
    pens = [_pen(place) for place in range(len(seen))]
    if seen:
        handles = [Line2D([], [], label=sheet.told(ghost), **pen) for (ghost, _), pen in zip(seen, pens, strict=True)]
        footnotes(figure, handles)
    return [(pen, thing) for pen, (_, thing) in zip(pens, seen, strict=True)]


def _pen(place: int) -> dict[str, Any]:
    return {"color": GHOST, "linestyle": DASHES[place % len(DASHES)], "linewidth": 1.2}


def draw_ghosts(ax: Axes, ghosts: list[tuple[dict[str, Any], Any]]) -> None:
    """Lines (2, n), the oldest first."""
    for pen, line in reversed(ghosts):
        ax.plot(*line, **pen)
