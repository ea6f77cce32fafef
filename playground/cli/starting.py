"""How a run begins on the command line: a preset and knobs as flags, or a run that was kept in a file."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from playground.catalogue import allowed
from playground.cli.prediction import bytes_of
from playground.core.device import choose
from playground.core.keep import read, reopened
from playground.core.lesson import Lesson
from playground.core.limits import RunConfig
from playground.core.plan import Plan, read_plan
from playground.core.refusal import BadValue, echo
from playground.core.run import Run
from playground.text import Text


def add(parser: argparse.ArgumentParser, lesson: Lesson) -> None:
    """The flags that say which run it is."""
    parser.usage = f"{parser.prog} [options] [knobs]"  # all of them would fill a screen before the first word
    parser.set_defaults(open=None)
    start = parser.add_mutually_exclusive_group()
    start.add_argument("--preset", metavar="NAME", help=f"the settings to start from: {', '.join(lesson.presets)}")
    if lesson.keeps:
        start.add_argument("--open", metavar="FILE", type=Path, help="go on with a kept run")
    parser.add_argument("--device", default="auto", help="auto, cuda, cuda:N, mps or cpu")
    parser.add_argument("--data-dir", metavar="DIR", help="folder that holds downloaded data sets")
    live = ", ".join(name for name, knob in lesson.config.knobs().items() if knob.live)
    parser.add_argument(
        "--at",
        metavar=("STEP", "NAME=VALUE"),
        nargs="+",
        action="append",
        default=[],
        help=f"change live knobs at a step, such as --at 200 steps=400; may stand several times. Live are {live}",
    )
    parser.add_argument("--until", metavar="STEP", help="end at this step, and at no end that comes before it")
    knobs = parser.add_argument_group("knobs")
    usual = lesson.config().written()
    for name, knob in lesson.config.knobs().items():
        told = explain(name, usual.get(name, ""))
        knobs.add_argument(f"--{name.replace('_', '-')}", dest=f"knob_{name}", metavar=allowed(knob), help=told)


def explain(knob: str, usual: str) -> str:
    """What a knob does, and its default, for argparse."""
    text = Text("en")
    told = f"{text.say(f'knobs.{knob}.label')}. {text.say(f'knobs.{knob}.help')}"
    return (f"{told} [{usual}]" if usual else told).replace("%", "%%")


def begin(flags: argparse.Namespace) -> Run:
    """The run that the flags describe; raises BadValue."""
    if flags.data_dir:
        os.environ["PLAYGROUND_DATA"] = flags.data_dir
    lesson: Lesson = flags.lesson
    device, knobs = choose(flags.device), lesson.config.knobs()
    given = {name: getattr(flags, f"knob_{name}") for name in knobs}
    values = {name: knobs[name].read(text) for name, text in given.items() if text is not None}
    if not flags.open:
        return Run(lesson.build, _first(lesson, flags.preset).changed(values), device)
    run = reopened(read(bytes_of(flags.open)), lesson, device)
    if run.is_moved:
        print(Text(flags.language).say("remarks.moved", device=device.type.upper()), file=sys.stderr)
    if values:
        config = run.config.changed(values)
        if not run.config.keeps_run(config):
            wrong = (name for name in values if not knobs[name].keeps_run(getattr(run.config, name), values[name]))
            raise BadValue("bad_live", knob=next(wrong))
        run.tune(config)
    return run


def _first(lesson: Lesson, preset: str | None) -> RunConfig:
    """The settings that the flags change."""
    if preset is None:
        return lesson.config()
    if preset not in lesson.presets:
        raise BadValue("bad_preset", value=echo(preset), options=", ".join(lesson.presets))
    return lesson.presets[preset].config


def plan(flags: argparse.Namespace, run: Run) -> Plan:
    """What the flags say of its way; raises BadValue."""
    return read_plan(flags.at, flags.until, run)


def must_hold(path: Path) -> None:
    """Raises BadValue where no file can lie."""
    if path.is_dir() or not path.absolute().parent.is_dir():
        raise BadValue("bad_write", value=echo(path))
