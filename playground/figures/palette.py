"""The page's colours on paper: those of palette.js, marks.js and art.js in assets/stage, in their light theme."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.colors import ListedColormap
from numpy.typing import NDArray

Rgb = tuple[int, int, int]

INK, FAINT, GRID, AXIS, PANEL = "#1c2638", "#5d6a80", "#e6eaf0", "#b9c2d0", "#ffffff"
SUNK = "#f3f5f9"
GHOST = "#828ea0"
GOOD = "#13966e"
ZERO, MINUS_RGB, PLUS_RGB = (236, 239, 243), (233, 124, 22), (26, 115, 196)
CLASSES_RGB: tuple[Rgb, ...] = ((233, 124, 22), (26, 115, 196), (0, 158, 115), (204, 90, 160), (150, 120, 30))
COURSE_CLASSES_RGB: tuple[Rgb, ...] = ((190, 25, 45), (10, 120, 65), CLASSES_RGB[1], CLASSES_RGB[3], CLASSES_RGB[0])
COURSE_ZERO = (255, 250, 190)
LANES_RGB: tuple[Rgb, ...] = (
    (31, 111, 190), (233, 124, 22), (0, 150, 110), (214, 48, 74),
    (128, 88, 200), (20, 165, 200), (150, 125, 20), (205, 85, 165),
)  # fmt: skip
PAPER, PAPER_INK = (243, 245, 249), (22, 30, 48)
MAP_RGB: tuple[Rgb, ...] = ((250, 252, 255), (198, 211, 229), (140, 156, 184))
PAINTED, UPPER, LOWER, GREEN = "#4ad631", "#74bcff", "#ff9359", "#269e14"
UNDECIDED = (150, 158, 172)
DIGITS = (
    "#0072b2", "#e69f00", "#009e73", "#cc79a7", "#45aee6", "#d55e00", "#a89a00", "#4b2e9e", "#882255", "#76808c",
)  # fmt: skip


def css(rgb: Sequence[float]) -> str:
    return "#" + "".join(f"{round(max(0.0, min(255.0, part))):02x}" for part in rgb)


MINUS, PLUS = css(MINUS_RGB), css(PLUS_RGB)
SERIES = (PLUS, MINUS, "#009e73", "#cc5aa0")
LANES = tuple(css(rgb) for rgb in LANES_RGB)


def mixed(one: Sequence[float], other: Sequence[float], share: float) -> tuple[float, ...]:
    return tuple(a + (b - a) * share for a, b in zip(one, other, strict=True))


def ramp(minus: Rgb, zero: Rgb, plus: Rgb, full: float = 1.0) -> ListedColormap:
    """256 colours from minus over zero to plus; full < 1 leaves room for points on top."""
    signs = (np.arange(256) - 127.5) / 127.5
    colours = [mixed(zero, minus if sign < 0 else plus, full * abs(sign) ** 0.85) for sign in signs]
    return ListedColormap(np.array(colours) / 255)


def steps(*stops: Rgb) -> ListedColormap:
    """256 colours that lead through the stops."""
    places = np.linspace(0, 1, len(stops))
    parts = [np.interp(np.linspace(0, 1, 256), places, [stop[part] for stop in stops]) for part in range(3)]
    return ListedColormap(np.stack(parts, axis=1) / 255)


SIGNED = ramp(MINUS_RGB, ZERO, PLUS_RGB)
GREYS = steps(PAPER, PAPER_INK)
HILLS = steps(*MAP_RGB)


def classes(course: bool) -> tuple[str, ...]:
    return tuple(css(rgb) for rgb in (COURSE_CLASSES_RGB if course else CLASSES_RGB))


def field(course: bool) -> ListedColormap:
    """From class 0 to class 1."""
    rgb = COURSE_CLASSES_RGB if course else CLASSES_RGB
    return ramp(rgb[0], COURSE_ZERO if course else ZERO, rgb[1], 0.74)


def class_field(values: NDArray[np.uint8], course: bool) -> NDArray[np.float64]:
    """The code of Field.values with more than two classes, 32 · class + 31 · probability, as (h, w, 3) in 0..1."""
    rgb = np.array(COURSE_CLASSES_RGB if course else CLASSES_RGB)
    share = (0.1 + 0.62 * ((values & 31) / 31) ** 2)[..., None]
    colours: NDArray[np.float64] = (np.array(ZERO) + (rgb[np.minimum(values >> 5, len(rgb) - 1)] - ZERO) * share) / 255
    return colours


def opinion(value: float) -> str:
    """D's opinion in 0..1: orange for fake, grey for undecided, blue for real."""
    end = MINUS_RGB if value < 0.5 else PLUS_RGB
    return css(mixed(UNDECIDED, end, min(1.0, abs(value - 0.5) * 2) ** 0.55))
