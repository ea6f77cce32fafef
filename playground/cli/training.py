"""The command `train`: a lesson's run from its first step, or from a kept one, with its knobs as flags."""

from __future__ import annotations

import argparse
import json
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tqdm import tqdm

from playground.cli import starting
from playground.core import graph, weights
from playground.core.keep import write
from playground.core.lesson import Lesson
from playground.core.refusal import BadValue, echo
from playground.core.run import Frame, Run
from playground.lessons import LESSONS
from playground.text import Text

NAME = "train"
FRAMES_A_SECOND = 10


def add(commands: Any) -> None:
    lessons = commands.add_parser(NAME, help="train a lesson's net; its knobs are flags").add_subparsers(
        required=True, metavar="LESSON"
    )
    for lesson in LESSONS:
        _add_lesson(lessons, lesson)


def _add_lesson(commands: Any, lesson: Lesson) -> None:
    text = Text("en")
    parser = commands.add_parser(lesson.key, help=text.say(f"{lesson.key}.title"))
    parser.set_defaults(do=_train, lesson=lesson, save=None)
    starting.add(parser, lesson)
    parser.add_argument("--json", action="store_true", help="print one JSON object a frame: step and metrics")
    parser.add_argument("--report", metavar="DIR", type=Path, help="write a report of the run, with figures")
    parser.add_argument("--tensorboard", metavar="DIR", type=Path, help="write the run's metrics for TensorBoard")
    if lesson.keeps:
        parser.add_argument("--save", metavar="FILE", type=Path, help="keep the run at its end, also after Ctrl-C")
    parser.add_argument("--weights", metavar="FILE", type=Path, help="write the net's state_dict as .safetensors")
    parser.add_argument("--onnx", metavar="FILE", type=Path, help="write the net as an ONNX graph")


def _train(flags: argparse.Namespace) -> None:
    run = starting.begin(flags)
    _check_files(flags, run)
    if flags.report:
        _make(flags.report)  # not only after an hour of learning
    log = _log(flags)
    starting.await_data(run)
    last = run.config.steps or None
    with tqdm(total=last, initial=run.step, unit="step", disable=flags.json or None, file=sys.stderr) as bar:
        is_whole = _go(run, flags.json, bar.update, bar.set_postfix, log.follow if log else None)
    if not is_whole:
        print(f"stopped at step {run.step}", file=sys.stderr)
    for name in ("save", "weights", "onnx"):
        path: Path | None = getattr(flags, name)
        if path:
            path.write_bytes(_pack(name, run, flags.lesson.key))
            print(f"kept in {path}", file=sys.stderr)
    _tell(flags, run, log)


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

    record = report.Record.of(run, flags.lesson, Text(flags.language))
    if log:
        log.close(run, record)
        print(f"logged in {flags.tensorboard}", file=sys.stderr)
    if flags.report:
        report.write(record, flags.report)
        print(f"reported in {flags.report}", file=sys.stderr)


def _pack(name: str, run: Run, lesson: str) -> bytes:
    if name == "onnx":
        return graph.write(run.graph())
    return weights.write(run, lesson) if name == "weights" else write(run, lesson)


def _check_files(flags: argparse.Namespace, run: Run) -> None:
    """Raises BadValue before anything is learnt that could not be written at the end."""
    for path in (flags.save, flags.weights, flags.onnx):
        if path and not path.absolute().parent.is_dir():
            raise BadValue("bad_path", value=echo(path))
    if flags.onnx:
        graph.must_write()
    if flags.onnx or flags.weights:
        run.graph()


def _go(
    run: Run,
    is_json: bool,
    advanced: Callable[[int], Any],
    told: Callable[..., Any],
    follow: Callable[[Run], None] | None,
) -> bool:
    """Learn to the end; False where Ctrl-C came first: the step under way is finished, so that nothing is half done."""
    asked: list[int] = []

    def hurry(number: int, _: object) -> None:
        asked.append(number)
        run.hurry()

    before = signal.signal(signal.SIGINT, hurry)
    try:
        while run.stop is None and not asked:
            advanced(run.advance(seconds=1 / FRAMES_A_SECOND))
            frame = run.peek()
            told({name: f"{value:.4g}" for name, value in frame.metrics.items()})
            if follow:
                follow(run)
            if is_json:
                _print(frame)
    finally:
        signal.signal(signal.SIGINT, before)
    if run.stop and not is_json:
        print(run.stop.reason, *(f"{name} {series.newest:.6g}" for name, series in run.history.series.items()))
    return run.stop is not None


def _print(frame: Frame) -> None:
    stop = frame.stop.reason if frame.stop else None
    print(json.dumps({"step": frame.step, **frame.metrics, "stop": stop}), flush=True)
