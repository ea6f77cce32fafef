"""The command `export`: the exact PyTorch program of a run, as a Python file or a notebook."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from playground.cli import starting
from playground.core.refusal import BadValue, echo
from playground.lessons import LESSONS
from playground.script.lessons import WRITERS
from playground.script.write import write
from playground.text import Text

NAME = "export"


def add(commands: Any) -> None:
    lessons = commands.add_parser(NAME, help="write the PyTorch program of a run").add_subparsers(
        required=True, metavar="LESSON"
    )
    for lesson in LESSONS:
        if lesson.key in WRITERS:
            parser = lessons.add_parser(lesson.key, help=Text("en").say(f"{lesson.key}.title"))
            parser.set_defaults(do=_export, lesson=lesson)
            starting.add(parser, lesson)
            parser.add_argument(
                "-o", "--out", metavar="FILE", type=Path, help="a .py or .ipynb file; printed without it"
            )


def _export(flags: argparse.Namespace) -> None:
    run = starting.begin(flags)
    starting.await_data(run)
    program = write(run, flags.lesson, Text(flags.language))
    if flags.out is None:
        print(program.script(), end="")
        return
    text = program.notebook() if flags.out.suffix == ".ipynb" else program.script()
    try:
        flags.out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise BadValue("bad_path", value=echo(flags.out)) from error
    print(f"written to {flags.out}", file=sys.stderr)
