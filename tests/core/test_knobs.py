"""Knobs accept what they declare and refuse everything else with a sentence."""

import json
from dataclasses import dataclass, fields
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.core import knobs
from playground.core.knobs import Config, choice, layers, number, own_points, subset, toggle
from playground.core.refusal import BadValue, echo
from playground.lessons import LESSONS, REGRESSION
from playground.lessons.classifier import CLASSIFIER, ClassifierConfig
from playground.lessons.regression import RegressionConfig
from playground.text import Text

NAN, INF = float("nan"), float("inf")


@dataclass(frozen=True)
class Sample(Config):
    rate: float = number(0.1, 1e-6, 10, group="g", live=True)
    count: int = number(3, 0, 100, group="g", integer=True)
    bend: str = choice("relu", ("relu", "tanh"), group="g")
    wild: bool = toggle(False, group="g", live=True)
    inputs: tuple[str, ...] = subset(("x",), ("x", "y", "xy"), group="g")
    widths: tuple[int, ...] = layers((10,), group="g")
    points: tuple[tuple[float, float, int], ...] | None = own_points(3, group="g")


JUNK = [
    None,
    [],
    {},
    (),
    "",
    "junk",
    "\x00",
    "数",
    "🙂",
    b"1",
    object,
    [[]],
    {"a": 1},
    [None],
    [["x"]],
    NAN,
    INF,
    -INF,
]
GOOD = {
    "rate": [(0.5, 0.5), (1, 1.0), (10, 10.0), (1e-6, 1e-6)],
    "count": [(0, 0), (100, 100), (7.0, 7)],
    "bend": [("tanh", "tanh")],
    "wild": [(True, True), (False, False)],
    "inputs": [(["xy", "x"], ("x", "xy")), (("y", "y"), ("y",))],
    "widths": [([], ()), ([1, 16], (1, 16)), ((8,) * 8, (8,) * 8)],
    "points": [(None, None), ([], ()), ([[1, 2.00004, 2]], ((1.0, 2.0, 2),)), ([(-1e4, 1e4, 0.0)], ((-1e4, 1e4, 0),))],
}
BAD = {
    "rate": [*JUNK, True, False, 0, 1e-7, 10.0001, -1, 1e300, 10**18, "0.5", 1j],
    "count": [*JUNK, True, -1, 101, 2.5, 10**18, "3"],
    "bend": [*JUNK, 1, True, "Tanh", " tanh", "tanh\n", ["relu"]],
    "wild": [*JUNK, 0, 1, "0", "true", 1.0],
    "inputs": [*JUNK, 1, True, "x", ["x", "z"], ["x", 1], ["x", ["y"]], {"x": 1}],
    "widths": [
        0, True, "8", "8-8", [0], [17], [-1], [1.0], [True], ["8"], [[8]], [8] * 9, [10**30], {"a": 1}, NAN, None,
    ],
    "points": [
        0, True, "", "1_2_0", {}, [1], [[1, 2]], [[1, 2, 0, 0]], [[1, 2, 3]], [[1, 2, -1]], [[1, 2, 0.5]],
        [[NAN, 0, 0]], [[0, INF, 0]], [[0, 0, NAN]], [[10001, 0, 0]], [[True, 0, 0]], [[0, 0, True]], [["1", "2", "0"]],
        ["120"], [[0, 0, 0]] * 1001, [None], [[None, 0, 0]], [[[1], 0, 0]], [[10**30, 0, 0]],
    ],
}  # fmt: skip
CASES = [(name, value) for name, values in BAD.items() for value in values]


@pytest.mark.parametrize(
    ("name", "value", "canonical"), [(name, value, wanted) for name, pairs in GOOD.items() for value, wanted in pairs]
)
def test_allowed_values_are_taken_in_their_canonical_type(name, value, canonical):
    taken = getattr(Sample().changed({name: value}), name)
    assert taken == canonical
    assert type(taken) is type(canonical)


@pytest.mark.parametrize(("name", "value"), CASES, ids=lambda case: echo(repr(case)))
def test_everything_else_is_refused_at_the_door(name, value):
    """With the key of its kind and a short echo, in the constructor as in `changed`."""
    if name == "points" and (value is None or value == []):
        pytest.skip("allowed")
    with pytest.raises(BadValue) as refused:
        Sample().changed({name: value})
    kind = Sample.knobs()[name].kind
    assert refused.value.key == f"bad_{kind}"
    assert refused.value.facts["knob"] == name
    assert len(refused.value.facts["value"]) <= 40
    with pytest.raises(BadValue):
        Sample(**{name: value})


@pytest.mark.parametrize("name", ["", "Rate", "nope", "__class__", "数", "x" * 1000, "rate "])
def test_an_unknown_name_is_refused_and_the_known_ones_are_listed(name):
    with pytest.raises(BadValue) as refused:
        Sample().changed({name: 1})
    assert refused.value.key == "bad_name"
    assert len(refused.value.facts["value"]) <= 40
    assert "rate" in refused.value.facts["options"]


def test_a_refused_change_leaves_the_config_as_it_was():
    config = Sample(rate=0.3)
    with pytest.raises(BadValue):
        config.changed({"rate": 0.5, "count": -1})
    assert config == Sample(rate=0.3)


@pytest.mark.parametrize("kind", ["rate", "count"])
@pytest.mark.parametrize(
    "text", ["", " ", "x", "nan", "inf", "-inf", "1e999", "0x10", "--1", "1,5", "½", "101e9", "-1"]
)
def test_text_that_is_no_allowed_number_is_refused(kind, text):
    with pytest.raises(BadValue) as refused:
        Sample.knobs()[kind].read(text)
    assert refused.value.key == "bad_number"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("wild", ""), ("wild", "True"), ("wild", "2"), ("bend", ""), ("bend", "relu "), ("inputs", ""),
        ("inputs", "x.z"), ("inputs", "x..y"), ("widths", "a"), ("widths", "0"), ("widths", "17"), ("widths", "-8"),
        ("widths", "8--8"), ("widths", "1e1"), ("widths", "٣"), ("widths", "9" * 5000), ("widths", "-".join("8" * 9)),
        ("points", "1"), ("points", "1_2"), ("points", "a_b_c"), ("points", "1_2_3"), ("points", "nan_0_0"),
        ("points", "~".join(["1_1_0"] * 1001)), ("points", "1_2_0_0"), ("points", "inf_0_0"),
    ],
)  # fmt: skip
def test_text_of_other_kinds_is_refused_too(name, text):
    with pytest.raises(BadValue) as refused:
        Sample.knobs()[name].read(text)
    assert refused.value.key == f"bad_{Sample.knobs()[name].kind}"


small = st.integers(-99999, 99999).map(lambda value: value / 10_000)
configs = st.builds(
    Sample,
    rate=st.floats(1e-6, 10),
    count=st.integers(0, 100),
    bend=st.sampled_from(["relu", "tanh"]),
    wild=st.booleans(),
    inputs=st.lists(st.sampled_from(["x", "y", "xy"]), min_size=1),
    widths=st.lists(st.integers(1, 16), max_size=8),
    points=st.none() | st.lists(st.tuples(small, small, st.integers(0, 2)), max_size=5),
)


@settings(max_examples=80, deadline=None, database=None)
@given(configs)
def test_a_config_survives_the_way_through_a_link(config):
    """query → address → read gives the same config; what is at its default is not in the link."""
    query = config.query()
    given_back = dict(parse_qsl(urlencode(query), keep_blank_values=True))
    values = {name: Sample.knobs()[name].read(text) for name, text in given_back.items()}
    assert Sample().changed(values) == config
    assert set(query) == {item.name for item in fields(Sample) if getattr(config, item.name) != item.default}


anything = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**18), 10**18) | st.floats() | st.text(max_size=60),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None, database=None)
@given(st.sampled_from([item.name for item in fields(Sample)]), anything)
def test_any_json_is_either_taken_or_refused(name, value):
    """Nothing but BadValue comes out; a value that is taken passes its own check again unchanged."""
    try:
        taken = getattr(Sample().changed({name: value}), name)
    except BadValue:
        return
    assert Sample.knobs()[name].check(taken) == taken
    json.dumps(taken, allow_nan=False)


@settings(max_examples=150, deadline=None, database=None)
@given(st.sampled_from([item.name for item in fields(Sample)]), st.text(max_size=80))
def test_any_text_is_either_read_or_refused(name, text):
    try:
        value = Sample.knobs()[name].read(text)
    except BadValue:
        return
    assert Sample.knobs()[name].check(value) == value


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.key)
def test_every_default_passes_its_own_check(lesson):
    config = lesson.config()
    for name, knob in lesson.config.knobs().items():
        assert knob.name == name
        assert knob.check(knob.default) == getattr(config, name)
        assert knob.read(knob.write(getattr(config, name))) == getattr(config, name) or knob.kind == "points"


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.key)
def test_every_slider_lies_within_its_range_and_every_condition_names_real_options(lesson):
    known = lesson.config.knobs()
    for knob in known.values():
        if isinstance(knob, knobs.Number) and knob.slider:
            assert knob.low <= knob.slider[0] < knob.slider[1] <= knob.high
        if isinstance(knob, knobs.Number) and knob.log:
            assert knob.low > 0
        if knob.shown_if:
            other, options = knob.shown_if
            assert set(options) <= set(known[other].options)


@pytest.mark.parametrize(
    ("lesson", "name"),
    [(lesson, name) for lesson in LESSONS for name in lesson.presets],
    ids=lambda x: getattr(x, "key", x),
)
def test_presets_survive_the_way_through_a_link(lesson, name):
    config = lesson.presets[name].config
    query = dict(parse_qsl(urlencode(config.query()), keep_blank_values=True))
    values = {key: lesson.config.knobs()[key].read(text) for key, text in query.items()}
    assert lesson.config().changed(values) == config


def test_only_live_differences_keep_a_run():
    config = Sample()
    assert config.keeps_run(Sample(rate=0.7, wild=True, points=((0, 0, 0),)))
    assert not config.keeps_run(Sample(count=4))
    assert not config.keeps_run(Sample(rate=0.7, bend="tanh"))


def test_a_config_is_frozen_and_can_be_a_key():
    """Values are canonical tuples, so equal configs are one key."""
    assert len({Sample(widths=[8, 8]), Sample(widths=(8, 8)), Sample()}) == 2
    with pytest.raises(AttributeError):
        Sample().rate = 1


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(
    ("lesson", "values"),
    [
        (REGRESSION, {"lr": -1}), (REGRESSION, {"target": "{knob}"}), (REGRESSION, {"outside": "{}"}),
        (REGRESSION, {"layers": [0]}), (REGRESSION, {"own": [[0]]}), (CLASSIFIER, {"features": ["{0}"]}),
        (CLASSIFIER, {"nope": 1}),
        (CLASSIFIER, {"head": "sigmoid", "classes": 3}),
    ],
)  # fmt: skip
def test_every_refusal_has_a_sentence(language, lesson, values):
    with pytest.raises(BadValue) as refused:
        lesson.config().changed(values)
    sentence = Text(language).refusal(refused.value)
    assert sentence
    for name in refused.value.facts:
        assert f"{{{name}}}" not in sentence.replace("“{knob}”", "")


def test_the_number_of_classes_counts_only_where_it_is_shown():
    """Own points bring their own classes; the classes knob counts for the blobs alone."""
    assert ClassifierConfig(classes=4).class_count == 4
    assert ClassifierConfig(classes=4, data="moons").class_count == 2
    assert ClassifierConfig(classes=4, own=()).class_count == 2
    assert ClassifierConfig(own=((0, 0, 4),)).class_count == 5
    ClassifierConfig(classes=4, data="moons", head="both")
    assert RegressionConfig(own=[[0, 0, 0]]).own == ((0.0, 0.0, 0),)
    with pytest.raises(BadValue):
        RegressionConfig(own=[[0, 0, 1]])
