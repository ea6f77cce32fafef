"""Keeps the runs that a newer one has replaced, so that the reader can go back to each as it stood."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from playground.core.refusal import BadValue, echo
from playground.core.run import Frame, Run
from playground.figures.sheet import Ghost
from playground.ui.timeline import Timeline

MOST = 5
MOST_BYTES = 48_000_000  # of the moments of all of them


@dataclass(frozen=True)
class Earlier:
    """A run that rests; nobody else holds it. Its number is the one under which the page knows it."""

    number: int
    run: Run
    timeline: Timeline

    @cached_property
    def frame(self) -> Frame:
        return self.run.peek()

    def repeats(self, other: Earlier) -> bool:
        """Whether both went the same way, one of them further: the same settings, and the same done by hand."""
        mine, theirs = self.run, other.run
        by_hand = list(mine.edits)
        same = mine.first == theirs.first and by_hand == list(theirs.edits)
        return same and all(mine.is_repeatable(what) for _, what, _ in by_hand)


class Archive:
    """The newest of the replaced runs, the newest first."""

    def __init__(self) -> None:
        self.kept: list[Earlier] = []

    def add(self, earlier: Earlier) -> None:
        """One that has learnt nothing stays out; of two that went the same way the one that came further stays."""
        if not earlier.run.step:
            return
        earlier.timeline.return_to_now()
        twin = next((other for other in self.kept if other.repeats(earlier)), earlier)
        if twin is not earlier:
            self.kept.remove(twin)
        longer = max(earlier, twin, key=lambda one: one.run.step)
        self.kept = [longer, *self.kept][:MOST]
        self._save_memory()

    def _save_memory(self) -> None:
        """What one can look back at goes first of the oldest; the runs themselves stay."""
        total = 0
        for one in self.kept:
            total += one.timeline.bytes
            if total > MOST_BYTES:
                one.timeline.clear()

    def find(self, number: object) -> Earlier:
        """Raises BadValue for one that is not here."""
        for one in self.kept:
            if type(number) is int and one.number == number:
                return one
        raise BadValue("bad_earlier", value=echo(number))

    def forget(self, earlier: Earlier) -> None:
        self.kept.remove(earlier)

    def clear(self) -> None:
        self.kept.clear()

    def ghosts(self) -> tuple[Ghost, ...]:
        """All of them for a figure."""
        return tuple(Ghost(one.run.config, one.frame) for one in self.kept)

    def packed(self) -> list[dict[str, Any]]:
        """What the page must know beside what it has seen of each."""
        return [{"run": one.number, "step": one.run.step} for one in self.kept]
