"""What people draw that is no digit: some kinds to learn doubt from, other kinds only to measure it."""

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from playground.data.ink import SIDE, Picture
from playground.reader.drawings import Lines

Draw = Callable[[np.random.Generator], Lines]

# Capital letters as polylines on a 4×6 grid, "xy" per point, without those that are somebody's digit (O I S Z B G Q).
LEARNED_LETTERS = (
    "06 20 46|13 33",
    "40 00 06 46|03 33",
    "40 00 06|03 33",
    "00 06|40 46|03 43",
    "06 00 46 40",
    "00 26 40",
)
UNSEEN_LETTERS = (
    "00 06|40 03 46",
    "06 00 24 40 46",
    "00 16 23 36 40",
    "00 46|40 06",
    "06 00 30 42 33 03 46",
    "00 40|20 26",
)


# plus, tick, less than, roof, box, triangle: polylines of (x, y)
MARKS: Sequence[Sequence[Sequence[tuple[float, float]]]] = (
    (((0, 1), (2, 1)), ((1, 0), (1, 2))),
    (((0, 0), (0.5, 1), (2, -1)),),
    (((2, 0), (0, 1), (2, 2)),),
    (((0, 1), (1, 0), (2, 1)),),
    (((0, 0), (2, 0), (2, 2), (0, 2), (0, 0)),),
    (((0, 2), (1, 0), (2, 2), (0, 2)),),
)


def _letter(glyphs: tuple[str, ...]) -> Draw:
    def draw(rng: np.random.Generator) -> Lines:
        strokes = glyphs[rng.integers(len(glyphs))].split("|")
        lines = [np.array([[int(p[0]), int(p[1])] for p in stroke.split()], float) for stroke in strokes]
        lean = np.array([[rng.uniform(0.7, 1.4), rng.normal(0, 0.12)], [rng.normal(0, 0.08), 1.0]])
        return [(line + rng.normal(0, 0.2, line.shape)) @ lean.T for line in lines]

    return draw


def tangle(rng: np.random.Generator) -> Lines:
    t = np.linspace(0, 1, 120)[:, None, None]
    waves = np.arange(2, 8)[None, :, None]
    curve = np.sin(2 * math.pi * waves * t * 0.7 + rng.uniform(0, 7, (1, 6, 2))) * rng.normal(0, 1, (1, 6, 2))
    return [curve.sum(axis=1)]


def corners(rng: np.random.Generator) -> Lines:
    return [rng.random((int(rng.integers(6, 14)), 2))]


def sticks(rng: np.random.Generator) -> Lines:
    return [rng.random((2, 2)) for _ in range(int(rng.integers(4, 9)))]


def hatching(rng: np.random.Generator) -> Lines:
    n = int(rng.integers(6, 20))
    line = np.stack([np.arange(n) / n * rng.uniform(0.5, 2), np.arange(n) % 2 + rng.normal(0, 0.1, n)], axis=1)
    return [line @ _turn(rng.uniform(0, math.pi)).T]


def dots(rng: np.random.Generator) -> Lines:
    return [rng.random((1, 2)) for _ in range(int(rng.choice([1, 2, 3, 5, 9])))]


def dashes(rng: np.random.Generator) -> Lines:
    rows = np.sort(rng.random(int(rng.choice([1, 1, 2, 3]))))
    return [np.array([[0, y], [1, y]]) @ _turn(rng.normal(0, 0.15)).T for y in rows * 1.2]


def marks(rng: np.random.Generator) -> Lines:
    shape = MARKS[int(rng.integers(len(MARKS)))]
    return [(np.array(s, float) + rng.normal(0, 0.08, (len(s), 2))) @ _turn(rng.normal(0, 0.2)).T for s in shape]


def stuffed(rng: np.random.Generator) -> Lines:
    """A ring or a box with several things inside, which is no zero."""
    t = np.linspace(0, 2 * math.pi, int(rng.choice([5, 40]))) + rng.uniform(0, 6)
    inside = [rng.uniform(-0.6, 0.6, 2) + rng.normal(0, 0.12, (3, 2)) for _ in range(int(rng.integers(3, 7)))]
    return [np.stack([np.cos(t), np.sin(t) * rng.uniform(0.8, 1.3)], axis=1), *inside]


def spiral(rng: np.random.Generator) -> Lines:
    t = np.linspace(0, rng.uniform(3, 5) * 2 * math.pi, 150)
    return [np.stack([t * np.cos(t), t * np.sin(t)], axis=1) @ _turn(rng.uniform(0, 6)).T]


def star(rng: np.random.Generator) -> Lines:
    t = np.arange(6) * 0.8 * math.pi + rng.uniform(0, 6)
    return [np.stack([np.cos(t), np.sin(t)], axis=1)]


def house(rng: np.random.Generator) -> Lines:
    wall = np.array([[0, 2], [0, 1], [1, 0], [2, 1], [0, 1], [2, 1], [2, 2], [0, 2]], float)
    return [wall + rng.normal(0, 0.06, wall.shape), np.array([[0.8, 2], [0.8, 1.5], [1.2, 1.5], [1.2, 2]])]


def face(rng: np.random.Generator) -> Lines:
    t = np.linspace(0, 2 * math.pi, 40)
    ring = np.stack([np.cos(t), np.sin(t)], axis=1)
    mouth = np.stack([np.cos(t[:20]), np.sin(t[:20])], axis=1) * [0.5, rng.uniform(0.3, 0.6)]
    return [ring, np.array([[-0.4, -0.3]]), np.array([[0.4, -0.3]]), mouth]


def grid(rng: np.random.Generator) -> Lines:
    n = int(rng.integers(2, 5))
    across = [np.array([[0, y], [n + 1, y]], float) for y in range(1, n + 1)]
    return across + [line[:, ::-1] for line in across]


def wave(rng: np.random.Generator) -> Lines:
    t = np.linspace(0, rng.uniform(3, 6) * 2 * math.pi, 120)
    return [np.stack([t, np.sin(t) * rng.uniform(1, 5)], axis=1) @ _turn(rng.uniform(0, 3)).T]


LEARNED: Mapping[str, Draw] = {
    "tangle": tangle, "corners": corners, "sticks": sticks, "hatching": hatching, "dots": dots, "dashes": dashes,
    "marks": marks, "stuffed": stuffed, "letters": _letter(LEARNED_LETTERS),
}  # fmt: skip
UNSEEN: Mapping[str, Draw] = {
    "spiral": spiral, "star": star, "house": house, "face": face, "grid": grid, "wave": wave,
    "letters": _letter(UNSEEN_LETTERS),
}  # fmt: skip


def textures(count: int, rng: np.random.Generator) -> Picture:
    """Pictures no pen makes, learned as no digits: blank, all ink, noise, blots and bars. (count, 28, 28)"""
    made = np.zeros((count, SIDE, SIDE), dtype=np.float64)
    for i in range(count):
        kind = i % 5
        if kind == 1:
            made[i] = rng.uniform(100, 255)
        elif kind == 2:
            made[i] = rng.random((SIDE, SIDE)) * 255 * (rng.random((SIDE, SIDE)) < rng.uniform(0.05, 1))
        elif kind == 3:
            x, y, w, h = rng.integers(0, 14), rng.integers(0, 14), rng.integers(9, 28), rng.integers(9, 28)
            made[i, y : y + h, x : x + w] = 255
        elif kind == 4:
            made[i] = np.kron(rng.random((7, 7)) < 0.5, np.ones((4, 4))) * 255
    return made.astype(np.uint8)


def _turn(angle: float) -> NDArray[np.float64]:
    return np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
