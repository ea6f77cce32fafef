"""The command `list`: every lesson with its presets, and what its knobs take."""

from __future__ import annotations

import argparse
import json
from typing import Any

from playground.catalogue import card
from playground.lessons import LESSONS
from playground.text import Text

NAME = "list"


def add(commands: Any) -> None:
    about = "the lessons with their presets and knobs"
    parser = commands.add_parser(NAME, help=about, description=f"{about}: name, default and what is allowed")
    parser.add_argument("--json", action="store_true", help="one JSON object a lesson")
    parser.set_defaults(do=_list)


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
