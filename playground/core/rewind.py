"""Brings a run back to an earlier moment: from the checkpoint before it, the steps in between are learnt again."""

from __future__ import annotations

import time
from collections import deque

import torch

from playground.core.album import Album, Moment, edits_between
from playground.core.refusal import BadValue
from playground.core.run import Build, Run


class Rewind:
    """A run on its way to a moment; on a CPU it arrives bit by bit as it was then.

    Raises BadValue where the album has no way to that moment.
    """

    def __init__(self, build: Build, device: torch.device, album: Album, run: Run, moment: Moment) -> None:
        checkpoint = album.before(moment, run)
        if checkpoint is None:
            raise BadValue("bad_moment", step=moment.step)
        self.moment = moment
        self.run = Run(build, checkpoint.config, device)
        self.run.restore(checkpoint.parts)
        self.run.first = run.first
        self._first = checkpoint.step
        self._edits = deque(edits_between(run, checkpoint.edited, moment.edited))
        self.run.edits.extend(edits_between(run, 0, checkpoint.edited))
        self.run.edited = checkpoint.edited

    @property
    def share(self) -> float:
        """How much of the way is done, 0 to 1."""
        return (self.run.step - self._first) / max(1, self.moment.step - self._first)

    def advance(self, seconds: float) -> bool:
        """Learn again for so many seconds; True when the moment is reached."""
        end = time.perf_counter() + seconds
        while True:
            self._redo_edits()
            if self.run.step >= self.moment.step:
                return True
            target = self._edits[0][0] if self._edits else self.moment.step
            self.run.advance(steps=target - self.run.step, seconds=max(0.0, end - time.perf_counter()))
            self._pass_stop()
            if time.perf_counter() >= end and self.run.step < self.moment.step:
                return False

    def _pass_stop(self) -> None:
        """The run went on after its stops before this moment, so it does again."""
        stop = self.run.peek().stop
        if stop and stop.reason == "diverged":
            raise BadValue("bad_moment", step=self.moment.step)
        if stop and self.run.step < self.moment.step:
            self.run.resume()

    def _redo_edits(self) -> None:
        while self._edits and self._edits[0][0] <= self.run.step:
            _, what, value = self._edits.popleft()
            if what == "config":
                self.run.tune(type(self.run.config).read(value))
            else:
                self.run.probe(what, value)
