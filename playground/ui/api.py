"""The public endpoints, for scripts and, where they are let in, for agents: the lessons, training, reading a digit."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

import gradio as gr
import torch

from playground.catalogue import card
from playground.core.lesson import Lesson
from playground.core.refusal import BadValue, echo
from playground.core.run import Run
from playground.data.photo import open_picture
from playground.lessons import LESSONS
from playground.reader.read import read
from playground.script.lessons import WRITERS
from playground.script.write import write
from playground.text import LANGUAGES, Text

MOST_STEPS = 100_000
MOST_SECONDS = 60
FRAMES_A_SECOND = 10
KEYS = tuple(lesson.key for lesson in LESSONS)


def offer(device: torch.device) -> None:
    """All endpoints, inside a Blocks context; another one is another line here."""
    gr.api(lessons, api_name="lessons", concurrency_limit=None)
    gr.api(make_train(device), api_name="train", concurrency_limit=2)
    gr.api(export, api_name="export", concurrency_limit=4)
    picture = gr.File(label="picture", visible=False)
    label = gr.Label(label="digit", num_top_classes=10, visible=False)
    gr.Button(visible=False).click(predict_digit, picture, label, api_name="predict_digit", concurrency_limit=4)


def lessons() -> list[dict[str, Any]]:
    """List the lessons that can be trained, each with its presets and its settings: defaults and what is allowed.

    Returns:
        one object a lesson: lesson, title, lede, presets, knobs {name: {default, allowed}}
    """
    return [card(lesson, Text("en")) for lesson in LESSONS]


def predict_digit(picture: str) -> dict[str, float]:
    """Read one handwritten digit, 0 to 9, from a picture.

    Parameters:
        picture: an image file of any size, dark ink on light or light on dark

    Returns:
        the ten probabilities; the label is the most probable digit
    """
    try:
        chances = read(open_picture(Path(picture).read_bytes()))
    except BadValue as error:
        raise gr.Error(Text("en").refusal(error)) from error
    return {str(digit): float(chance) for digit, chance in enumerate(chances)}


def make_train(device: torch.device) -> Callable[..., Iterator[dict[str, Any]]]:
    """The endpoint for a device."""

    def train(
        lesson: str = "regression", settings: dict[str, Any] | None = None, steps: float = 200
    ) -> Iterator[dict[str, Any]]:
        """Train a small neural net from its first weights and report its step and metrics as it learns.

        It ends after the steps, when the lesson's own limit is reached, or after a minute. The same settings and the
        same seed give the same numbers.

        Parameters:
            lesson: which net and data, such as "regression"; the endpoint "lessons" lists them
            settings: what differs from the defaults by its name, such as {"lr": 0.1, "layers": [8, 8], "seed": 3}
            steps: how many steps to take, 1 to 100000

        Returns:
            a stream of {"step", metrics, "stop"}; the last one has the final numbers and, in "stop", why it ended
        """
        try:
            yield from _train(lesson, {} if settings is None else settings, steps, device)
        except BadValue as error:
            raise gr.Error(Text("en").refusal(error)) from error

    train.__annotations__["lesson"] = Literal[KEYS]  # type: ignore[valid-type]
    return train


def export(
    lesson: str = "regression", settings: dict[str, Any] | None = None, language: Literal["en", "zh"] = "en"
) -> str:
    """Write the exact PyTorch program of a lesson: it runs alone and prints the numbers that training would report.

    Parameters:
        lesson: which net and data, such as "regression"; the endpoint "lessons" lists them
        settings: what differs from the defaults by its name, such as {"lr": 0.1, "steps": 500}
        language: of the comments

    Returns:
        the program, as Python
    """
    try:
        found = _lesson(lesson)
        if found.key not in WRITERS:
            raise BadValue("bad_lesson", value=echo(lesson), options=", ".join(WRITERS))
        run = _run(found, {} if settings is None else settings, torch.device("cpu"))
        return write(run, found, Text(language if language in LANGUAGES else "en")).script()
    except BadValue as error:
        raise gr.Error(Text("en").refusal(error)) from error


def _lesson(key: Any) -> Lesson:
    found = next((item for item in LESSONS if item.key == key), None)
    if found is None:
        raise BadValue("bad_lesson", value=echo(key), options=", ".join(KEYS))
    return found


def _run(lesson: Lesson, settings: Any, device: torch.device) -> Run:
    if not isinstance(settings, Mapping):
        raise BadValue("bad_name", value=echo(settings), options=", ".join(lesson.config.knobs()))
    run = Run(lesson.build, lesson.config().changed(settings), device)
    if lacking := run.lacking():
        raise lacking
    return run


def _train(lesson: Any, settings: Any, steps: Any, device: torch.device) -> Iterator[dict[str, Any]]:
    found = _lesson(lesson)
    if isinstance(steps, bool) or not isinstance(steps, (int, float)) or steps not in range(1, MOST_STEPS + 1):
        raise BadValue("bad_steps", value=echo(steps), most=MOST_STEPS)
    asked = {**settings, "steps": int(steps)} if isinstance(settings, Mapping) else settings
    run = _run(found, asked, device)
    end = time.monotonic() + MOST_SECONDS
    while run.stop is None and time.monotonic() < end:
        run.advance(seconds=1 / FRAMES_A_SECOND)
        frame = run.peek()
        yield {"step": frame.step, **frame.metrics, "stop": frame.stop.reason if frame.stop else None}
