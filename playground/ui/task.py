"""The challenge that a visitor's link has set: what must stay as it is, how it stands, and whether it has been met."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import reduce
from typing import Any

from playground.core.challenge import Challenge, Condition, neurons
from playground.core.knobs import Config
from playground.core.lesson import Lesson
from playground.core.refusal import BadValue
from playground.text import Text

SHARES = ("accuracy", "share")  # what metrics are called that are shares of a whole
FALLING = ("loss", "distance", "roughness", "leader")  # and those that get better by getting smaller


class Task:
    """The challenge of one seat; whoever calls holds the seat's lock."""

    def __init__(self, lesson: Lesson, text: Text) -> None:
        self._lesson, self._text = lesson, text
        self.challenge: Challenge | None = None
        self._met_at: int | None = None
        self._was_met = False  # in an earlier run

    @property
    def hidden(self) -> tuple[str, ...]:
        return self.challenge.hidden if self.challenge else ()

    def query(self) -> dict[str, str]:
        return self.challenge.query() if self.challenge else {}

    def take(self, challenge: Challenge) -> None:
        self.challenge, self._met_at, self._was_met = challenge, None, False

    def leave(self) -> None:
        self.challenge = None

    def begin(self) -> None:
        """A new run begins."""
        self._was_met = self._was_met or self._met_at is not None
        self._met_at = None

    def guard(self, config: Config, other: Config) -> None:
        """Raise BadValue where a setting would change that the challenge keeps."""
        if self.challenge:
            self.challenge.keeps(config, other)

    def forbid(self) -> None:
        """Raise BadValue for what would get round the challenge."""
        if self.challenge:
            raise BadValue("bad_challenge")

    def show(self, step: int, metrics: Mapping[str, float], config: Config) -> dict[str, Any] | None:
        """How the challenge stands at this moment, in words; all its parts must hold at once."""
        if self.challenge is None:
            return None
        conditions = self.challenge.conditions(config, step, metrics)
        if self._met_at is None and all(condition.is_met for condition in conditions):
            self._met_at = step
        return {
            "sentence": self._sentence(conditions),
            "parts": [
                {"text": self._part(part), "now": self._number(part.name, part.now), "met": part.is_met}
                for part in conditions
            ],
            "met_at": self._met_at,
            "was_met": self._was_met,
            "hidden": list(self.challenge.hidden),
        }

    def _part(self, part: Condition) -> str:
        if part.relation == "most" and part.name == "neurons":
            return self._text.say("challenge.neurons", most=f"{part.value:g}")
        if part.relation == "most":
            return self._text.say("challenge.steps", most=f"{part.value:g}")
        words = {"metric": label(self._lesson, self._text, part.name), "value": self._number(part.name, part.value)}
        below = part.relation == "lt"
        return self._text.say("challenge.lt", **words) if below else self._text.say("challenge.gt", **words)

    def _sentence(self, conditions: tuple[Condition, ...]) -> str:
        aims = self._joined([self._part(part) for part in conditions if part.relation != "most"])
        bounds = self._joined([self._part(part) for part in conditions if part.relation == "most"])
        both = self._text.say("challenge.with", aims=aims, bounds=bounds) if bounds else aims
        return self._text.say("challenge.sentence", conditions=both)

    def _joined(self, parts: list[str]) -> str:
        return reduce(lambda one, other: self._text.say("challenge.and", one=one, other=other), parts) if parts else ""

    @staticmethod
    def _number(name: str, value: float) -> str:
        if math.isnan(value):
            return "–"
        if any(word in name for word in SHARES):
            return f"{100 * value:.3g} %"
        return f"{value:g}" if value == int(value) else f"{value:.3g}"


def label(lesson: Lesson, text: Text, metric: str) -> str:
    """What the page calls a metric."""
    words: Mapping[str, str] = {**text.tables["stage"], **text.tables[lesson.key].get("words", {})}
    return words.get(f"metric_{metric}") or words[f"chart_{metric}"]


def offer(lesson: Lesson, text: Text) -> dict[str, Any]:
    """What a challenge of this lesson can ask for."""
    return {
        "metrics": [
            {
                "name": name,
                "label": label(lesson, text, name),
                "relation": "lt" if any(word in name for word in FALLING) else "gt",
                "share": any(word in name for word in SHARES),
            }
            for name in lesson.aims
        ],
        "neurons": neurons(lesson.config()) is not None,
    }
