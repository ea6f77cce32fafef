"""Says what a lesson is: everything that the page, the links and the command line need to know about one tab."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from playground.core.limits import RunConfig
from playground.core.pictures import Points
from playground.core.run import Build
from playground.core.trainer import Trainer

SPEEDS = ("slow", "one", "real", "max")


@dataclass(frozen=True)
class Preset:
    """A named start: the config and the speed at which it is best watched. `course` wears the course's colours."""

    config: RunConfig
    speed: str = "real"
    course: bool = True


@dataclass(frozen=True)
class Lesson:
    """One tab. Its words stand in the text files under `key`."""

    key: str
    config: type[RunConfig]
    build: Build
    presets: Mapping[str, Preset]
    panels: tuple[str, ...]  # names of pictures, in reading order
    pace: float  # steps a frame at real speed: how often the course redraws
    speeds: tuple[str, ...] = SPEEDS
    stages: tuple[str, ...] = Trainer.STAGES  # of one step, as its trainer names them
    has_epochs: bool = True
    gallery: str = ""  # the knob that is chosen by thumbnails
    keeps: bool = True  # whether a run can be kept in a file
    aims: tuple[str, ...] = ("loss",)  # the metrics that a challenge may set a target for
    lottery: bool = False  # whether its settings can be tried with many seeds, in the panel of the losses
    thumbnails: Callable[[Any], Mapping[str, Points]] | None = None
    read_picture: Callable[[bytes, bool], Any] | None = None  # the flag: normalise
    read_table: Callable[[bytes], tuple[tuple[float, float, int], ...]] | None = None
