"""Keeps the small pictures of all data sets ready, drawn under the noise and the seed of the moment."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache

import orjson
import torch

from playground.core.lesson import Lesson
from playground.core.limits import RunConfig
from playground.core.pictures import Points
from playground.core.randomness import Randomness
from playground.ui.encode import pack


def thumbnails(lesson: Lesson, config: RunConfig) -> orjson.Fragment:
    """One picture for each option of the lesson's gallery knob, already in JSON."""
    if lesson.thumbnails is None:
        return orjson.Fragment(b"{}")
    return _drawn(lesson.thumbnails, config)


@lru_cache(maxsize=64)
def _drawn(draw: Callable[[RunConfig], Mapping[str, Points]], config: RunConfig) -> orjson.Fragment:
    with Randomness(torch.device("cpu")).own():
        drawn = draw(config)
    return orjson.Fragment(orjson.dumps({name: pack(points) for name, points in drawn.items()}))
