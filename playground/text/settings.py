"""Tells settings in the words of the page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from playground.core.knobs import Choice, Config, Knob, Subset, Toggle
from playground.core.lanes import Lanes, LaneSpec
from playground.text import Text

LONGEST = 120  # characters of a value


def told(text: Text, knob: Knob, value: Any) -> str:
    """The value of a knob."""
    options: Mapping[str, str] = text.tables["options"]
    words: Mapping[str, str] = text.tables["stage"]
    match knob:
        case Choice():
            return options[value]
        case Subset():
            return ", ".join(options[item] for item in value)
        case Toggle():
            return words["on"] if value else words["off"]
        case Lanes():
            return short(", ".join(_lane(text, spec) for spec in value))
    if knob.kind == "points":
        return "–" if value is None else text.say("report.points", count=len(value))
    return short(knob.write(value)) or "–"


def _lane(text: Text, spec: LaneSpec) -> str:
    """Such as "Momentum 0.01 (Momentum 0.8)"; a steady rate goes without saying."""
    parts = [f"{text.tables['lane_kinds'][spec.kind]} {spec.lr:g}"]
    if spec.schedule != "constant":
        parts.append(str(text.tables["lane_schedules"][spec.schedule]))
    extra = [f"{text.tables['lane_options'][name]} {number:g}" for name, number in spec.options]
    return " ".join(parts) + (f" ({', '.join(extra)})" if extra else "")


def short(value: str) -> str:
    return value if len(value) <= LONGEST else value[: LONGEST - 1] + "…"


def differences(text: Text, config: Config, other: Config) -> Iterator[str]:
    """What is set in a config that is not set so in another of its kind, each with its label."""
    for name, knob in config.knobs().items():
        value, theirs = getattr(config, name), getattr(other, name)
        if value != theirs:
            if isinstance(knob, Lanes):
                value = tuple(spec for spec in value if spec not in theirs) or value
            yield f"{text.say(f'knobs.{name}.label')} {told(text, knob, value)}"
