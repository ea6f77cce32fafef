"""How a run begins on the command line: a preset and knobs as flags, or a run that was kept in a file."""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

from playground.catalogue import allowed
from playground.cli.prediction import bytes_of
from playground.core.device import choose
from playground.core.keep import read, reopened
from playground.core.lesson import Lesson
from playground.core.refusal import BadValue
from playground.core.run import Run
from playground.text import Text

WAIT = 0.2  # seconds between two looks at data that are on their way


def add(parser: argparse.ArgumentParser, lesson: Lesson) -> None:
    """The flags that say which run it is."""
    text = Text("en")
    parser.set_defaults(open=None)
    parser.add_argument("--preset", choices=list(lesson.presets), help="the settings to start from")
    parser.add_argument("--device", default="auto", help="auto, cuda, cuda:N, mps or cpu")
    parser.add_argument("--data-dir", metavar="DIR", help="folder that holds downloaded data sets")
    if lesson.keeps:
        parser.add_argument("--open", metavar="FILE", type=Path, help="go on with a kept run")
    knobs = parser.add_argument_group("knobs")
    for name, knob in lesson.config.knobs().items():
        told = text.say(f"knobs.{name}.label")
        knobs.add_argument(f"--{name.replace('_', '-')}", dest=f"knob_{name}", metavar=allowed(knob), help=told)


def begin(flags: argparse.Namespace) -> Run:
    """The run that the flags describe; raises BadValue."""
    if flags.data_dir:
        os.environ["PLAYGROUND_DATA"] = flags.data_dir
    lesson: Lesson = flags.lesson
    device, knobs = choose(flags.device), lesson.config.knobs()
    given = {name: getattr(flags, f"knob_{name}") for name in knobs}
    values = {name: knobs[name].read(text) for name, text in given.items() if text is not None}
    if not flags.open:
        start = lesson.presets[flags.preset].config if flags.preset else lesson.config()
        return Run(lesson.build, start.changed(values), device)
    run = reopened(read(bytes_of(flags.open)), lesson, device)
    if run.is_moved:
        print(Text(flags.language).say("remarks.moved", device=device.type.upper()), file=sys.stderr)
    if values:
        config = run.config.changed(values)
        if not run.config.keeps_run(config):
            wrong = next(name for name in values if not knobs[name].live)
            raise BadValue("bad_live", knob=wrong)
        run.tune(config)
    return run


def await_data(run: Run) -> None:
    """Wait for a data set that is on its way; raises BadValue where something else is missing."""
    while lacking := run.lacking():
        if lacking.key != "loading":
            raise lacking
        time.sleep(WAIT)
