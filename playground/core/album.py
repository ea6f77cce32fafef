"""Remembers how a run looked, and here and there all that it was, so that one can look back and go on from there."""

from __future__ import annotations

import time
from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from playground.core.limits import RunConfig
from playground.core.run import Edit, Frame, Run
from playground.core.state import Parts

MOST_MOMENTS = 200
MOST_CHECKPOINTS = 50
MOST_BYTES = 24_000_000  # of the moments of a run, and as much again of its checkpoints
SHARE = 0.01  # of the time may go into checkpoints
CREDIT = 0.02  # seconds of that share that can be saved up


@dataclass(frozen=True)
class Moment:
    """What was seen once: `pictures` as the page got them, and how many edits there had been by then."""

    step: int
    edited: int
    epoch: int
    config: RunConfig
    metrics: Mapping[str, float]
    pictures: bytes

    @property
    def size(self) -> int:
        return len(self.pictures)


@dataclass(frozen=True)
class Checkpoint:
    """All that the rest of a run depends on, at one step."""

    step: int
    edited: int
    config: RunConfig
    parts: Parts

    @property
    def size(self) -> int:
        return sum(tensor.nbytes for tensor in self.parts.tensors.values())


class Dated(Protocol):
    """Something that belongs to a step and takes so many bytes."""

    @property
    def step(self) -> int: ...

    @property
    def size(self) -> int: ...


T = TypeVar("T", bound=Dated)


class Thinned(Generic[T]):
    """Things in the order of their steps; when there are too many, those go whose neighbours are closest.

    So what is left lies evenly over the whole run, however long it grows. The first and the newest stay.
    """

    def __init__(self, most: int, most_bytes: int) -> None:
        self._most, self._most_bytes = most, most_bytes
        self.items: list[T] = []
        self.bytes = 0

    def add(self, item: T) -> None:
        """One for the newest step replaces what stands there; one that alone is too large is left out."""
        if item.size > self._most_bytes:
            return
        if self.items and self.items[-1].step == item.step:
            self._drop(-1)
        self.items.append(item)
        self.bytes += item.size
        while len(self.items) > self._most or self.bytes > self._most_bytes:
            self._drop(self._least_missed())

    def _least_missed(self) -> int:
        steps = [item.step for item in self.items]
        gaps = [after - before for before, after in zip(steps, steps[2:], strict=False)]
        return 1 + gaps.index(min(gaps)) if gaps else 0

    def _drop(self, place: int) -> None:
        self.bytes -= self.items.pop(place).size

    def at(self, step: int) -> T | None:
        """The last one that is not later than the step."""
        place = bisect_right(self.items, step, key=lambda item: item.step)
        return self.items[place - 1] if place else None

    def until(self, is_later: Callable[[T], bool]) -> Thinned[T]:
        """The same things without those that are later than something."""
        earlier: Thinned[T] = Thinned(self._most, self._most_bytes)
        earlier.items = [item for item in self.items if not is_later(item)]
        earlier.bytes = sum(item.size for item in earlier.items)
        return earlier


class Album:
    """The moments of one run and its checkpoints; keeping them costs a bounded share of the time and of the memory."""

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self.moments: Thinned[Moment] = Thinned(MOST_MOMENTS, MOST_BYTES)
        self.checkpoints: Thinned[Checkpoint] = Thinned(MOST_CHECKPOINTS, MOST_BYTES)
        self._clock = clock
        self._credit, self._since = CREDIT, clock()

    def keep(self, run: Run, frame: Frame, pictures: bytes, *, whole: bool) -> Moment:
        """The moment of this frame, put into the album; `whole` adds a checkpoint when it is time for one.

        A frame of a step that is half done, or of a run that has diverged, is no place to go on from and stays out.
        """
        moment = Moment(frame.step, run.edited, frame.epoch, run.config, frame.metrics, pictures)
        if run.is_between_steps and (frame.stop is None or frame.stop.reason != "diverged"):
            self.moments.add(moment)
            if whole and run.lacking() is None:
                self._check_in(run)
        return moment

    def _check_in(self, run: Run) -> None:
        """Take a checkpoint, unless nothing has happened since the last one or the last ones cost too much."""
        last = self.checkpoints.items[-1] if self.checkpoints.items else None
        if last and (last.step, last.edited) == (run.step, run.edited):
            return
        start = self._clock()
        self._credit = min(CREDIT, self._credit + SHARE * (start - self._since))
        self._since = start
        if last and self._credit <= 0 and self._is_repeatable(run, last.edited, run.edited):
            return
        self.checkpoints.add(Checkpoint(run.step, run.edited, run.config, Parts.of(run.state())))
        self._credit -= self._clock() - start

    def before(self, moment: Moment, run: Run) -> Checkpoint | None:
        """The checkpoint from which the run, its edits done again, comes to a moment; None where there is none."""
        for checkpoint in reversed(self.checkpoints.items):
            if checkpoint.step <= moment.step and checkpoint.edited <= moment.edited:
                return checkpoint if self._is_repeatable(run, checkpoint.edited, moment.edited) else None
        return None

    @staticmethod
    def _is_repeatable(run: Run, first: int, last: int) -> bool:
        """Whether the edits from the number `first` to before `last` are all remembered and may be done again."""
        edits = edits_between(run, first, last)
        return len(edits) == last - first and all(run.is_repeatable(what) for _, what, _ in edits)

    def until(self, moment: Moment) -> Album:
        """The album of a run that goes on from a moment of this one: without what came after."""
        album = Album(self._clock)
        album.moments = self.moments.until(lambda other: other.step > moment.step)
        album.checkpoints = self.checkpoints.until(
            lambda other: other.step > moment.step or other.edited > moment.edited
        )
        return album

    @property
    def bytes(self) -> int:
        return self.moments.bytes + self.checkpoints.bytes


def edits_between(run: Run, first: int, last: int) -> list[Edit]:
    """Those edits from the number `first` to before `last` that the run remembers."""
    forgotten = run.edited - len(run.edits)
    return list(run.edits)[max(0, first - forgotten) : max(0, last - forgotten)]
