"""Learns on the command line: with a bar on a terminal, and so that Ctrl-C ends between two steps."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable
from typing import Any

from tqdm import tqdm

from playground.core.plan import Plan
from playground.core.run import Frame, Run

FRAMES_A_SECOND = 10


def learn(run: Run, plan: Plan, see: Callable[[Frame], Any] = lambda frame: None, *, quiet: bool = False) -> bool:
    """Learn to the end of the plan and show each frame; False where Ctrl-C came first: nothing is half done then."""
    asked: list[int] = []

    def hurry(number: int, _: object) -> None:
        asked.append(number)
        run.hurry()

    last = plan.until if plan.until is not None else (run.config.steps or None)
    before = signal.signal(signal.SIGINT, hurry)
    try:
        if plan.is_over(run):  # a kept run that had come to its end
            see(run.peek())
        with tqdm(total=last, initial=run.step, unit="step", disable=quiet or None, file=sys.stderr) as bar:
            while not plan.is_over(run) and not asked:
                bar.update(plan.advance(run, seconds=1 / FRAMES_A_SECOND))
                frame = run.peek()
                bar.set_postfix({name: f"{value:.4g}" for name, value in frame.metrics.items()})
                see(frame)
    finally:
        signal.signal(signal.SIGINT, before)
    return plan.is_over(run)
