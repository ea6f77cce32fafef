"""What the stage knows before its first frame: all words, knobs and presets, as one JSON text."""

import json

import gradio as gr
import orjson
import pytest

from playground.core.knobs import Choice, Number, Subset
from playground.lessons import LESSONS
from playground.text import LANGUAGES, Text, load
from playground.ui.page import build_page
from playground.ui.stage import TEMPLATE, make_stage, spec

BOTH = [(lesson, language) for lesson in LESSONS for language in LANGUAGES]


@pytest.fixture(params=BOTH, ids=[f"{lesson.key}-{language}" for lesson, language in BOTH])
def told(request):
    lesson, language = request.param
    return lesson, Text(language), json.loads(orjson.dumps(spec(lesson, Text(language))))


def test_all_words_of_the_stage_are_there(told):
    lesson, text, card = told
    assert card["text"] == load(text.language)["stage"] | load(text.language)[lesson.key].get("words", {})
    assert card["lede"] == text.say(f"{lesson.key}.lede")
    assert list(card["panels"]) == list(lesson.panels)
    assert [preset["key"] for preset in card["presets"]] == list(lesson.presets)
    assert all(preset["name"] and preset["note"] for preset in card["presets"])
    assert card["language"] == text.language


def test_every_knob_is_there_with_its_words_and_its_range(told):
    lesson, text, card = told
    known = lesson.config.knobs()
    assert [knob["name"] for knob in card["knobs"]] == list(known)
    for shown in card["knobs"]:
        knob = known[shown["name"]]
        assert shown["label"] == text.say(f"knobs.{knob.name}.label")
        assert shown["help"]
        assert shown["kind"] == knob.kind
        if isinstance(knob, Number):
            assert shown["low"] <= shown["slider"][0] < shown["slider"][1] <= shown["high"]
        if isinstance(knob, (Choice, Subset)):
            assert [option["value"] for option in shown["options"]] == list(knob.options)
            assert all(option["label"] for option in shown["options"])


def test_the_stage_is_one_constant_template(device):
    """Nothing of the visitor is in the HTML: the page draws all from the string that it gets."""
    with gr.Blocks(analytics_enabled=False):
        stage = make_stage(LESSONS[0], Text("en"))
    assert stage.html_template == TEMPLATE
    assert json.loads(stage.props["spec"])["lesson"] == LESSONS[0].key
    assert stage.value == ""


def test_the_page_is_built_in_every_language(device):
    """With one address for each; only what is meant for scripts is public."""
    page = build_page(device)
    ids = [getattr(block, "elem_id", None) for block in page.blocks.values()]
    for name in ("header", *(f"stage-{lesson.key}" for lesson in LESSONS)):
        assert ids.count(name) == len(LANGUAGES)
    public = list(page.get_api_info()["named_endpoints"])
    assert "/train" in public
    assert not [name for name in public if name.startswith(("/on_", "/_", "/lambda"))]  # what the page does is private
