"""The command `export`: the exact PyTorch program of a run, as a Python file or a notebook."""

from __future__ import annotations

import argparse
import math
import sys
from pathlib import Path
from typing import Any

from playground.cli import starting
from playground.cli.learning import learn
from playground.core.plan import Plan
from playground.core.refusal import BadValue, echo
from playground.core.run import Run
from playground.lessons import LESSONS
from playground.script.delivery import NOTEBOOK, lay
from playground.script.lessons import WRITERS
from playground.script.pen import UNPLANNED
from playground.script.write import write
from playground.text import Text

NAME = "export"
ENDINGS = (".py", NOTEBOOK)


def add(commands: Any) -> None:
    about = "write the PyTorch program of a run: it needs nothing of this app, and prints the same numbers"
    lessons = commands.add_parser(NAME, help=about, description=about).add_subparsers(required=True, metavar="LESSON")
    for lesson in LESSONS:
        if lesson.key in WRITERS:
            title = Text("en").say(f"{lesson.key}.title")
            parser = lessons.add_parser(lesson.key, help=title, description=f"{title}: {about}.")
            parser.set_defaults(do=_export, lesson=lesson)
            parser.add_argument(
                "-o", "--out", metavar="FILE", type=Path, help="a .py or .ipynb file; printed without it"
            )
            starting.add(parser, lesson)


def _export(flags: argparse.Namespace) -> None:
    run = starting.begin(flags)
    plan = starting.plan(flags, run)
    if flags.out and flags.out.suffix not in ENDINGS:
        raise BadValue("bad_ending", value=echo(flags.out), options=", ".join(ENDINGS))
    if flags.out:
        starting.must_hold(flags.out)
    run.await_data()
    text = Text(flags.language)
    is_whole = learn(run, plan.to_last_change())  # what a change does may depend on what has been learnt by then
    if not is_whole:
        print(text.say("cli.stopped", step=run.step), file=sys.stderr)
    program = write(run, flags.lesson, text, _steps(flags, plan, run) if is_whole else None)
    if flags.out:
        for path in lay(program, flags.out):
            print(text.say("cli.written", file=path), file=sys.stderr)
        return
    print(program.script(), end="")
    for file in program.files:
        print(text.say("cli.beside", file=file.name), file=sys.stderr)


def _steps(flags: argparse.Namespace, plan: Plan, run: Run) -> int | None:
    """How many steps the program takes; None for as many as the run has, or would take from its beginning."""
    if plan.until or not flags.at or run.stop:
        return plan.until
    return run.step + UNPLANNED if run.last_step == math.inf else int(run.last_step)
