"""The reader's hand in the code: a cursor that stands at a point, at numbers, at a drawing or on a line between two."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor

from playground.core.refusal import BadValue, echo
from playground.core.surgery import is_place

Place = int | str | tuple[float, ...]  # the number of a point, "drawing", or the numbers of a code
DRAWING = "drawing"
FARTHEST = 1000.0
WALK = 9  # pictures on the way from one end to the other


def check_place(value: Any, axes: int, points: int, is_drawn: bool) -> Place:
    """The place that a page asks for; raises BadValue."""
    if is_place(value, points):
        return int(value)
    if value == DRAWING and isinstance(value, str) and is_drawn:
        return DRAWING
    if isinstance(value, (list, tuple)) and len(value) == axes and all(_is_coordinate(part) for part in value):
        return tuple(float(part) for part in value)
    raise BadValue("bad_probe", value=echo(value))


def _is_coordinate(value: Any) -> bool:
    """NaN compares false."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) <= FARTHEST


class Cursor:
    """Where the decoder paints, and the two ends of a walk; `share` is set while the cursor stands on the line."""

    def __init__(self, axes: int) -> None:
        self.axes = axes
        self.place: Place = (0.0,) * axes
        self.ends: tuple[Place, Place] | None = None
        self.share: float | None = None

    def move(self, place: Place) -> None:
        self.place, self.share = place, None

    def walk(self, value: Any, check: Callable[[Any], Place]) -> None:
        """value: {a, b, share}, each as wanted; a and b are places, share is how far from a to b the cursor stands."""
        if not isinstance(value, Mapping) or not value or not set(value) <= {"a", "b", "share"}:
            raise BadValue("bad_probe", value=echo(value))
        share = value.get("share", self.share)
        if share is not None and not (_is_coordinate(share) and 0 <= share <= 1):
            raise BadValue("bad_probe", value=echo(value))
        first, last = self.ends or (self.place, self.place)
        ends = check(value["a"]) if "a" in value else first, check(value["b"]) if "b" in value else last
        self.ends, self.share = ends, share

    def spots(self) -> tuple[int, int, int]:
        """The numbers of the points at which the cursor and the ends stand, -1 where at none."""
        places = (None if self.share is not None else self.place, *(self.ends or (None, None)))
        cursor, first, last = (place if isinstance(place, int) else -1 for place in places)
        return cursor, first, last

    def forget_drawing(self) -> None:
        """The drawing is gone: what stood there stands at the middle."""
        middle: Place = (0.0,) * self.axes
        if self.place == DRAWING:
            self.place = middle
        if self.ends:
            first, last = (middle if end == DRAWING else end for end in self.ends)
            self.ends = (first, last)

    def line(self, where: Callable[[Place], Tensor]) -> Tensor | None:
        """The codes along the walk, (WALK, axes); `where` gives the code (axes,) of a place."""
        if self.ends is None:
            return None
        first, last = where(self.ends[0]), where(self.ends[1])
        shares = torch.linspace(0, 1, WALK, device=first.device).unsqueeze(1)
        return torch.lerp(first, last, shares)

    def code(self, where: Callable[[Place], Tensor]) -> Tensor:
        """Where the cursor stands, (axes,)."""
        if self.share is None or self.ends is None:
            return where(self.place)
        return torch.lerp(where(self.ends[0]), where(self.ends[1]), self.share)
