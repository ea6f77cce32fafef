"""What a figure must know besides its picture: the words, the settings, and how the page shows it just now."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any
from unicodedata import east_asian_width

from playground.core.lanes import LaneSpec
from playground.core.lesson import Lesson
from playground.core.limits import RunConfig
from playground.core.pictures import Picture, Pictures
from playground.core.run import Frame
from playground.text import Text
from playground.text.settings import differences

FURTHEST = 1e3
MANY = 3  # differences: beyond that the name of a preset says more
COLUMNS = 78  # letters that fit under a figure


@dataclass(frozen=True)
class View:
    """How the page draws: its switches, and from where it looks at a cloud. A figure looks the same."""

    log: bool = True
    units: bool = True
    test: bool = True
    discretise: bool = False
    seconds: bool = False
    smooth: float = 0.75
    digits: bool = False
    many: bool = True
    reals: bool = False
    verdicts: bool = False
    advice: bool = True
    best: bool = False
    yaw: float = 0.6
    pitch: float = 0.35

    @classmethod
    def read(cls, given: object) -> View:
        """The view that a page tells of; what is not understood is as if it had not been said."""
        if not isinstance(given, Mapping):
            return cls()
        known = {item.name: item.default for item in fields(cls)}
        values = {name: value for name, value in given.items() if name in known and _fits(value, known[name])}
        return cls(**values)


def _fits(value: object, default: object) -> bool:
    if isinstance(default, bool):
        return isinstance(value, bool)
    return (
        isinstance(value, (int, float))
        and not isinstance(value, bool)
        and math.isfinite(value)
        and abs(value) < FURTHEST
    )


def columns_of(text: str) -> int:
    """How many letters' room a text takes; a Chinese sign takes that of two."""
    return sum(2 if east_asian_width(sign) in "WF" else 1 for sign in text)


def fitted(text: str, columns: int = COLUMNS) -> str:
    """The text, cut where it would leave the figure."""
    room = columns
    for place, sign in enumerate(text):
        room -= columns_of(sign)
        if room < 0:
            return text[:place].rstrip() + "…"
    return text


@dataclass(frozen=True)
class Ghost:
    """An earlier run, as it stood at its end."""

    config: RunConfig
    frame: Frame


@dataclass(frozen=True)
class Sheet:
    """One figure to draw: the frame, the name of a panel in it, and in which words and settings."""

    lesson: Lesson
    config: RunConfig
    frame: Frame
    panel: str
    text: Text
    course: bool = False  # whether the course's colours are worn
    view: View = field(default_factory=View)
    ghosts: tuple[Ghost, ...] = ()  # the newest first

    @property
    def pictures(self) -> Pictures:
        return self.frame.pictures

    def other(self, name: str) -> Any:
        """A picture beside this one, or None."""
        picture: Picture | None = self.pictures.get(name)
        return picture

    def word(self, name: str, **facts: object) -> str:
        """A word of the page; a name that it has no word for is written as words."""
        words: Mapping[str, str] = {
            **self.text.tables["stage"],
            **self.text.tables[self.lesson.key].get("words", {}),
        }
        text = words.get(name)
        if text is None:
            return name.removeprefix("metric_").replace("_", " ")
        return text.format(**facts) if facts else text

    def say(self, path: str, **facts: object) -> str:
        return self.text.say(path, **facts)

    @property
    def title(self) -> str:
        return str(self.text.tables[self.lesson.key]["panels"].get(self.panel, self.word(f"metric_{self.panel}")))

    def told(self, ghost: Ghost) -> str:
        """An earlier run by what was set differently in it, and how far it came."""
        changes = list(differences(self.text, ghost.config, self.config)) or [self.word("ghosts_same")]
        preset = next((key for key, one in self.lesson.presets.items() if one.config == ghost.config), "")
        if len(changes) > MANY and preset:
            changes = [self.say(f"{self.lesson.key}.presets.{preset}")]
        return self.say("figures.earlier", changes=fitted(" · ".join(changes)), step=f"{ghost.frame.step:,}")

    def option(self, knob: str) -> str:
        """The word for what a knob is set to."""
        return str(self.text.tables["options"][getattr(self.config, knob)])

    def lane(self, slot: int) -> str:
        """A lane of a race in one word, with what tells it from another of its kind."""
        specs: tuple[LaneSpec, ...] = getattr(self.config, "lanes", ())
        spec = next((item for item in specs if item.slot == slot), None)
        if spec is None:
            return ""
        twins = [item for item in specs if item.kind == spec.kind]
        parts = [str(self.text.tables["lane_kinds"][spec.kind])]
        if len({item.lr for item in twins}) > 1:
            parts.append(f"{spec.lr:.3g}")
        if len({item.schedule for item in twins}) > 1:
            parts.append(str(self.text.tables["lane_schedules"][spec.schedule]))
        return " · ".join(parts)
