"""Figures to keep: any picture of a frame as a matplotlib figure, and that as PNG, SVG or PDF.

This file itself loads no matplotlib: a page asks it which pictures can be saved long before anybody saves one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

from playground.core.lottery import Fan
from playground.core.paintings import Contest, Opinions, Paintings, Studio
from playground.core.pictures import (
    Bars,
    Cards,
    Chart,
    Charts,
    Cloud,
    Curve,
    Field,
    Heat,
    Images,
    Matrix,
    Mosaic,
    Network,
    Passage,
    Patch,
    Picture,
    Points,
    Prints,
    QMap,
    Remembered,
    Scene,
    Strips,
)
from playground.core.refusal import BadValue, echo
from playground.core.trackside import Answers, Fits, Landscape, Laps, Podium, Sweep, Tiles

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from playground.figures.sheet import Sheet

# In which module of this package a picture's class is drawn; there its DRAW names the function.
HOMES: Mapping[type[Picture], str] = {
    **dict.fromkeys((Curve, Charts), "curves"),
    **dict.fromkeys((Field, Tiles, Fits), "planes"),
    **dict.fromkeys((Network,), "network"),
    **dict.fromkeys((Images, Strips, Mosaic, Answers, Patch), "tiles"),
    **dict.fromkeys((Matrix, Heat, Bars), "matrices"),
    **dict.fromkeys((Cards, Prints), "tables"),
    **dict.fromkeys((Cloud,), "cloud"),
    **dict.fromkeys((Passage,), "passage"),
    **dict.fromkeys((Laps, Podium, Sweep), "laps"),
    **dict.fromkeys((Landscape,), "landscape"),
    **dict.fromkeys((Paintings, Contest, Opinions, Studio), "gallery"),
    **dict.fromkeys((Scene,), "scene"),
    **dict.fromkeys((QMap, Remembered), "worlds"),
}
NOT_DRAWN: Mapping[type[Picture], str] = {
    Fan: "the seeds beside a run are no picture of it",
    Points: "the data inside a Curve, a Field, Fits or Tiles",
    Chart: "one of Charts",
}
FORMATS: Mapping[str, str] = {"png": "image/png", "svg": "image/svg+xml", "pdf": "application/pdf"}
KINDS = tuple(kind.__name__.lower() for kind in HOMES)


def draw(sheet: Sheet) -> Figure:
    """The figure of the panel that the sheet names; raises BadValue where nothing is there to draw."""
    picture = sheet.pictures.get(sheet.panel)
    if picture is None or type(picture) not in HOMES:
        raise BadValue("bad_figure", value=echo(sheet.panel))
    from playground.figures.paper import headed

    module: Any = import_module(f"playground.figures.{HOMES[type(picture)]}")
    return headed(module.DRAW[type(picture)], picture, sheet)


def render(sheet: Sheet, form: str) -> bytes:
    """The same as a file of one of the FORMATS; safe from any thread."""
    return render_all(sheet, (form,))[form]


def render_all(sheet: Sheet, forms: Sequence[str]) -> dict[str, bytes]:
    """One figure as files of several FORMATS."""
    from playground.figures.paper import DRAWING, written

    with DRAWING:
        figure = draw(sheet)
        return {form: written(figure, form) for form in forms}
