"""Writes the line that learns a run again without a page."""

from __future__ import annotations

import shlex
from collections.abc import Iterable

from playground.core.limits import RunConfig
from playground.core.plan import Change

PROGRAM = "python -m playground train"


def command(lesson: str, first: RunConfig, changes: Iterable[Change], until: int) -> str:
    """The settings at the first step, those that changed on the way, and the step that the run has come to."""
    parts = [f"--{name.replace('_', '-')}={value}" for name, value in first.query().items()]
    for change in changes:
        after = first.changed(change.values).written()
        parts += ["--at", str(change.step), *(f"{name}={after.get(name, '')}" for name in change.values)]
    if until:
        parts.append(f"--until={until}")
    return " ".join([PROGRAM, lesson, *map(shlex.quote, parts)])
