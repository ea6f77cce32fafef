"""The program of a run, as Python or as a notebook."""

from __future__ import annotations

import shlex

import torch

from playground.core.lesson import Lesson
from playground.core.run import Run
from playground.script.layout import Program
from playground.script.lessons import WRITERS
from playground.script.pen import Pen
from playground.script.tidy import tidy
from playground.text import Text


def write(run: Run, lesson: Lesson, text: Text) -> Program:
    """The exact program of what a run has done so far; before its first step, of what it would do."""
    with run.trainer() as trainer:
        pen = Pen(run, trainer, text)
        pen.section("setup")
        pen.comment("threads")
        pen.line(f"torch.set_num_threads({trainer.threads})")
        WRITERS[lesson.key](pen)
    tidy(section.body for section in pen.sections)
    settings = [f"--{name.replace('_', '-')} {shlex.quote(value)}" for name, value in run.config.query().items()]
    again = " ".join(["python -m playground train", lesson.key, *settings])
    facts = {"title": text.say(f"{lesson.key}.title"), "steps": pen.steps, "again": again, "torch": torch.__version__}
    about = text.say("script.about", **facts)
    return Program("\n\n".join([about, *pen.notes]), pen.sections)
