"""Every picture becomes a figure that shows its numbers, in both languages, as a file that is what it says it is."""

from __future__ import annotations

import io
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from matplotlib.figure import Figure
from PIL import Image

from playground.core.pictures import Bars, Cloud, Curve, Images, Mosaic, Patch, Picture, Points, Strips
from playground.core.refusal import BadValue
from playground.core.run import Frame, Run
from playground.core.trackside import Answers, Laps, Podium, Sweep
from playground.figures import HOMES, NOT_DRAWN, draw, palette, paper, render, render_all
from playground.figures.sheet import Sheet, View
from playground.lessons.autoencoder import AUTOENCODER
from playground.lessons.classifier import CLASSIFIER, ClassifierConfig
from playground.lessons.dqn import DQN
from playground.lessons.gan import GAN
from playground.lessons.race import RACE
from playground.lessons.regression import REGRESSION, RegressionConfig
from playground.text import LANGUAGES, Text

STAGE = Path(__file__).parents[2] / "assets" / "stage"
RNG = np.random.default_rng(7)


@pytest.fixture(autouse=True)
def _coarse(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paper, "DOTS", 60)  # a test looks at what is drawn, not at how finely


def frame_of(lesson: Any, config: Any, steps: int = 12) -> Frame:
    run = Run(lesson.build, config, torch.device("cpu"))
    run.advance(steps=steps)
    run.peek()
    run.advance(steps=steps)
    return run.peek()


def sheet_of(lesson: Any, config: Any, frame: Frame, panel: str, language: str = "en", **more: Any) -> Sheet:
    return Sheet(lesson, config, frame, panel, Text(language), **more)


def shown(panel: str, picture: Picture, lesson: Any = REGRESSION, language: str = "en", **more: Any) -> Sheet:
    """A picture of its own on a panel of a lesson."""
    return sheet_of(lesson, lesson.config(), Frame(5, 1, {}, {panel: picture}), panel, language, **more)


def ink_of(png: bytes) -> float:
    """The share of an image that is not paper, below the title."""
    pixels = np.asarray(Image.open(io.BytesIO(png)).convert("L"), dtype=float)
    return float((pixels[round(0.62 * 60) :] < 250).mean())


def kinds(kind: type = Picture) -> set[type]:
    return {kind for sub in kind.__subclasses__() for kind in (sub, *kinds(sub))}


def test_every_picture_is_drawn_or_named_as_none_to_keep() -> None:
    ours = {kind for kind in kinds() if kind.__module__.startswith("playground.")}
    assert ours == set(HOMES) | set(NOT_DRAWN)
    assert not set(HOMES) & set(NOT_DRAWN)


def test_every_home_draws_what_it_is_said_to() -> None:
    for kind, home in HOMES.items():
        assert kind in import_module(f"playground.figures.{home}").DRAW


RUNS = [
    (REGRESSION, "305", ("network", "fit", "cards", "prints")),
    (CLASSIFIER, "heads", ("network", "field2", "loss", "confusion")),
    (GAN, "406", ("studio", "paintings", "critic", "balance", "opinion", "touch")),
    (DQN, "405", ("scene", "returns", "qmap", "replay")),
    (DQN, "acrobot", ("scene",)),
    (DQN, "mountaincar", ("scene", "returns")),
    (RACE, "306", ("podium", "laps", "fits", "landscape")),
    (RACE, "spiral", ("tiles",)),
    (RACE, "trails", ("laps", "landscape")),
]


@pytest.mark.parametrize(("lesson", "preset", "panels"), RUNS, ids=lambda item: getattr(item, "key", str(item)[:12]))
def test_the_pictures_of_a_lesson_become_figures(lesson: Any, preset: str, panels: tuple[str, ...]) -> None:
    """Chinese needs more of the fonts: a sign that none of them has would be a warning, and warnings are errors."""
    config = lesson.presets[preset].config
    frame = frame_of(lesson, config, 4)
    for name in panels:
        figure = draw(sheet_of(lesson, config, frame, name, "zh"))
        assert ink_of(printed_on_paper(figure)) > 0.002, name


def printed_on_paper(figure: Figure) -> bytes:
    """The figure as PNG: no title, label or legend leaves it, and none is too small to read."""
    figure.set_dpi(paper.DOTS)  # places that are known in pixels are those of the file
    png = paper.written(figure, "png")
    legends = [*figure.legends, *(legend for ax in figure.axes if (legend := ax.get_legend()))]
    texts = [*figure.texts, *(text for ax in figure.axes for text in (*ax.texts, ax.xaxis.label, ax.yaxis.label))]
    for text in [*texts, *(text for legend in legends for text in legend.get_texts())]:
        if not text.get_text():
            continue
        box = text.get_window_extent()
        assert -1 <= box.x0 <= box.x1 <= figure.bbox.width + 1, text
        assert -1 <= box.y0 <= box.y1 <= figure.bbox.height + 1, text
        assert text.get_fontsize() >= 7, text
    return png


def test_long_names_of_many_lanes_have_room() -> None:
    config = RACE.presets["schedules"].config
    count = len(config.lanes)  # type: ignore[attr-defined]
    losses, none, one = np.full((count, 5), 0.1), np.full(count, -1), np.array(1.0)
    slots = tuple(range(count))
    laps = Laps(slots, 1, 5, losses, None, None, losses, losses, none, none)
    podium = Podium(slots, losses[:, 0], one, None, none, none, 1)
    frame = Frame(5, 1, {}, {"laps": laps, "podium": podium})
    for name in frame.pictures:
        figure = draw(sheet_of(RACE, config, frame, name))
        printed_on_paper(figure)
    (ax,) = figure.axes
    bars = min(bar.get_window_extent().x0 for bar in ax.patches)
    names = [text.get_window_extent().x1 for text in ax.texts if "Momentum" in text.get_text()]
    assert len(names) == count
    assert max(names) < bars


SHORT = {
    "samples": Images(RNG.uniform(0, 255, (10, 28, 28)), truth=np.arange(10), guess=np.arange(10) // 2),
    "filters": Images(RNG.uniform(0, 255, (16, 5, 5)), signed=True),
    "rebuilt": Strips(RNG.uniform(0, 255, (3, 10, 28, 28)), ("a", "b", "c"), label=np.arange(10)),
    "plane": Mosaic(RNG.uniform(0, 255, (5, 5, 28, 28)), np.array([-1.0, 1]), np.array([-2.0, 2]), np.array([0.3, 1])),
    "answers": Answers((0, 3), RNG.uniform(0, 255, (4, 28, 28)), np.arange(4), np.array([[0, 1, 2, 3], [0, 1, 9, 3]])),
    "patch": Patch(RNG.normal(size=(5, 5)), RNG.normal(size=(5, 5)), np.array(0.3), np.array(-0.1), (3, 4)),
    "bars": Bars(("A", "B"), np.array([0.2, 0.8]), at=(0.5, -1)),
    "sweep": Sweep(0, np.logspace(-4, 0, 30), np.linspace(1, 0.1, 30), np.array(0.05)),
    "latent": Cloud(
        RNG.normal(size=(300, 3)), RNG.integers(0, 10, 300), np.zeros(3), np.ones((2, 3)), -np.ones(3), (-1, -1, -1)
    ),
    "tsne": Cloud(RNG.normal(size=(80, 2)), RNG.integers(0, 10, 80)),
}


@pytest.mark.parametrize("name", SHORT)
def test_a_picture_that_needs_data_or_a_hand_becomes_a_figure(name: str) -> None:
    assert ink_of(render(shown(name, SHORT[name], RACE), "png")) > 0.01


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_file_is_what_its_name_says(language: str) -> None:
    sheet = shown("loss", Curve({"loss": np.array([[0.0, 1, 2], [1, 0.1, 0.01]])}), language=language)
    made = render_all(sheet, ("png", "svg", "pdf"))
    assert Image.open(io.BytesIO(made["png"])).format == "PNG"
    text = made["svg"].decode()
    assert text.startswith("<?xml")
    assert {"en": ">Loss<", "zh": ">损失<"}[language] in text  # text stays text
    assert made["pdf"].startswith(b"%PDF-")
    assert made["pdf"].rstrip().endswith(b"%%EOF")
    again = render_all(sheet, ("png", "svg"))
    assert again == {form: made[form] for form in again}  # no date, no chance


def test_the_fit_shows_the_numbers_of_the_picture() -> None:
    frame = frame_of(REGRESSION, RegressionConfig(test=0.3))
    figure = draw(sheet_of(REGRESSION, RegressionConfig(test=0.3), frame, "fit"))
    picture: Any = frame.pictures["fit"]
    lines = [np.asarray(line.get_xydata()).T for line in figure.axes[0].lines]
    for line in picture.lines.values():
        assert any(np.array_equal(line, drawn) for drawn in lines)
    assert sum(len(dots.get_offsets()) for dots in figure.axes[0].collections) == len(picture.points.xy)
    hidden = draw(sheet_of(REGRESSION, RegressionConfig(), frame, "fit", view=View(test=False, units=False)))
    assert sum(len(dots.get_offsets()) for dots in hidden.axes[0].collections) == (picture.points.test == 0).sum()
    assert len(hidden.axes[0].lines) == len(picture.lines)


def test_a_figure_looks_as_the_page_does() -> None:
    """The logarithm and the turn of a cloud are the page's."""
    loss = Curve({"loss": np.array([[0.0, 1, 2], [1, 0.1, 0.01]])}, log=True)
    scales = [draw(shown("loss", loss, view=View(log=log))).axes[0].get_yscale() for log in (True, False)]
    assert scales == ["log", "linear"]
    places = []
    for yaw in (0.0, np.pi / 2):
        figure = draw(shown("latent", SHORT["latent"], AUTOENCODER, view=View(yaw=yaw, pitch=0)))
        places.append(np.asarray(figure.axes[0].collections[1].get_offsets()))
    assert not np.allclose(np.sort(places[0], axis=0), np.sort(places[1], axis=0))


def test_the_field_wears_the_colours_of_the_page() -> None:
    frame = frame_of(CLASSIFIER, ClassifierConfig(), 40)
    for course in (False, True):
        figure = draw(sheet_of(CLASSIFIER, ClassifierConfig(), frame, "field", course=course))
        image = figure.axes[0].images[0]
        assert np.array_equal(image.get_array(), np.asarray(frame.pictures["field"].values).astype(np.uint8))  # type: ignore[attr-defined]
        assert image.get_cmap() == palette.field(course)
        assert [list(row) for row in (255 * palette.field(course)([0])[:, :3]).round()] == [
            [round(zero + (one - zero) * 0.74) for zero, one in zip(pair[0], pair[1], strict=True)]
            for pair in [((255, 250, 190), (190, 25, 45)) if course else ((236, 239, 243), (233, 124, 22))]
        ]


def numbers(text: str) -> list[list[int]]:
    return [[int(part) for part in found.split(",")] for found in re.findall(r"\[(\d+, ?\d+, ?\d+)\]", text)]


def test_the_palette_is_that_of_the_stage() -> None:
    script = (STAGE / "palette.js").read_text(encoding="utf-8")
    light = script[script.index("const LIGHT") : script.index("const DARK")]
    assert numbers(light) == [list(palette.ZERO), list(palette.MINUS_RGB), list(palette.PLUS_RGB)]
    for name in ("INK", "FAINT", "GRID", "AXIS", "PANEL"):
        assert f'{name.lower()}: "{getattr(palette, name)}"' in light
    for name, ours in (("CLASSES", palette.CLASSES_RGB), ("LANES", palette.LANES_RGB)):
        line = next(line for line in script.splitlines() if line.startswith(f"const {name} ="))
        assert numbers(line) == [list(rgb) for rgb in ours]
    marks = (STAGE / "marks.js").read_text(encoding="utf-8")
    assert re.findall(r"#[0-9a-f]{6}", marks)[:10] == list(palette.DIGITS)


def test_several_threads_draw_what_one_draws() -> None:
    sheets = [shown(name, SHORT[name], RACE) for name in ("bars", "sweep", "filters")]
    alone = [render(sheet, "png") for sheet in sheets]
    with ThreadPoolExecutor(6) as pool:
        together = list(pool.map(lambda sheet: render(sheet, "png"), sheets * 2))
    assert together == alone * 2


def test_where_no_font_can_write_chinese_the_words_are_english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paper, "HAS_CHINESE", False)
    loss = Curve({"loss": np.array([[0.0, 1], [1, 0.1]])})
    text = render(shown("loss", loss, language="zh"), "svg").decode()
    assert ">Loss<" in text
    assert not re.search("[一-鿿]", text)


def test_what_cannot_be_drawn_is_refused() -> None:
    frame = Frame(0, 0, {}, {"points": Points(np.zeros((1, 2)), np.zeros(1), np.zeros(1))})  # type: ignore[arg-type]
    for panel in ("nothing", "points"):
        with pytest.raises(BadValue, match="bad_figure"):
            render(sheet_of(REGRESSION, RegressionConfig(), frame, panel), "png")


@pytest.mark.parametrize("picture", [Curve({}), Curve({"loss": np.empty((2, 0))}), Curve({"loss": np.zeros((2, 1))})])
def test_an_empty_chart_is_still_a_figure(picture: Curve) -> None:
    assert render(shown("loss", picture), "png").startswith(b"\x89PNG")


JUNK = [
    None,
    5,
    [],
    "log",
    {"log": "yes"},
    {"yaw": float("nan")},
    {"yaw": 1e9},
    {"yaw": True},
    {"smooth": "a"},
    {"x": 1},
]


@pytest.mark.parametrize("given", JUNK, ids=str)
def test_a_view_that_is_not_understood_is_the_usual_one(given: object) -> None:
    assert View.read(given) == View()


def test_a_view_is_taken_as_the_page_says() -> None:
    assert View.read({"log": False, "yaw": 1, "panels": "x"}) == replace(View(), log=False, yaw=1)
