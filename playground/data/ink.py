"""A pad keeps pen strokes, a net reads 28×28 pixels: this module stands between the two, hostile input included."""

import math
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image, ImageDraw

Picture: TypeAlias = NDArray[np.uint8]  # (28, 28), white ink on black
Strokes: TypeAlias = Sequence[ArrayLike]  # polylines of (x, y) in sides of the pad, y downwards

SIDE = 28
BOX = 20  # MNIST: the ink is scaled into 20×20, its centre of mass moved to the middle of 28×28
PEN = 2.4  # pixels; gives rendered pen strokes the mean brightness of MNIST's training images
FINE = 8  # antialiasing: drawn this many times larger, then averaged
MAX_STROKES = 200
MAX_POINTS = 5000
REACH = (-1.0, 2.0)  # a captured pointer goes on outside the pad, no hand goes further than one side


class BadStrokes(ValueError):
    """Not strokes; `key` names the sentence to show, `params` are its blanks."""

    def __init__(self, key: str, **params: float) -> None:
        super().__init__(key)
        self.key = key
        self.params = params


def check_strokes(value: object) -> list[NDArray[np.float64]]:
    """Strokes out of untrusted JSON, each (n, 2) with n ≥ 1; raises BadStrokes.

    Keys: strokes.type · strokes.many (limit) · strokes.points (limit) · strokes.range (low, high).
    Counts are checked before any point is touched, so a million points cost nothing.
    """
    if not isinstance(value, list | tuple) or not all(
        isinstance(stroke, list | tuple) for stroke in value[:MAX_STROKES]
    ):
        raise BadStrokes("strokes.type")
    if len(value) > MAX_STROKES:
        raise BadStrokes("strokes.many", limit=MAX_STROKES)
    if sum(len(stroke) for stroke in value) > MAX_POINTS:
        raise BadStrokes("strokes.points", limit=MAX_POINTS)
    return [np.array([_point(point) for point in stroke]) for stroke in value if stroke]


def _point(value: object) -> tuple[float, float]:
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise BadStrokes("strokes.type")
    low, high = REACH
    for number in value:
        if isinstance(number, bool) or not isinstance(number, int | float):
            raise BadStrokes("strokes.type")
        if not low <= number <= high:  # false for NaN and for both infinities too
            raise BadStrokes("strokes.range", low=low, high=high)
    return float(value[0]), float(value[1])


def plain(strokes: Strokes, brush: float, side: int = SIDE) -> Picture:
    """The pad shrunk to side×side, nothing moved; brush is the pen's width in sides of the pad."""
    lines = _lines(strokes)
    scale = side * FINE
    return np.array(_draw([line * scale for line in lines], brush * scale, scale).reduce(FINE))


def like_mnist(strokes: Strokes, brush: float, pen: float = PEN) -> Picture:
    """The picture MNIST would hold: cropped, fitted into 20×20, centred by mass, redrawn with MNIST's pen width.

    The strokes are known, so a thick or a thin brush ends as the same picture; `brush` only keeps a dot a dot.
    """
    lines = _lines(strokes)
    if not lines:
        return np.zeros((SIDE, SIDE), dtype=np.uint8)
    points = np.concatenate(lines)
    low, high = points.min(axis=0), points.max(axis=0)
    extent = max(float((high - low).max()), brush, 1e-6)
    scale = (BOX - pen) / extent * FINE
    middle = (low + high) / 2
    field = 2 * SIDE * FINE  # twice as wide as needed: the shift to the centre of mass loses nothing
    large = _draw([(line - middle) * scale + field / 2 for line in lines], pen * FINE, field)
    return centred(np.asarray(large, dtype=np.float32))


def centred(large: NDArray[np.float32]) -> Picture:
    """The 28×28 window around the centre of mass of an eightfold enlarged square picture, averaged down."""
    total = float(large.sum())
    if total <= 0:
        return np.zeros((SIDE, SIDE), dtype=np.uint8)
    width = SIDE * FINE
    place = np.arange(len(large)) + 0.5
    left = round(float((large.sum(axis=0) * place).sum()) / total - width / 2)
    top = round(float((large.sum(axis=1) * place).sum()) / total - width / 2)
    padded = np.pad(large, width)
    window = padded[top + width : top + 2 * width, left + width : left + 2 * width]  # (224, 224)
    small = window.reshape(SIDE, FINE, SIDE, FINE).mean(axis=(1, 3))
    return np.asarray(np.rint(small), dtype=np.uint8)


def _lines(strokes: Strokes) -> list[NDArray[np.float64]]:
    arrays = [np.asarray(stroke, dtype=np.float64).reshape(-1, 2) for stroke in strokes]
    return [array for array in arrays if len(array)]


def _draw(lines: Sequence[NDArray[np.float64]], width: float, side: int) -> Image.Image:
    """Round pen, one grey level per pixel, in pixels of a side×side picture."""
    picture = Image.new("L", (side, side))
    pen = ImageDraw.Draw(picture)
    thick = max(1, math.ceil(width - 0.5))
    radius = width / 2
    for line in lines:
        moved = np.any(np.diff(np.rint(line), axis=0) != 0, axis=1)
        line = line[np.concatenate([[True], moved])]  # points in one pixel cost time and draw nothing
        if len(line) > 1:
            pen.line(line.ravel().tolist(), fill=255, width=thick)
        for x, y in line.tolist():  # round caps and round joints
            pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    return picture
