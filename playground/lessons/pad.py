"""The drawing on the pad: checked, turned into the picture that nets see, and read by the shipped net."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from playground.core.pictures import Bars, Images, Picture
from playground.core.refusal import BadValue, echo
from playground.data.ink import BadStrokes, check_strokes, like_mnist, plain
from playground.data.ink import Picture as Ink
from playground.reader.read import read

NAMES = tuple("0123456789")
THINNEST, THICKEST = 0.01, 0.3  # of a brush, in sides of the pad


class Pad:
    """What the visitor has drawn or uploaded, if anything."""

    def __init__(self) -> None:
        self.ink: Ink | None = None
        self._shipped: Tensor | None = None

    def draw(self, value: Any) -> None:
        """value: {strokes, brush, normalise} or None for a clean pad; raises BadValue and keeps the old drawing."""
        if value is None:
            self.show(None)
            return
        if not isinstance(value, Mapping):
            raise BadValue("bad_probe", value=echo(value))
        brush = value.get("brush")
        if isinstance(brush, bool) or not isinstance(brush, (int, float)) or not THINNEST <= brush <= THICKEST:
            raise BadValue("bad_brush", value=echo(brush), low=THINNEST, high=THICKEST)
        try:
            strokes = check_strokes(value.get("strokes"))
        except BadStrokes as error:
            raise BadValue("bad_" + error.key.replace(".", "_"), **error.params) from error
        if not strokes:
            self.show(None)
        else:
            self.show(plain(strokes, brush) if value.get("normalise") is False else like_mnist(strokes, brush))

    def show(self, ink: Ink | None) -> None:
        """Take a picture (28, 28) as it is."""
        self.ink = ink
        self._shipped = None if ink is None else torch.from_numpy(read(ink))

    def tensor(self, device: torch.device) -> Tensor:
        """The drawing as a batch of one, (1, 28, 28) uint8."""
        assert self.ink is not None
        return torch.from_numpy(np.ascontiguousarray(self.ink)).unsqueeze(0).to(device)

    def look(self) -> dict[str, Picture]:
        """What the nets see, and what the shipped net makes of it."""
        if self.ink is None or self._shipped is None:
            return {}
        seen = Images(torch.from_numpy(self.ink).unsqueeze(0))
        return {"seen": seen, "bars_shipped": Bars(NAMES, self._shipped)}
