"""The command `train`: a lesson's run from its first step, or from a kept one, with its knobs as flags."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from playground.cli import starting
from playground.cli.learning import learn
from playground.core import graph, weights
from playground.core.keep import write
from playground.core.lesson import Lesson
from playground.core.refusal import BadValue, echo
from playground.core.run import Frame, Run
from playground.lessons import LESSONS
from playground.text import Text

NAME = "train"


def add(commands: Any) -> None:
    about = "train a lesson's net; its knobs are flags"
    lessons = commands.add_parser(NAME, help=about, description=about).add_subparsers(required=True, metavar="LESSON")
    for lesson in LESSONS:
        _add_lesson(lessons, lesson)


def _add_lesson(commands: Any, lesson: Lesson) -> None:
    title = Text("en").say(f"{lesson.key}.title")
    about = f"{title}: train its net and print the newest numbers at the end. Ctrl-C ends it and keeps the work."
    parser = commands.add_parser(lesson.key, help=title, description=about)
    parser.set_defaults(do=_train, lesson=lesson, save=None)
    parser.add_argument(
        "--json",
        action="store_true",
        help="print one JSON object a frame: step, metrics, and why it stopped",
    )
    parser.add_argument("--report", metavar="DIR", type=Path, help="write a report of the run, with figures")
    parser.add_argument("--tensorboard", metavar="DIR", type=Path, help="write the run's metrics for TensorBoard")
    if lesson.keeps:
        parser.add_argument("--save", metavar="FILE", type=Path, help="keep the run at its end, also after Ctrl-C")
    parser.add_argument("--weights", metavar="FILE", type=Path, help="write the net's state_dict as .safetensors")
    parser.add_argument("--onnx", metavar="FILE", type=Path, help="write the net as an ONNX graph")
    starting.add(parser, lesson)


def _train(flags: argparse.Namespace) -> None:
    run = starting.begin(flags)
    plan = starting.plan(flags, run)
    _check_files(flags, run)
    if flags.report:
        _make(flags.report)  # not only after an hour of learning
    log = _log(flags)
    run.await_data()

    def see(frame: Frame) -> None:
        if log:
            log.follow(run)
        if flags.json:
            _print(frame)

    is_whole = learn(run, plan, see, quiet=flags.json)
    text = Text(flags.language)
    if is_whole and not flags.json:
        print(_end(run))
    if not is_whole:
        print(text.say("cli.stopped", step=run.step), file=sys.stderr)
    elif plan.ahead:
        print(text.say("cli.not_reached", step=plan.ahead[0].step, end=run.step), file=sys.stderr)
    for name in ("save", "weights", "onnx"):
        path: Path | None = getattr(flags, name)
        if path:
            _write(path, _pack(name, run, flags.lesson.key))
            print(text.say("cli.kept", file=path), file=sys.stderr)
    own_words = text.tables[flags.lesson.key].get("words", {})
    if flags.onnx and "keep_onnx_help" in own_words:  # where it is not simply the net
        print(own_words["keep_onnx_help"], file=sys.stderr)
    _tell(flags, run, log)


def _end(run: Run) -> str:
    """The last line: the newest value of each metric, as programs print them, and why it ended."""
    values = [f"{name} {series.newest:.6g}" for name, series in run.history.series.items()]
    return "  ".join([f"step {run.step}", *values, *([f"stop {run.stop.reason}"] if run.stop else [])])


def _write(path: Path, data: bytes) -> None:
    try:
        path.write_bytes(data)
    except OSError as error:
        raise BadValue("bad_write", value=echo(path)) from error


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadValue("bad_folder", value=echo(folder)) from error


def _log(flags: argparse.Namespace) -> Any:
    """What writes for TensorBoard; None where nobody asked."""
    if not flags.tensorboard:
        return None
    from playground.cli.tensorboard import Log

    return Log(flags.tensorboard, goes_on=flags.open is not None)


def _tell(flags: argparse.Namespace, run: Run, log: Any) -> None:
    """The report and the end of the log, where they are asked for."""
    if not (flags.report or log):
        return
    from playground import report

    text = Text(flags.language)
    record = report.Record.of(run, flags.lesson, text)
    if log:
        log.close(run, record)
        print(text.say("cli.logged", folder=flags.tensorboard), file=sys.stderr)
    if flags.report:
        report.write(record, flags.report)
        print(text.say("cli.reported", folder=flags.report), file=sys.stderr)


def _pack(name: str, run: Run, lesson: str) -> bytes:
    if name == "onnx":
        return graph.write(run.graph())
    return weights.write(run, lesson) if name == "weights" else write(run, lesson)


def _check_files(flags: argparse.Namespace, run: Run) -> None:
    """Raises BadValue before anything is learnt that could not be written at the end."""
    for path in (flags.save, flags.weights, flags.onnx):
        if path:
            starting.must_hold(path)
    if flags.onnx:
        graph.must_write()
    if flags.onnx or flags.weights:
        run.graph()


def _print(frame: Frame) -> None:
    stop = frame.stop.reason if frame.stop else None
    print(json.dumps({"step": frame.step, **frame.metrics, "stop": stop}), flush=True)
