"""Says what can be trained and with which settings, for all who come without a page: command line and endpoints."""

from __future__ import annotations

from typing import Any

from playground.core.knobs import Choice, Knob, Layers, Number, OwnPoints, Subset, Toggle
from playground.core.lesson import Lesson
from playground.text import Text


def allowed(knob: Knob) -> str:
    """What a knob takes, in a few signs."""
    match knob:
        case Number():
            return f"{knob.write(knob.low)}..{knob.write(knob.high)}"
        case Choice():
            return "|".join(knob.options)
        case Subset():
            return ".".join(knob.options)
        case Toggle():
            return "0|1"
        case Layers():
            return "N-N-…"
        case OwnPoints():
            return "X_Y_CLASS~…"
        case _:
            return knob.kind.upper()


def card(lesson: Lesson, text: Text) -> dict[str, Any]:
    """What is to be known of a lesson before it is trained, ready for JSON."""
    written = lesson.config().written()
    knobs = {
        name: {"default": written.get(name, ""), "allowed": allowed(knob)}
        for name, knob in lesson.config.knobs().items()
    }
    return {
        "lesson": lesson.key,
        "title": text.say(f"{lesson.key}.title"),
        "lede": text.say(f"{lesson.key}.lede"),
        "presets": list(lesson.presets),
        "knobs": knobs,
    }
