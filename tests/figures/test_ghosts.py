"""Earlier runs stand in a figure as on the page: grey, behind the run, named by what was set differently."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure

from playground.core.lanes import lane
from playground.core.pictures import Chart, Charts, Curve, Plot
from playground.core.run import Frame
from playground.core.trackside import Laps
from playground.figures import draw
from playground.figures.palette import GHOST
from playground.figures.sheet import Ghost, Sheet, fitted
from playground.lessons.dqn import DQN
from playground.lessons.gan import GAN
from playground.lessons.race import RACE
from playground.lessons.regression import REGRESSION
from playground.text import LANGUAGES, Text
from playground.text.settings import differences, told


def line(count: int, height: float) -> Any:
    return np.stack([np.arange(count), np.full(count, height)]).astype(np.float32)


def frame(step: int, panel: str, picture: Any) -> Frame:
    return Frame(step, 1, {}, {panel: picture})


def loss(height: float, step: int = 10) -> Frame:
    lines = {"test_loss": line(step, 5 * height), "loss": line(step, height)}
    return frame(step, "loss", Curve(lines, log=True))


def drawn(lesson: Any, panel: str, config: Any, now: Frame, ghosts: list[Ghost], language: str = "en") -> Figure:
    return draw(Sheet(lesson, config, now, panel, Text(language), ghosts=tuple(ghosts)))


def grey(figure: Figure, place: int = 0) -> list[list[float]]:
    """The values of each grey line of a plot, the hindmost first."""
    plot = figure.axes[place]
    return [list(np.asarray(one.get_ydata())) for one in plot.lines if one.get_color() == GHOST]


def names(figure: Figure) -> list[str]:
    return [text.get_text() for notes in figure.legends for text in notes.get_texts()]


@pytest.mark.parametrize("language", LANGUAGES)
def test_losses(language: str) -> None:
    config = REGRESSION.config()
    ghosts = [
        Ghost(replace(config, lr=0.05), loss(0.001, 40)),
        Ghost(replace(config, layers=(3,), steps=90), loss(3.0)),
    ]
    figure = drawn(REGRESSION, "loss", config, loss(0.1), ghosts, language)
    assert np.allclose([values[0] for values in grey(figure)], [3.0, 0.001])  # of the loss alone, the newest on top
    low, high = figure.axes[0].get_ylim()
    assert low < 0.001 < 3 < high
    assert figure.axes[0].get_xlim()[1] >= 39
    styles = {one.get_linestyle() for one in figure.axes[0].lines if one.get_color() == GHOST}
    assert len(styles) == 2
    label = Text(language).say("knobs.lr.label")
    assert [name for name in names(figure) if f"{label} 0.05" in name and "40" in name] == names(figure)[:1]


def test_without_earlier_runs_nothing_changes() -> None:
    figure = drawn(REGRESSION, "loss", REGRESSION.config(), loss(0.1), [])
    assert not figure.legends
    assert not grey(figure)
    empty = Ghost(REGRESSION.config(), frame(0, "loss", Curve({}, log=True)))
    assert not drawn(REGRESSION, "loss", REGRESSION.config(), loss(0.1), [empty]).legends


def test_charts_find_their_metrics_also_in_other_charts() -> None:
    def charts(*metrics: str) -> Frame:
        plots = [Chart(Plot(name, (name,)), {name: line(9, place)}) for place, name in enumerate(metrics)]
        return frame(9, "balance", Charts(tuple(plots)))

    ghosts = [Ghost(replace(GAN.config(), seed=4), charts("score", "d_loss"))]
    figure = drawn(GAN, "balance", GAN.config(), charts("d_loss", "d_real"), ghosts)
    assert [values[0] for values in grey(figure)] == [1]
    assert grey(figure, 1) == []
    assert len(names(figure)) == 1


def test_returns_are_those_of_the_same_world() -> None:
    def returns(height: float) -> Frame:
        lines = {"return": line(9, height), "average": line(9, height), "test": line(0, 0)}
        return frame(9, "returns", Curve(lines, y_range=(0, 500)))

    config = DQN.config()
    ghosts = [Ghost(replace(config, seed=4), returns(300)), Ghost(replace(config, world="acrobot"), returns(-80))]
    figure = drawn(DQN, "returns", config, returns(20), ghosts)
    assert [values[0] for values in grey(figure)] == [300]
    assert figure.axes[0].get_ylim()[1] > 300
    assert names(figure) == ["earlier run: Seed 4, to step 9"]


def race(*heights: float, died: int = -1) -> Frame:
    lanes = len(heights)
    losses = np.repeat(np.array(heights, dtype=np.float32)[:, None], 8, axis=1)
    rates = np.full((lanes, 8), 0.1)
    seconds = np.cumsum(rates, axis=1)
    no = np.full(lanes, -1)
    laps = Laps(tuple(range(lanes)), 1, 8, losses, None, None, rates, seconds, no, np.array([died, *no[1:]]))
    return frame(8, "laps", laps)


def test_all_lanes_of_the_last_race_and_the_best_of_those_before() -> None:
    config = RACE.config()
    ghosts = [
        Ghost(replace(config, seed=4), race(0.4, 0.5, 0.6)),
        Ghost(replace(config, seed=5), race(0.1, 0.2, 0.9, died=3)),  # the best of these has diverged
        Ghost(replace(config, work="digits"), race(2.0)),
    ]
    figure = drawn(RACE, "laps", config, race(0.3, 0.3), ghosts)
    assert np.allclose([values[0] for values in grey(figure)], [0.2, 0.4, 0.5, 0.6])
    low, high = figure.axes[0].get_ylim()
    assert low < 0.2 < 0.6 < high
    assert len(names(figure)) == 2


def test_of_lanes_only_those_are_told_that_differ() -> None:
    one = replace(RACE.config(), lanes=(lane(0, "sgd", 0.01), lane(1, "momentum", 0.01, momentum=0.5)))
    other = replace(one, lanes=(lane(0, "sgd", 0.5, "cosine"), one.lanes[1]))
    fewer = replace(one, lanes=(*one.lanes, lane(2, "adam", 0.01)))
    text = Text("en")
    assert list(differences(text, one, other)) == ["Lanes SGD 0.01"]
    assert list(differences(text, other, one)) == ["Lanes SGD 0.5 cosine"]
    assert list(differences(text, one, fewer)) == ["Lanes " + told(text, RACE.config.knobs()["lanes"], one.lanes)]


def test_a_long_text_is_cut_where_it_would_leave_the_figure() -> None:
    assert fitted("short") == "short"
    assert fitted("abcdef", 3) == "abc…"
    assert fitted("学习率", 4) == "学习…"
