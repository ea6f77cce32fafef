"""A run as a document: settings, numbers, figures, what was changed by hand, and how to repeat it."""

from __future__ import annotations

import csv
import io
import json
import time
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import numpy as np
import torch
from numpy.typing import NDArray

from playground import __version__
from playground.command import command
from playground.core.lesson import Lesson
from playground.core.limits import RunConfig
from playground.core.plan import Change, changes_of
from playground.core.refusal import BadValue, echo
from playground.core.run import Edit, Frame, Run
from playground.figures import HOMES, render_all
from playground.figures.sheet import Ghost, Sheet, View
from playground.text import Text
from playground.text.settings import short, told

HOME = "http://127.0.0.1:7860/"
PATHS = {"en": "", "zh": "zh"}
FORMS = ("png", "svg")
Table = Mapping[str, tuple[NDArray[np.int64], NDArray[np.float32]]]


@dataclass(frozen=True)
class Record:
    """What a report tells of, taken from a run at one moment: it can be written while the run goes on."""

    lesson: Lesson
    config: RunConfig
    first: RunConfig
    frame: Frame
    series: Table
    edits: tuple[Edit, ...]
    forgotten: int  # edits that are remembered no more
    text: Text
    device: str
    course: bool
    view: View
    home: str
    ghosts: tuple[Ghost, ...] = ()

    @classmethod
    def of(
        cls,
        run: Run,
        lesson: Lesson,
        text: Text,
        *,
        course: bool = False,
        view: View | None = None,
        home: str = "",
        ghosts: tuple[Ghost, ...] = (),
    ) -> Record:
        frame = run.peek()
        series = {name: _copied(line.shown(2**31)) for name, line in run.history.series.items()}
        forgotten = max(0, run.edited - len(run.edits))
        address = home or HOME + PATHS[text.language]
        return cls(
            lesson,
            run.config,
            run.first,
            frame,
            series,
            tuple(run.edits),
            forgotten,
            text,
            str(run.device),
            course,
            view or View(),
            address,
            ghosts,
        )

    @property
    def panels(self) -> list[str]:
        """The panels that have a figure now, in reading order."""
        return [name for name in self.lesson.panels if type(self.frame.pictures.get(name)) in HOMES]

    def sheet(self, panel: str) -> Sheet:
        return Sheet(self.lesson, self.config, self.frame, panel, self.text, self.course, self.view, self.ghosts)

    @property
    def command(self) -> str:
        """The line that learns the same on the command line."""
        return command(self.lesson.key, self.first, self.changes, self.frame.step)

    @property
    def changes(self) -> list[Change]:
        return changes_of(self.first, self.edits)

    @property
    def link(self) -> str:
        """The address that opens the settings of the beginning."""
        return f"{self.home}?{urlencode({'tab': self.lesson.key, **self.first.query()})}"


def _copied(points: tuple[Any, Any]) -> tuple[Any, Any]:
    return points[0].copy(), points[1].copy()


def files(record: Record) -> dict[str, bytes]:
    """The report by the names of its files."""
    made = {
        "report.md": _document(record).encode(),
        "metrics.csv": _metrics(record).encode(),
        "settings.json": _facts(record).encode(),
    }
    for panel in record.panels:
        for form, data in render_all(record.sheet(panel), FORMS).items():
            made[f"figures/{panel}.{form}"] = data
    return made


def packed(record: Record) -> bytes:
    """The report as one zip file."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as box:
        for name, data in files(record).items():
            box.writestr(name, data)
    return out.getvalue()


def write(record: Record, folder: Path) -> None:
    """The report in a folder, which is made if need be; raises BadValue where that is not possible."""
    for name, data in files(record).items():
        try:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(data)
        except OSError as error:
            raise BadValue("bad_folder", value=echo(folder)) from error


def _metrics(record: Record) -> str:
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(["metric", "step", "value"])
    for name, (steps, values) in record.series.items():
        table.writerows((name, int(step), repr(float(value))) for step, value in zip(steps, values, strict=True))
    return out.getvalue()


def _facts(record: Record) -> str:
    facts = {
        "lesson": record.lesson.key,
        "step": record.frame.step,
        "settings": record.config.written(),
        "metrics": {name: float(value) for name, value in record.frame.metrics.items()},
        "stop": record.frame.stop.reason if record.frame.stop else None,
        "edits": [[step, what, value] for step, what, value in record.edits],
        "versions": {"playground": __version__, "torch": torch.__version__},
        "device": record.device,
    }
    return json.dumps(facts, ensure_ascii=False, indent=2, default=str) + "\n"


def _document(record: Record) -> str:
    say, title = record.text.say, record.text.say(f"{record.lesson.key}.title")
    titles = [(panel, record.sheet(panel).title) for panel in record.panels]
    made = say(
        "report.made",
        version=__version__,
        torch=torch.__version__,
        device=record.device,
        date=time.strftime("%Y-%m-%d"),
    )
    parts = [
        "# " + say("report.title", lesson=title, step=record.frame.step),
        say(f"{record.lesson.key}.lede"),
        f"*{made}*",
        "## " + say("report.results"),
        *_results(record),
        "## " + say("report.settings"),
        say("report.settings_note"),
        settings(record),
        "## " + say("report.edits"),
        _edits(record),
        "## " + say("report.again"),
        *_again(record),
        "## " + say("report.figures"),
        *(f"### {title}\n\n![{title}](figures/{panel}.png)" for panel, title in titles),
    ]
    return "\n\n".join(parts) + "\n"


def _row(*cells: str) -> str:
    plain = (cell.replace("|", "\\|").replace("\n", " ") for cell in cells)
    return "| " + " | ".join(plain) + " |"


def _results(record: Record) -> list[str]:
    say = record.text.say
    if not record.series:
        return [say("report.results_none")]
    rows = [
        _row(*(say(f"report.results_{name}") for name in ("row", "end", "lowest", "highest"))),
        "|---|---|---|---|",
    ]
    for name, (steps, values) in record.series.items():
        low, high = int(values.argmin()), int(values.argmax())
        ends = [say("report.results_at", value=f"{values[at]:.6g}", step=int(steps[at])) for at in (low, high)]
        rows.append(_row(record.sheet("").word(f"metric_{name}"), f"{values[-1]:.6g}", *ends))
    return ["\n".join(rows), say("report.results_more")]


def settings(record: Record) -> str:
    """All knobs that count as a Markdown table, in the words of the page."""
    say, config = record.text.say, record.config
    rows = [_row(*(say(f"report.settings_{name}") for name in ("row", "value", "default"))), "|---|---|---|"]
    for name, knob in config.knobs().items():
        if knob.shown_if and getattr(config, knob.shown_if[0]) not in knob.shown_if[1]:
            continue
        value = getattr(config, name)
        now, usual = (told(record.text, knob, item) for item in (value, knob.default))
        rows.append(_row(say(f"knobs.{name}.label"), now if value == knob.default else f"**{now}**", usual))
    return "\n".join(rows)


def _edits(record: Record) -> str:
    say = record.text.say
    if not record.edits:
        return say("report.edits_none")
    lines, before, counter = [], None, record.sheet("").word("counter_step")
    for step, what, value in record.edits:
        if what == "config" and isinstance(value, Mapping):
            changed = [
                name for name in {**(before or {}), **value} if before is None or before.get(name) != value.get(name)
            ]
            listed = ", ".join(f"`{name}={short(str(value.get(name, '–')))}`" for name in changed) or "–"
            words = (
                say("report.edits_first", values=listed)
                if before is None
                else say("report.edits_config", values=listed)
            )
            before = value
        else:
            words = say("report.edits_probe", name=what, value=f"`{short(json.dumps(value, default=str))}`")
        lines.append(f"- {counter} {step}: {words}")
    return "\n".join(lines)


def _again(record: Record) -> list[str]:
    say = record.text.say
    others = {what: None for _, what, _ in record.edits if what != "config"}  # each once, in order
    parts = [
        say("report.again_line"),
        f"```\n{record.command}\n```",
        say("report.again_link", step=record.frame.step or record.config.steps),
        f"<{record.link}>",
    ]
    if record.changes:
        parts.append(say("report.again_changes"))
    if others:
        parts.append(say("report.again_hand", names=", ".join(others)))
    if record.forgotten:
        parts.append(say("report.again_lost"))
    if not (others or record.forgotten):
        parts.append(say("report.again_same"))
    return parts
