"""The program of a run, as Python or as a notebook."""

from __future__ import annotations

import torch

from playground.command import command
from playground.core.lesson import Lesson
from playground.core.plan import changes_of
from playground.core.refusal import BadValue, echo
from playground.core.run import Run
from playground.script.layout import Program
from playground.script.lessons import WRITERS
from playground.script.pen import Pen
from playground.script.tidy import tidy
from playground.script.values import Unwritable
from playground.text import Text


def write(run: Run, lesson: Lesson, text: Text, steps: int | None = None) -> Program:
    """The exact program of what a run has done so far; before its first step, of what it would do.

    With `steps`, the last of them are still to come.
    """
    trainer = run.trainer()
    pen = Pen(run, trainer, text, steps)
    pen.section("setup")
    pen.comment("threads")
    pen.line(f"torch.set_num_threads({trainer.threads})")
    try:
        WRITERS[lesson.key](pen)
    except Unwritable as error:
        raise BadValue("bad_program", value=echo(str(error))) from error
    tidy(section.body for section in pen.sections)
    again = command(lesson.key, run.first, changes_of(run.first, run.edits), pen.steps)
    title, version = text.say(f"{lesson.key}.title"), torch.__version__
    about = text.say("script.about", title=title, steps=pen.steps, again=again, torch=version)
    return Program("\n\n".join([about, *pen.notes]), pen.sections, tuple(pen.files))
