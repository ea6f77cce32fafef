"""Every word that is used exists in both languages, and none lies unused."""

import re
from pathlib import Path

import pytest
import torch

from playground.core.knobs import Choice, Subset
from playground.core.lanes import KINDS, SCHEDULES
from playground.core.refusal import BadValue
from playground.lessons import LESSONS
from playground.lessons.gan import Gan, GanConfig
from playground.lessons.gan_views import ASKS
from playground.rl.config import SWITCHES
from playground.rl.worlds import KINDS as WORLDS
from playground.script.lessons import WRITERS
from playground.text import LANGUAGES, Text, load

ROOT = Path(__file__).parents[2]
SOURCES = [ROOT / "app.py", *sorted((ROOT / "playground").rglob("*.py"))]
PYTHON = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES)
STAGE = "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "assets/stage").glob("*.js")))
PLOTS = [plot for panel in Gan(GanConfig(conditional=True), torch.device("cpu")).plots().values() for plot in panel]
KNOBS = [item for lesson in LESSONS for item in lesson.config.knobs().items()]

SCENE = ("shipped", "learner", "test", "you")  # scene.js: who acts

# Words that the stage looks up by a name it computes: `words[...]` in assets/stage. The test below names a new family.
FAMILIES = {
    "words[name]": [
        *("play", "step", "reset", "pause"),  # transport.js: the buttons
        *sorted({stage for lesson in LESSONS for stage in lesson.stages}),  # transport.js: the stages of a step
        *("counter_step", "counter_epoch"),  # transport.js: the counters, with the metrics below
    ],
    "words[`${name}_help`]": ["play_help", "step_help", "reset_help"],
    "words[`${state.stage}_help`]": sorted({f"{stage}_help" for lesson in LESSONS for stage in lesson.stages}),
    "words[`speed_${name}`]": sorted({f"speed_{name}" for lesson in LESSONS for name in lesson.speeds}),
    "words[`group_${group}`]": sorted({f"group_{knob.group}" for _, knob in KNOBS}),
    "words[`tool_${name}`]": ["tool_draw", "tool_move", "tool_erase"],
    "words[`metric_${name}`]": [
        *("metric_loss", "metric_test_loss", "metric_accuracy", "metric_test_accuracy", "metric_softmax"),
        *("metric_sigmoid", "metric_softmax_accuracy", "metric_sigmoid_accuracy"),
        *("metric_softmax_test_loss", "metric_sigmoid_test_loss"),
        *(f"metric_{net}{kind}" for net in ("cnn", "lstm", "mlp") for kind in ("", "_accuracy")),
        *("metric_full_accuracy", "metric_kl", "metric_knn_accuracy", "metric_full_loss", "metric_full_knn_accuracy"),
        *("metric_d_real", "metric_score", "metric_band_share"),
        "metric_leader",
        *(f"metric_{name}" for name in ("acts", "return", "test_return", "epsilon", "rival")),
    ],
    "words[`conv_${name}`]": [
        f"conv_{name}" for name in ("size", "kernel", "stride", "padding", "dilation", "conv", "max", "avg")
    ],
    "words[`gan_ask_${name}`]": [f"gan_ask_{name}" for name in ASKS],
    "words[`gan_part_${name}`]": [f"gan_part_{name}" for name in ("idea", "painter", "painting", "critic", "artist")],
    "words[`chart_${plot.name}`]": [f"chart_{plot.name}" for plot in PLOTS],
    "words[`chart_${plot.name}_help`]": [f"chart_{plot.name}_help" for plot in PLOTS],
    "words[`line_${metric}`]": sorted(
        {f"line_{metric}" for plot in PLOTS if len(plot.metrics) > 1 for metric in plot.metrics}
    ),
    "words[`pad_reader_${name}`]": [f"pad_reader_{name}" for name in ("shipped", "live", "cnn", "lstm", "mlp")],
    "words[`code_${form}`]": ["code_py", "code_ipynb"],
    "words[`walk_${end}`]": ["walk_a", "walk_b"],
    "words[`pad_taught_${name}`]": ["pad_taught_hand", "pad_taught_mnist"],
    "words[`scene_${key}`]": [f"scene_{key}" for key in SCENE],
    "words[`scene_${mode}`]": [f"scene_{key}" for key in SCENE],
    "words[`scene_${mode}_hint`]": [f"scene_{key}_hint" for key in SCENE],
    "words[`rival_${stage.state.config.rival}`]": [f"rival_{switch}" for switch in SWITCHES],
    "words[`score_${key}`]": [f"score_{key}" for key in ("you", "best", "learner", "test", "shipped")],
    "words[`map_${key}`]": ["map_edge", "map_best"],
    "words[`map_${view.map}_hint`]": ["map_edge_hint", "map_best_hint"],
    "words[`plane_${world}_x`]": [f"plane_{world}_x" for world in WORLDS],
    "words[`plane_${world}_y`]": [f"plane_{world}_y" for world in WORLDS],
}


def leaves(table, path=""):
    """All texts by their dotted paths."""
    for name, value in table.items():
        here = f"{path}.{name}" if path else name
        if isinstance(value, dict):
            yield from leaves(value, here)
        else:
            yield here, value


def flat(language):
    return dict(leaves(load(language)))


def stage_words():
    plain = set(re.findall(r"\bwords\.([a-z_0-9]+)", STAGE)) - {"length"}
    return plain | {word for family in FAMILIES.values() for word in family}


def used():
    """The paths of all texts that the page can say."""
    paths = {f"stage.{word}" for word in stage_words()}
    paths |= set(re.findall(r'\bsay\(\s*"([a-z_.0-9]+)"', PYTHON))
    paths |= {f"stage.{word}" for word in re.findall(r'\bword\("([a-z_0-9]+)"', PYTHON)}  # figures: Sheet.word
    paths |= {f"report.results_{name}" for name in ("row", "end", "lowest", "highest")}  # the heads of its tables
    paths |= {f"report.settings_{name}" for name in ("row", "value", "default")}
    paths |= {f"stops.{reason}" for reason in re.findall(r'explain\("(\w+)"', PYTHON)}
    paths |= {f"stops.{reason}" for reason in re.findall(r'\bStop\("(\w+)"', PYTHON)}
    paths |= {f"stops.{reason}" for reason in re.findall(r'\bend\(ticket, "(\w+)"', PYTHON)}
    refusals = set(re.findall(r'BadValue\(\s*f?"(\w+)"', PYTHON)) - {"loading", "bad_"}  # told as a reason; computed
    paths |= {f"bad.{key.removeprefix('bad_')}" for key in refusals}
    paths |= {f"bad.{knob.kind}" for _, knob in KNOBS}
    paths |= {f"bad.{key.replace('.', '_')}" for key in re.findall(r'BadStrokes\("([\w.]+)"', PYTHON)}
    paths |= {"remarks.small_digits"}  # Desk.remark
    paths |= {"remarks.weights_unfit", "remarks.weights_damaged"}  # take_shipped
    paths |= {f"lane_kinds.{kind}" for kind in KINDS} | {f"lane_schedules.{name}" for name in SCHEDULES}
    paths |= {f"lane_options.{name}" for kind in KINDS.values() for name in kind.options}
    paths |= {f"script.{kind}s.{key}" for kind, key in re.findall(r'pen\.(section|comment|note)\("(\w+)"', PYTHON)}
    paths |= {f"script.comments.{key}" for key in re.findall(r'pen\.remark\("(\w+)"', PYTHON)}
    paths |= {f"script.missing.{key}" for key in ("file", "mnist")}  # Pen.need, mnist.py
    paths |= {f"script.stages.{stage}" for lesson in LESSONS if lesson.key in WRITERS for stage in lesson.stages}
    for key in set(re.findall(r'Card\(\s*"(\w+)"', PYTHON)) | {"guessing", "timid"}:  # the last two: digit_cards.py
        paths |= {f"cards.{key}.{part}" for part in ("title", "text", "fix")}
    for name, knob in KNOBS:
        paths |= {f"knobs.{name}.label", f"knobs.{name}.help"}
        if isinstance(knob, (Choice, Subset)):
            paths |= {f"options.{option}" for option in knob.options}
    for lesson in LESSONS:
        paths |= {f"{lesson.key}.title", f"{lesson.key}.lede"}
        paths |= {f"{lesson.key}.words.{word}" for word in load("en")[lesson.key].get("words", {})}
        paths |= {f"{lesson.key}.panels.{name}" for name in lesson.panels}
        paths |= {f"{lesson.key}.{part}.{name}" for part in ("presets", "notes") for name in lesson.presets}
    return paths


def test_both_languages_have_the_same_keys():
    assert set(LANGUAGES) == {"en", "zh"}
    assert set(flat("en")) == set(flat("zh"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_that_is_used_exists(language):
    assert used() - set(flat(language)) == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_unused(language):
    assert set(flat(language)) - used() == set()


def test_every_computed_word_of_the_stage_belongs_to_a_known_family():
    computed = set(re.findall(r"\bwords\[(?:`[^`]*`|name)\]", STAGE))
    assert computed == set(FAMILIES)
    assert set(re.findall(r"\bwords\[([a-z]+)\]", STAGE)) <= {"i", "name"}  # i: pixels of an image, no texts


def test_the_stage_shows_no_metric_without_a_name():
    """The metrics that transport.js lists are those that have a word."""
    listed = re.search(r"MAIN_METRICS = \[([^\]]*)\]", STAGE).group(1)
    assert {f"metric_{name}" for name in re.findall(r'"(\w+)"', listed)} == set(FAMILIES["words[`metric_${name}`]"])


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.key)
def test_the_stages_of_the_page_are_those_of_the_trainer(lesson):
    trainer = lesson.build(lesson.config(), torch.device("cpu"))
    assert lesson.stages == trainer.STAGES


@pytest.mark.parametrize("path", sorted(flat("en")))
def test_placeholders_agree_and_no_text_is_empty(path):
    english, chinese = flat("en")[path], flat("zh")[path]
    assert english.strip() == english != ""
    assert chinese.strip() == chinese != ""
    assert sorted(re.findall(r"\{[^}]*\}", english)) == sorted(re.findall(r"\{[^}]*\}", chinese))
    assert english.count("{") == english.count("}")


def test_the_chinese_text_is_chinese():
    """Sentences are; names and symbols may be the same in both."""
    english, chinese = flat("en"), flat("zh")
    same = [path for path, text in english.items() if chinese[path] == text and len(text) > 12]
    assert [path for path in same if not path.startswith(("options.", "page."))] == []
    assert all(re.search(r"[一-鿿]", chinese[path]) for path in english if path.endswith(".help") or "stops." in path)


def test_a_text_without_facts_is_left_as_it_stands():
    """So that a brace for the stage to fill survives."""
    assert "{layer}" in Text("en").say("stage.add_neuron")
    assert Text("en").say("stops.finished", step=7).startswith("Finished: 7")


@pytest.mark.parametrize("path", ["nope", "stage.nope", "knobs.lr.nope.more"])
def test_a_missing_text_is_an_error_at_once(path):
    with pytest.raises((KeyError, TypeError)):
        Text("en").say(path)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("hostile", ["{}", "{knob}", "{0.__class__}", "<script>alert(1)</script>", "%s", "\n"])
def test_hostile_values_stay_words_in_a_sentence(language, hostile):
    """Neither formatted again nor interpreted."""
    error = BadValue("bad_number", knob="lr", value=hostile, low="0", high="1")
    sentence = Text(language).refusal(error)
    assert hostile in sentence
    assert load(language)["knobs"]["lr"]["label"] in sentence


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_lesson_may_only_reword_what_the_stage_says(language):
    for lesson in LESSONS:
        own = load(language)[lesson.key].get("words", {})
        assert set(own) <= set(load(language)["stage"])
