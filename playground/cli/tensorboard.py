"""Writes a run for TensorBoard while it learns: its metrics by step, its settings as text, at the end its figures.

torch's own SummaryWriter does the writing. It needs the package `tensorboard`, which whoever looks at the logs has
anyway, and which nobody else must install.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from playground.core.refusal import BadValue, echo
from playground.core.run import Run
from playground.figures import render
from playground.report import Record, settings

EVENTS = "events.out.tfevents.*"


class Log:
    """One folder for one run."""

    def __init__(self, folder: Path, *, goes_on: bool = False) -> None:
        """Raises BadValue without the package, and for a folder that holds the log of another run."""
        if not goes_on and folder.is_dir() and any(folder.glob(EVENTS)):
            raise BadValue("bad_logs", value=echo(folder))
        self._writer = _writer(folder)
        self._written: dict[str, int] = {}  # metric → the last step of it in the log

    def follow(self, run: Run) -> None:
        """Add what is new. A value of the newest step may still change, so it waits."""
        self._add(run, run.step)

    def _add(self, run: Run, end: int) -> None:
        for name, series in run.history.series.items():
            steps, values = series.shown(2**31)
            fresh = (steps > self._written.get(name, -1)) & (steps < end)
            for step, value in zip(steps[fresh].tolist(), values[fresh].tolist(), strict=True):
                self._writer.add_scalar(name, value, step)
            if fresh.any():
                self._written[name] = int(steps[fresh][-1])

    def close(self, run: Run, record: Record) -> None:
        """The last values, the settings, the figures."""
        self._add(run, run.step + 1)
        self._writer.add_text("settings", settings(record), run.step)
        self._writer.add_text("command", f"`{record.command}`", run.step)
        for panel in record.panels:
            image = Image.open(io.BytesIO(render(record.sheet(panel), "png"))).convert("RGB")
            self._writer.add_image(panel, np.asarray(image), run.step, dataformats="HWC")
        self._writer.close()


def _writer(folder: Path) -> Any:
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError as error:
        raise BadValue("bad_tensorboard") from error
    try:
        return SummaryWriter(str(folder))  # type: ignore[no-untyped-call]
    except OSError as error:
        raise BadValue("bad_folder", value=echo(folder)) from error
