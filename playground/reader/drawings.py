"""Pen strokes as different people would draw them on the pad: other places, sizes, brushes, slants and hands."""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from playground.data.ink import PEN, Picture, like_mnist, plain

Lines = list[NDArray[np.float64]]  # polylines, each (n, 2)

PAD = 280  # pixels; brushes are given as a hand chooses them on the page
BRUSHES = (10 / PAD, 28 / PAD)
SIZES = (0.35, 0.9)  # the longer side of a drawing, in sides of the pad


@dataclass(frozen=True)
class Drawing:
    label: int
    lines: Lines


def read_pen(file: Path) -> tuple[list[Drawing], list[Drawing]]:
    """(to learn from, never learned from): every third line is kept for the figures.

    The file names no writers and its order carries none (a drawing's nearest neighbour is as far away in the file as
    chance has it), so a split by writers cannot be made from it; see assets/reader.md for what that means.
    """
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line]
    drawings = [Drawing(int(row["label"]), [np.array(stroke) for stroke in row["strokes"]]) for row in rows]
    return [d for i, d in enumerate(drawings) if i % 3 != 2], drawings[2::3]


def placed(lines: Sequence[NDArray[np.float64]], size: float, rng: np.random.Generator, brush: float) -> Lines:
    """Scaled to the longer side `size` and put anywhere on the pad where all the ink is seen."""
    points = np.concatenate(lines)
    low, high = points.min(axis=0), points.max(axis=0)
    scale = size / max(float((high - low).max()), 1e-6)
    room = np.maximum(1 - brush - (high - low) * scale, 0)
    corner = brush / 2 + rng.random(2) * room
    return [(line - low) * scale + corner for line in lines]


def on_pad(lines: Lines, rng: np.random.Generator, sizes: tuple[float, float] = SIZES) -> tuple[Lines, float]:
    """A drawing somewhere on the pad, and its brush."""
    brush = rng.uniform(*BRUSHES)
    return placed(lines, rng.uniform(*sizes), rng, brush), brush


def another_hand(lines: Lines, rng: np.random.Generator) -> Lines:
    """The same digit as someone else might write it: slant, proportions, wobble, gaps, hooks, a slower mouse."""
    points = np.concatenate(lines)
    low, high = points.min(axis=0), points.max(axis=0)
    unit = max(float((high - low).max()), 1e-6)
    lines = [(line - (low + high) / 2) / unit for line in lines]  # longer side −0.5 … 0.5
    lines = [_thinned(line, rng) for line in lines]
    angle, shear = math.radians(rng.normal(0, 7)), rng.normal(0, 0.17)
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    stretch = np.diag(np.exp(rng.normal(0, 0.13, 2)))
    matrix = turn @ np.array([[1, shear], [0, 1]]) @ stretch
    wave, phase = rng.normal(0, 3.0, (3, 2)), rng.uniform(0, 2 * math.pi, 3)
    push = rng.normal(0, 0.02, (3, 2))
    bent = []
    for line in lines:
        line = line + np.sin(line @ wave.T + phase) @ push  # smooth: neighbours move together
        if len(lines) > 1:
            line = line * rng.normal(1, 0.04) + rng.normal(0, 0.02, 2)
        bent.append(line @ matrix.T)
    return bent


def _thinned(line: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    """Fewer points (a fast hand, a slow device) and sometimes without the hook at an end."""
    if len(line) < 12:
        return line
    if rng.random() < 0.3:
        line = line[rng.integers(0, 3) : len(line) - rng.integers(0, 3)]
    every = int(rng.choice([1, 1, 2, 3]))
    return np.concatenate([line[:-1:every], line[-1:]])


def pictured(lines: Lines, rng: np.random.Generator, sizes: tuple[float, float]) -> tuple[Picture, Picture]:
    """(switch on, switch off) for one drawing, with pens from thin to thick."""
    spot, brush = on_pad(lines, rng, sizes)
    pen = PEN if rng.random() < 0.3 else rng.uniform(1.4, 4.5)
    return like_mnist(spot, brush, pen), plain(spot, brush)


def figure_set(drawings: list[Drawing], seed: int, times: int = 1) -> tuple[Picture, Picture, NDArray[np.int64]]:
    """What the figures are measured on: each drawing `times` times anywhere on the pad, with the page's own calls."""
    rng = np.random.default_rng(seed)
    on, off, labels = [], [], []
    for drawing in drawings * times:
        spot, brush = on_pad(drawing.lines, rng)
        on.append(like_mnist(spot, brush))
        off.append(plain(spot, brush))
        labels.append(drawing.label)
    return np.stack(on), np.stack(off), np.array(labels)  # (n, 28, 28), (n, 28, 28), (n,)
