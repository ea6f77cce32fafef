"""Plays a run: learns and shows in turn, at the visitor's speed, sharing the machine fairly."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from playground.ui.seat import Seat

FRAMES_A_SECOND = 15
HEADLESS_SECONDS = 0.5  # between two looks while nothing is drawn
STAGE_SECONDS = 0.9  # in slow motion each stage stays long enough to read its sentence
BUSY = 0.85  # the share of a frame's time that may go into learning, over all who play
REST = 0.002  # seconds given away each frame, so that the page answers while a run goes at full speed
MOST_MINUTES = 10


def play(seat: Seat, players: Callable[[], int], minutes: float = MOST_MINUTES) -> Iterator[str]:
    """The frames of one play, until it is paused, stops by itself, or its time is up."""
    ticket = seat.begin()
    if ticket is None:
        yield seat.frame()
        return
    end = time.monotonic() + 60 * minutes
    try:
        yield seat.frame()
        is_told = False
        while seat.is_playing(ticket):
            began = time.perf_counter()
            seat.wake.clear()
            frame = HEADLESS_SECONDS if seat.speed == "headless" else 1 / FRAMES_A_SECOND
            seat.take_turn(ticket, BUSY * frame / max(1, players()))
            if time.monotonic() > end:
                seat.end(ticket, "time", minutes=f"{minutes:g}")
            text = seat.frame()
            is_told = not seat.is_playing(ticket)
            yield text
            period = STAGE_SECONDS if seat.speed == "slow" else frame
            if seat.is_playing(ticket):
                seat.wake.wait(max(REST, began + period - time.perf_counter()))
        if not is_told:  # interrupted from outside: the stream ends with the newest state, whatever overtook it
            yield seat.frame()
    finally:
        seat.end(ticket)
