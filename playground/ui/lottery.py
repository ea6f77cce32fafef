"""Draws the lottery of the seeds for a visitor: in the background, and only for the settings on the page."""

from __future__ import annotations

import threading

import orjson
import torch

from playground.core.limits import RunConfig
from playground.core.lottery import Fan, Lottery
from playground.core.run import Build
from playground.ui.encode import pack


class LotteryThread:
    """At most one lottery, and the thread that draws it."""

    def __init__(self) -> None:
        self._lottery: Lottery | None = None
        self._thread = threading.Thread()
        self._packed: tuple[Fan, bytes] | None = None

    @property
    def is_busy(self) -> bool:
        return self._thread.is_alive()

    def start(self, build: Build, config: RunConfig, device: torch.device) -> None:
        """Draw anew."""
        self.stop()
        self._lottery = Lottery(build, config, device)
        self._thread = threading.Thread(target=self._lottery.work, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Give up what is not done yet."""
        if self._lottery:
            self._lottery.stop()

    def clear(self) -> None:
        """Forget everything."""
        self.stop()
        self._lottery = None

    def packed(self, config: RunConfig) -> orjson.Fragment | None:
        """The fan of these settings in JSON; None where there is none, and one of other settings is forgotten."""
        if self._lottery and not self._lottery.fits(config):
            self.clear()
        if self._lottery is None:
            return None
        fan, working = self._lottery.fan(), b"true" if self.is_busy else b"false"
        if fan is not None and (self._packed is None or self._packed[0] is not fan):
            self._packed = fan, orjson.dumps(pack(fan))
        packed = self._packed[1] if fan and self._packed else b"null"
        return orjson.Fragment(b'{"working":%s,"fan":%s}' % (working, packed))
