"""What happens on a run's way: live settings that change at given steps, and how far it learns."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from playground.core.limits import RunConfig
from playground.core.refusal import BadValue, echo
from playground.core.run import Edit, Run

MOST_STEPS = 1_000_000
ORDERED = ("lanes",)  # kinds of knobs for which the way counts too: a lane that leaves and comes back starts anew


@dataclass(frozen=True)
class Change:
    """Live settings that take other values between two steps."""

    step: int
    values: Mapping[str, Any]


class Plan:
    """Leads a run through its changes: to its own end, or to the step `until`, whatever would have ended it before."""

    def __init__(self, changes: Iterable[Change] = (), until: int | None = None) -> None:
        self.ahead = deque(changes)
        self.until = until

    def is_over(self, run: Run) -> bool:
        if run.stop and run.stop.reason == "diverged":
            return True
        if self._is_due(run):
            return False
        return run.stop is not None if self.until is None else run.step >= self.until

    def advance(self, run: Run, seconds: float | None = None) -> int:
        """Make the changes that are due and learn up to the next ones; returns the steps taken."""
        while self._is_due(run):
            run.tune(run.config.changed(self.ahead.popleft().values))
        if run.stop and self.until is not None and run.step < self.until:
            run.resume()
        targets = [step for step in (self.ahead[0].step if self.ahead else None, self.until) if step is not None]
        return run.advance(steps=min(targets) - run.step if targets else None, seconds=seconds)

    def to_last_change(self) -> Plan:
        """The part of the way after which all settings are what they will be at the end."""
        return Plan(self.ahead, self.ahead[-1].step) if self.ahead else Plan(until=0)

    def _is_due(self, run: Run) -> bool:
        return bool(self.ahead) and self.ahead[0].step <= run.step


def read_plan(texts: Iterable[Sequence[str]], until: str | None, run: Run) -> Plan:
    """The plan that is written as [step, name=value, …] for each change; raises BadValue for what cannot be."""
    last = None if until is None else read_step(until, run.step, MOST_STEPS)
    end, config, changes = run.last_step, run.config, []
    for step, values in sorted((_read_change(text, run) for text in texts), key=lambda change: change[0]):
        if step > (end if last is None else last):
            raise BadValue("bad_at_late", step=step, end=f"{end if last is None else last:.0f}")
        config = config.changed(values)  # what one change allows, the next may not
        changes.append(Change(step, values))
        end = (config.steps or float("inf")) if "steps" in values else end
    return Plan(changes, last)


def _read_change(text: Sequence[str], run: Run) -> tuple[int, dict[str, Any]]:
    knobs = run.config.knobs()
    step, values = read_step(text[0], run.step, MOST_STEPS), {}
    if not text[1:]:
        raise BadValue("bad_at_empty", step=step)
    for part in text[1:]:
        word, is_pair, value = part.partition("=")
        name = word.replace("-", "_")
        if not is_pair:
            raise BadValue("bad_at", value=echo(part), step=step)
        if name not in knobs:
            live = (name for name, knob in knobs.items() if knob.live)
            raise BadValue("bad_name", value=echo(word), options=", ".join(live))
        if not knobs[name].live:
            raise BadValue("bad_live", knob=name)
        values[name] = knobs[name].read(value)
    return step, values


def read_step(text: str, low: int, high: int) -> int:
    """A whole number of steps; raises BadValue."""
    if not (text.isascii() and text.isdigit() and len(text) < 9 and low <= int(text) <= high):
        raise BadValue("bad_at_step", value=echo(text), low=low, high=high)
    return int(text)


def changes_of(first: RunConfig, edits: Iterable[Edit]) -> list[Change]:
    """The live settings that were changed in a run, in its order; what only came and went between two steps is none."""
    found: list[Change] = []
    now = first
    for step, what, value in edits:
        if what != "config":
            continue
        after = type(first).read(value)
        names = [name for name in first.knobs() if getattr(after, name) != getattr(now, name)]
        change = Change(step, {name: getattr(after, name) for name in names})
        now = after
        if not names:
            continue
        if found and found[-1].step == step and not _is_ordered(first, found[-1], change):
            change = Change(step, {**found.pop().values, **change.values})
        found.append(change)
    return found


def _is_ordered(config: RunConfig, one: Change, other: Change) -> bool:
    kinds = {config.knobs()[name].kind for name in one.values.keys() & other.values.keys()}
    return bool(kinds.intersection(ORDERED))
