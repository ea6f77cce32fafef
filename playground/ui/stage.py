"""The stage: the one component that draws a lesson in the browser, fed by one string a frame."""

from __future__ import annotations

from typing import Any

import gradio as gr
import orjson

from playground import __version__
from playground.core.knobs import Choice, Knob, Number, Subset
from playground.core.lanes import HIGHEST_RATE, KINDS, LEAST_LANES, LOWEST_RATE, MOST_LANES, SCHEDULES, Lanes
from playground.core.lesson import Lesson
from playground.core.lottery import SEEDS
from playground.figures import KINDS as FIGURES
from playground.lessons import LESSONS
from playground.script.lessons import WRITERS
from playground.text import Text
from playground.ui.task import offer

# The module is fetched once for all tabs. The quoted names below are the events that Python listens to.
MOUNT = f"""
const events = ["act", "play"];
const home = new URL("playground/stage/stage.js?v={__version__}", document.baseURI);
import(home).then((stage) => stage.mount(element, props, trigger, watch, events));
"""
TEMPLATE = '<div class="stage" aria-busy="true"><p class="stage-loading">${loading}</p></div>'


def make_stage(lesson: Lesson, text: Text) -> gr.HTML:
    """The component, inside a Blocks context; its template is constant, so the page never touches what it has drawn."""
    return gr.HTML(
        "",
        html_template=TEMPLATE,
        js_on_load=MOUNT,
        apply_default_css=False,
        elem_id=f"stage-{lesson.key}",
        loading=text.say("page.loading"),
        spec=orjson.dumps(spec(lesson, text)).decode(),
    )


def spec(lesson: Lesson, text: Text) -> dict[str, Any]:
    """All that the stage must know of a lesson before the first frame: its words, knobs, panels and presets."""
    own_words = text.tables[lesson.key].get("words", {})
    words: dict[str, Any] = {**text.tables["stage"], **own_words}
    return {
        "lesson": lesson.key,
        "lessons": [other.key for other in LESSONS],
        "language": text.language,
        "text": words,
        "lede": text.say(f"{lesson.key}.lede"),
        "knobs": [_knob(knob, text) for knob in lesson.config.knobs().values()],
        "gallery": lesson.gallery,
        "keeps": lesson.keeps,
        "code": lesson.key in WRITERS,
        "figures": FIGURES,
        "lottery": SEEDS if lesson.lottery else (),
        "upload": lesson.read_table is not None,
        "challenge": offer(lesson, text),
        "panels": {name: text.say(f"{lesson.key}.panels.{name}") for name in lesson.panels},
        "presets": [
            {"key": key, "name": text.say(f"{lesson.key}.presets.{key}"), "note": text.say(f"{lesson.key}.notes.{key}")}
            for key in lesson.presets
        ],
        "speeds": lesson.speeds,
        "stages": lesson.stages,
        "has_epochs": lesson.has_epochs,
    }


def _knob(knob: Knob, text: Text) -> dict[str, Any]:
    card: dict[str, Any] = {
        "name": knob.name,
        "kind": knob.kind,
        "group": knob.group,
        "label": text.say(f"knobs.{knob.name}.label"),
        "help": text.say(f"knobs.{knob.name}.help"),
        "default": knob.default,
        "shown_if": knob.shown_if,
    }
    if isinstance(knob, Number):
        slider = knob.slider or (knob.low, knob.high)
        card |= {"low": knob.low, "high": knob.high, "slider": slider, "log": knob.log, "integer": knob.integer}
    if isinstance(knob, (Choice, Subset)):
        card["options"] = [{"value": option, "label": text.say(f"options.{option}")} for option in knob.options]
    if isinstance(knob, Lanes):
        card |= _lanes(text)
    return card


def _lanes(text: Text) -> dict[str, Any]:
    """What the table of lanes offers."""
    return {
        "least": LEAST_LANES,
        "most": MOST_LANES,
        "slider": (1e-4, 1.0),
        "low": LOWEST_RATE,
        "high": HIGHEST_RATE,
        "schedules": [{"value": name, "label": text.say(f"lane_schedules.{name}")} for name in SCHEDULES],
        "kinds": [
            {
                "value": name,
                "label": text.say(f"lane_kinds.{name}"),
                "rate": kind.rate,
                "options": [
                    {
                        "name": key,
                        "label": text.say(f"lane_options.{key}"),
                        "default": option.default,
                        "low": option.low,
                        "high": option.high,
                        "integer": option.integer,
                    }
                    for key, option in kind.options.items()
                ],
            }
            for name, kind in KINDS.items()
        ],
    }
