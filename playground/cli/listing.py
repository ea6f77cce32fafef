"""The command `list`: every lesson with its presets, and what its knobs take."""

from __future__ import annotations

import argparse
import json
from typing import Any

from playground.core.knobs import Choice, Knob, Number, Subset, Toggle
from playground.core.lesson import Lesson
from playground.lessons import LESSONS
from playground.text import Text

NAME = "list"


def add(commands: Any) -> None:
    parser = commands.add_parser(NAME, help="the lessons with their presets and knobs")
    parser.add_argument("--json", action="store_true", help="one JSON object a lesson")
    parser.set_defaults(do=_list)


def allowed(knob: Knob) -> str:
    """What a knob takes, in a few signs."""
    match knob:
        case Number():
            return f"{knob.low:g}..{knob.high:g}"
        case Choice():
            return "|".join(knob.options)
        case Subset():
            return ".".join(knob.options)
        case Toggle():
            return "0|1"
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


def _list(flags: argparse.Namespace) -> None:
    text = Text(flags.language)
    for lesson in LESSONS:
        facts = card(lesson, text)
        if flags.json:
            print(json.dumps(facts, ensure_ascii=False))
            continue
        print(f"{lesson.key}: {facts['title']}. {facts['lede']}")
        print(f"  presets: {', '.join(lesson.presets)}")
        for name, knob in facts["knobs"].items():
            print(f"  --{name.replace('_', '-'):14} {knob['default']:>10}   {knob['allowed']}")
