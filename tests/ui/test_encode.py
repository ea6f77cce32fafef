"""The string of a frame, read back by an independent decoder, is the frame."""

import json
import re
from base64 import b64decode
from dataclasses import asdict, fields, is_dataclass

import numpy as np
import pytest

from playground.core.pictures import (
    Bars,
    Cloud,
    Curve,
    Field,
    Matrix,
    Mosaic,
    Network,
    Passage,
    Plot,
    Points,
    Prints,
    Strips,
)
from playground.core.run import Run
from playground.lessons.classifier import CLASSIFIER
from playground.lessons.gan import GAN
from playground.lessons.regression import REGRESSION
from playground.ui.encode import encode, pack


def refuse(word):
    raise AssertionError(f"{word} is not JSON")


def array(packed):
    kind, data = ("<f4", packed["f"]) if "f" in packed else (np.uint8, packed["u"])
    return np.frombuffer(b64decode(data), kind).reshape(packed["n"])


def read(text):
    return json.loads(text, parse_constant=refuse)


def agree(packed, value, path):
    """The packed form says what the picture holds, to the precision of its kind."""
    if isinstance(value, np.ndarray):
        shown = array(packed)
        assert shown.shape == value.shape, path
        if "u" in packed and re.search(r"\.(glimpses|painter|critic)", path):
            np.testing.assert_allclose((shown.astype(float) - 128) / 127, value, atol=0.5 / 127 + 1e-6, err_msg=path)
        else:
            np.testing.assert_array_equal(shown, value, err_msg=path)
    elif isinstance(value, Plot):
        assert packed == json.loads(json.dumps(asdict(value)))
    elif is_dataclass(value):
        assert packed["kind"] == type(value).__name__.lower()
        for item in fields(value):
            part = getattr(value, item.name)
            assert (item.name in packed) == (part is not None), f"{path}.{item.name}"
            if part is not None:
                agree(packed[item.name], part, f"{path}.{item.name}")
    elif isinstance(value, dict):
        assert list(packed) == list(value)
        for name, part in value.items():
            agree(packed[name], part, f"{path}.{name}")
    elif isinstance(value, (tuple, list)):
        assert len(packed) == len(value), path
        for place, part in enumerate(value):
            agree(packed[place], part, f"{path}.{place}")
    else:
        assert packed == pytest.approx(value) if isinstance(value, float) else packed == value, path


def test_pictures_of_pictures_travel_as_bytes_and_places_as_numbers():
    """What a net rebuilds, a plane of it, its way through the layers, and a cloud with marks."""
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 256, (2, 3, 28, 28)).astype(np.float32)
    layers = tuple(rng.uniform(-1, 1, width).astype(np.float32) for width in (8, 3))
    code = np.array([-12.5, 0.25], np.float32)
    strips = pack(Strips(pixels, ("in", "out"), np.arange(3.0, dtype=np.float32), at=7))
    assert np.array_equal(array(strips["values"]), pixels)
    assert (strips["rows"], strips["at"], array(strips["label"]).tolist()) == (["in", "out"], 7, [0, 1, 2])
    mosaic = pack(Mosaic(pixels, code, code, code))
    assert np.array_equal(array(mosaic["values"]), pixels)
    assert array(mosaic["cursor"]).tolist() == code.tolist()
    passage = pack(Passage(pixels[0, 0], code, layers, pixels[1, 0], layers[:1]))
    assert np.array_equal(array(passage["drawn"]), pixels[0, 0])
    assert np.array_equal(array(passage["source"]), pixels[1, 0])
    assert array(passage["code"]).tolist() == code.tolist()
    for shown, layer in zip(passage["up"] + passage["down"], layers + layers[:1], strict=True):
        np.testing.assert_allclose((array(shown).astype(float) - 128) / 127, layer, atol=0.5 / 127 + 1e-6)
    assert "source" not in pack(Passage(pixels[0, 0], code, layers))
    cloud = pack(Cloud(pixels[0, 0, :, :3], np.arange(28.0), code, spots=(3, -1, -1)))
    assert array(cloud["cursor"]).tolist() == code.tolist()
    assert cloud["spots"] == [3, -1, -1]
    assert array(cloud["label"]).dtype == np.uint8
    assert "drawing" not in cloud


@pytest.mark.parametrize("lesson", [REGRESSION, CLASSIFIER], ids=lambda lesson: lesson.key)
@pytest.mark.parametrize("values", [{}, {"test": 0.3, "layers": ()}, {"samples": 8, "batch": 3}])
def test_every_picture_of_a_lesson_survives_the_way_to_the_page(device, lesson, values):
    run = Run(lesson.build, lesson.config(**values), device)
    run.advance(steps=5)
    run.probe("focus", (0, 0))
    if "bars" in lesson.panels:
        run.probe("point", (1, 1))
    for _ in range(3):
        run.advance_stage()
    frame = run.peek(closely=True)
    packed = read(encode({"step": frame.step}, frame.pictures))
    assert packed["step"] == 5
    assert list(packed["pictures"]) == list(frame.pictures)
    for name, picture in frame.pictures.items():
        agree(packed["pictures"][name], picture, name)


def test_many_classes_race_and_gradients_survive_too(device):
    lesson = CLASSIFIER
    for values in ({"classes": 5}, {"head": "both"}, {"head": "sigmoid"}):
        run = Run(lesson.build, lesson.config(**values), device)
        run.advance(steps=2)
        pictures = run.peek().pictures
        packed = read(encode({}, pictures))["pictures"]
        assert list(packed) == list(pictures)
        for name, picture in pictures.items():
            agree(packed[name], picture, name)


@pytest.mark.parametrize("conditional", [False, True])
def test_the_pictures_of_the_gan_survive_too(device, conditional):
    run = Run(GAN.build, GAN.config(conditional=conditional), device)
    run.advance(steps=2)
    run.probe("sketch", {"heights": [0.5] * 15, "done": True})
    run.advance_stage()
    run.advance_stage()
    pictures = run.peek(closely=True).pictures
    packed = read(encode({}, pictures))["pictures"]
    assert list(packed) == list(pictures)
    for name, picture in pictures.items():
        agree(packed[name], picture, name)


def test_a_surface_is_bytes_and_half_the_way_is_the_middle():
    field = Field(np.array([[0, 128, 255]], np.float32), (0, 1), (0, 1), 2, None, np.array([[1, 2, 3]], np.float32))
    packed = read(encode({}, {"field": field}))["pictures"]["field"]
    assert array(packed["values"]).tolist() == [[0, 128, 255]]
    assert array(packed["focus"]).tolist() == [[1, 2, 3]]
    glimpse = np.array([[-1, 0, 1]], np.float32)
    net = Network((1, 1), ("x",), ("y",), (), (), (glimpse,))
    assert array(read(encode({}, {"net": net}))["pictures"]["net"]["glimpses"][0]).tolist() == [[1, 128, 255]]


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), -float("inf")])
def test_a_number_that_is_not_finite_never_appears_as_such(bad):
    """JSON has no word for it: null, whatever it stands in."""
    text = encode({"metrics": {"loss": bad}, "list": [bad]}, {})
    assert read(text)["metrics"] == {"loss": None}
    assert not {"NaN", "Infinity"} & set(text.replace('"', " ").replace(":", " ").split())


def test_arrays_of_any_layout_are_read_right():
    """Transposed, sliced, double: the page gets row-major float32."""
    base = np.arange(12, dtype=np.float64).reshape(3, 4)
    for values in (base.T, base[:, ::2], base[::-1], np.asfortranarray(base)):
        packed = pack(Curve({"line": values}))
        assert array(packed["lines"]["line"]).tolist() == values.tolist()


def test_static_pictures_are_packed_once_and_not_mixed_up():
    one = Points(np.ones((2, 2), np.float32), np.array([0, 1], np.uint8), np.zeros(2, np.uint8))
    two = Points(np.zeros((2, 2), np.float32), np.array([1, 0], np.uint8), np.zeros(2, np.uint8))
    for _ in range(2):
        packed = read(encode({}, {"a": Curve({}, points=one), "b": Curve({}, points=two)}))["pictures"]
        assert array(packed["a"]["points"]["xy"]).tolist() == [[1, 1], [1, 1]]
        assert array(packed["b"]["points"]["label"]).tolist() == [1, 0]


def test_words_with_markup_and_quotes_stay_words():
    picture = Prints(("</script>\"'\n<b>&",), ("数",))
    packed = read(encode({"text": "</script>"}, {"prints": picture, "bars": Bars(("<i>",), np.ones(1, np.float32))}))
    assert packed["pictures"]["prints"]["sources"] == ["</script>\"'\n<b>&"]
    assert packed["pictures"]["bars"]["names"] == ["<i>"]


def test_empty_arrays_keep_their_shape():
    packed = read(encode({}, {"m": Matrix(np.empty((0, 3), np.float32), (), ("a", "b", "c"))}))["pictures"]["m"]
    assert packed["values"]["n"] == [0, 3]
    assert array(packed["values"]).shape == (0, 3)
