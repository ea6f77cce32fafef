"""The public endpoints, for scripts: training without a page, and the shipped reader."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import gradio as gr
import torch

from playground.core.refusal import BadValue, echo
from playground.core.run import Run
from playground.data.photo import open_picture
from playground.lessons import LESSONS
from playground.reader.read import read
from playground.text import Text

MOST_STEPS = 100_000
MOST_SECONDS = 60
FRAMES_A_SECOND = 10


def predict_digit(path: str) -> dict[str, float]:
    """Read a handwritten digit from an image file of any size, dark ink on light or light on dark.

    Returns the ten probabilities; the label is the most probable digit.
    """
    try:
        chances = read(open_picture(Path(path).read_bytes()))
    except BadValue as error:
        raise gr.Error(Text("en").refusal(error)) from error
    return {str(digit): float(chance) for digit, chance in enumerate(chances)}


def make_train(device: torch.device) -> Callable[..., Iterator[dict[str, Any]]]:
    """The endpoint for a device."""

    def train(lesson: str, settings: dict[str, Any], steps: float = 200) -> Iterator[dict[str, Any]]:
        """Train a lesson's net and report its step and metrics as it learns.

        lesson: "regression" or "classifier"; settings: knob names and values that differ from the defaults, such as
        {"lr": 0.1, "layers": [8, 8]}; steps: how many to take.
        """
        try:
            yield from _train(lesson, settings, steps, device)
        except BadValue as error:
            raise gr.Error(Text("en").refusal(error)) from error

    return train


def _train(lesson: Any, settings: Any, steps: Any, device: torch.device) -> Iterator[dict[str, Any]]:
    found = next((item for item in LESSONS if item.key == lesson), None)
    if found is None:
        raise BadValue("bad_lesson", value=echo(lesson), options=", ".join(item.key for item in LESSONS))
    if isinstance(steps, bool) or not isinstance(steps, (int, float)) or steps not in range(1, MOST_STEPS + 1):
        raise BadValue("bad_steps", value=echo(steps), most=MOST_STEPS)
    if not isinstance(settings, Mapping):
        raise BadValue("bad_name", value=echo(settings), options=", ".join(found.config.knobs()))
    run = Run(found.build, found.config().changed({**settings, "steps": int(steps)}), device)
    lacking = run.lacking()
    if lacking:
        raise lacking
    end = time.monotonic() + MOST_SECONDS
    while run.stop is None and time.monotonic() < end:
        run.advance(seconds=1 / FRAMES_A_SECOND)
        frame = run.peek()
        yield {"step": frame.step, **frame.metrics, "stop": frame.stop.reason if frame.stop else None}
