"""A seat's way back: which moment of the run is looked at, and the run that is on its way there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from playground.core.album import Album, Moment
from playground.core.lesson import Lesson
from playground.core.rewind import Rewind
from playground.core.run import Frame, Run

Then = Callable[[], None]


class Timeline:
    """The album of one run, and the moment of it that is on the page; None while the page shows the present."""

    def __init__(self, album: Album | None = None, fork: int = 0) -> None:
        self._album = album or Album()
        self._rewind: Rewind | None = None
        self._then: list[Then] = []
        self.moment: Moment | None = None
        self.fork = fork  # the step at which this run left another one

    def keep(self, run: Run, frame: Frame, pictures: bytes, lesson: Lesson) -> Moment:
        """The moment of this frame, which is kept in the album if it can be."""
        return self._album.keep(run, frame, pictures, whole=lesson.keeps)

    def look(self, run: Run, step: int) -> None:
        """Show the last moment that is not later than the step; the run's own step is the present."""
        self.return_to_now()
        if step < run.step:
            self.moment = self._album.moments.at(step)

    def return_to_now(self) -> None:
        """Show the present again, and give up the way back if one was begun."""
        self.moment = None
        self.stay()

    def stay(self) -> None:
        """Give up the way back, and go on showing the same moment."""
        self._rewind = None
        self._then.clear()

    def begin(self, lesson: Lesson, device: torch.device, run: Run, then: Then | None) -> None:
        """Start for the moment that is shown; `then` is done on arrival. Raises BadValue where there is no way."""
        if self._rewind is None:
            self._rewind = self.way(lesson, device, run)
        if then:
            self._then.append(then)

    def way(self, lesson: Lesson, device: torch.device, run: Run) -> Rewind:
        """A run on its way to the moment that is shown, while this one stays; raises BadValue where there is no way."""
        assert self.moment is not None
        return Rewind(lesson.build, device, self._album, run, self.moment)

    @property
    def is_rewinding(self) -> bool:
        return self._rewind is not None

    @property
    def share(self) -> float:
        """How much of the way back is done, 0 to 1."""
        return self._rewind.share if self._rewind else 0.0

    def advance(self, seconds: float) -> tuple[Run, Timeline, list[Then]] | None:
        """Learn again for so many seconds; on arrival the branch, its timeline, and what is to be done with it.

        Raises BadValue.
        """
        assert self._rewind is not None
        if not self._rewind.advance(seconds):
            return None
        run, then = self._rewind.run, list(self._then)
        branch = Timeline(self._album.until(self._rewind.moment), run.step)
        self.return_to_now()
        return run, branch, then

    @property
    def bytes(self) -> int:
        return self._album.bytes

    def clear(self) -> None:
        """Forget all moments."""
        self._album = Album()

    def packed(self, run: Run) -> dict[str, Any]:
        """What the page's timeline shows: `now` is the step of the present, `past` that of the moment on the page."""
        return {
            "steps": [moment.step for moment in self._album.moments.items],
            "now": run.step,
            "past": None if self.moment is None else self.moment.step,
            "fork": self.fork,
            "rewinding": self.is_rewinding,
        }
