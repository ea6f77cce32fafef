"""The pictures of a GAN that paints curves: its paintings, a visitor's beside them, D's opinions, both nets at work."""

from __future__ import annotations

from dataclasses import dataclass

from playground.core.pictures import Array, Picture, Range


@dataclass(frozen=True, eq=False)
class Paintings(Picture):
    """Curves over x (p,) between low and high (p,): real ones (k, p), painted ones (m, p) and the chosen one (p,).

    The judgements (k,) and (m,) are D's opinions of them in 0..1. `push` (p,) is how D's opinion would rise
    with each point of the chosen one.
    """

    x: Array
    low: Array
    high: Array
    real: Array
    painted: Array
    chosen: Array
    real_judged: Array
    painted_judged: Array
    chosen_judged: Array
    push: Array | None = None


@dataclass(frozen=True, eq=False)
class Contest(Picture):
    """A visitor's curve before the critic: D's opinion of it and of G's and real paintings on average, in 0..1.

    heights (p,) and push (p,), where D's opinion of each point would rise, are there once something is drawn.
    tally (2,) counts the rounds that the visitor and that G have won; fitted (2,) are a and b of the nearest a·x² + b.
    """

    x: Array
    low: Array
    high: Array
    rival: Array
    real: Array
    tally: Array
    heights: Array | None = None
    judged: Array | None = None
    push: Array | None = None
    fitted: Array | None = None


@dataclass(frozen=True, eq=False)
class Opinions(Picture):
    """D's opinion, (rows, columns) in 0..255, of whole curves a·x² + b: a across, b upwards, first row at the top.

    `line` (2, 2) are the ends of the real ones, `dots` (n, 2) the curves nearest to G's paintings.
    """

    values: Array
    x_range: Range
    y_range: Range
    line: Array
    dots: Array
    chosen: Array


@dataclass(frozen=True, eq=False)
class Studio(Picture):
    """A GAN at work: one idea (i,), what G makes of it (p,), a real painting (p,), D's opinion of both.

    The weights (rows, columns) of G's and D's layers are scaled to -1..1, a hidden unit in each column.
    """

    idea: Array
    painted: Array
    real: Array
    judged: Array
    painter: tuple[Array, ...]
    critic: tuple[Array, ...]
