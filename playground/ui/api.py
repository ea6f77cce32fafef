"""The public endpoints, for scripts and, where they are let in, for agents: the lessons, training, reading a digit."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from inspect import signature
from pathlib import Path
from typing import Any, Literal, get_type_hints

import gradio as gr
import torch
from gradio.context import get_blocks_context
from gradio.utils import get_function_description

from playground.catalogue import card
from playground.core.knobs import Knob
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
EXAMPLE: dict[str, Any] = {"seed": 1}  # shows how settings are written, and changes none: it is every lesson's default
EXAMPLE_PICTURE = {
    "path": "seven.png", "url": "seven.png", "meta": {"_type": "gradio.FileData"}
}  # on the disk of whoever calls  # fmt: skip


def offer(device: torch.device) -> None:
    """All endpoints, inside a Blocks context; another one is another line here."""
    _offer(lessons, "lessons", concurrency_limit=None)
    _offer(make_train(device), "progress", concurrency_limit=2)
    _offer(export, "program", concurrency_limit=4)
    picture = gr.File(label="picture", visible=False)
    label = gr.Label(label="digit", num_top_classes=10, visible=False)
    gr.Button(visible=False).click(predict_digit, picture, label, api_name="predict_digit", concurrency_limit=4)
    told = _told(predict_digit)
    taken = {**picture.api_info(), "additional_description": told["picture"]}
    given = {**label.api_info(), "description": told["return"]}
    picture.__dict__.update(api_info=lambda: taken, example_payload=lambda: EXAMPLE_PICTURE)
    label.__dict__.update(api_info=lambda: given)


def _offer(function: Callable[..., Any], answer: str, *, concurrency_limit: int | None) -> None:
    """An endpoint under the function's own name, whose parameters are named and explained as in its docstring.

    Gradio calls them "1st", "2nd", …, and shows their docstrings to agents only.
    """
    function.__annotations__ |= get_type_hints(function)  # Gradio does not read the types of answers from strings
    gr.api(function, api_name=function.__name__, concurrency_limit=concurrency_limit)
    blocks = get_blocks_context()
    assert blocks is not None
    offered, told = max(blocks.fns.items())[1], _told(function)
    for component, name in zip(offered.inputs, signature(function).parameters, strict=True):
        component.label = name
        component._api_info["additional_description"] = told[name]
    for component in offered.outputs:
        component.label = answer
        component._api_info["description"] = told["return"]


def _told(function: Callable[..., Any]) -> dict[str, str]:
    """What a docstring says of each parameter and of what is returned."""
    _, parameters, returns = get_function_description(function)
    return {**parameters, "return": " ".join(returns)}


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

    def train(lesson: str = KEYS[0], settings: dict[str, Any] = EXAMPLE, steps: int = 200) -> Iterator[dict[str, Any]]:
        """Train a small neural net from its first weights and report its step and metrics as it learns.

        It ends after the steps, when the lesson's own limit is reached, or after a minute. The same settings and the
        same seed give the same numbers.

        Parameters:
            lesson: which net and data, such as "regression"; the endpoint "lessons" lists them
            settings: what differs from the defaults by its name, such as {"lr": 0.1, "layers": [8, 8], "seed": 3}
            steps: how many steps to take, a whole number from 1 to 100000

        Returns:
            a stream of {"step", metrics, "stop"}; the last one has the final numbers and, in "stop", why it ended
        """
        try:
            yield from _train(lesson, {} if settings is None else settings, steps, device)
        except BadValue as error:
            raise gr.Error(Text("en").refusal(error)) from error

    train.__annotations__ |= {"lesson": Literal[KEYS], "return": dict[str, Any]}  # type: ignore[valid-type]
    return train


def export(lesson: str = KEYS[0], settings: dict[str, Any] = EXAMPLE, language: Literal["en", "zh"] = "en") -> str:
    """Write the exact PyTorch program of a lesson: it runs alone and prints the numbers that training would report.

    The autoencoder's begins with trained weights and needs their file beside it, which this app serves at
    playground/autoencoder.safetensors; with the setting "start": "scratch" it needs none.

    Parameters:
        lesson: which net and data, such as "regression"
        settings: what differs from the defaults by its name, such as {"lr": 0.1, "steps": 500}
        language: of the comments, English or Chinese

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


export.__annotations__ |= {"lesson": Literal[tuple(WRITERS)]}


def _lesson(key: Any) -> Lesson:
    found = next((item for item in LESSONS if item.key == key), None)
    if found is None:
        raise BadValue("bad_lesson", value=echo(key), options=", ".join(KEYS))
    return found


def _value(knob: Knob, value: Any) -> Any:
    """A setting as JSON, or in the text form in which the endpoint `lessons` tells its default."""
    return knob.read(value) if isinstance(value, str) else value


def _run(lesson: Lesson, settings: Any, device: torch.device) -> Run:
    if not isinstance(settings, Mapping):
        raise BadValue("bad_name", value=echo(settings), options=", ".join(lesson.config.knobs()))
    knobs = lesson.config.knobs()
    values = {name: _value(knobs[name], value) if name in knobs else value for name, value in settings.items()}
    run = Run(lesson.build, lesson.config().changed(values), device)
    run.await_data()
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
