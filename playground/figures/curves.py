"""Curves: a fit over its points, losses over the steps, returns of episodes; and Charts, small ones side by side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from playground.core.pictures import Chart, Charts, Curve, Picture, Points
from playground.figures.ghosts import draw_ghosts, name_ghosts
from playground.figures.palette import FAINT, GHOST, GOOD, GREEN, INK, MINUS, PANEL, PLUS, SERIES, css
from playground.figures.paper import Draw, dots, dress, halo, legend, shown
from playground.figures.sheet import Ghost, Sheet
from playground.rl.worlds import KINDS

COURSE_FIT, COURSE_POINTS = css((225, 30, 40)), css((31, 119, 180))
PAINTERS = frozenset({"d_fake", "g_loss", "band_share", "roughness", "distance"})  # what tells of G's paintings
COLUMNS = 3


def draw_curve(figure: Figure, picture: Curve, sheet: Sheet) -> None:
    """By what is in it: points to fit, episodes, or metrics over the steps."""
    if "fit" in picture.lines:
        _draw_fit(figure, picture, sheet)
    elif "return" in picture.lines:
        _draw_returns(figure, picture, sheet)
    else:
        _draw_metrics(figure, picture, sheet)


def _draw_fit(figure: Figure, picture: Curve, sheet: Sheet) -> None:
    colour = COURSE_FIT if sheet.course else MINUS
    ax = dress(figure.subplots(), "x", "y")
    if picture.x_range and picture.y_range:
        ax.set(xlim=picture.x_range, ylim=picture.y_range)
    x, y = picture.lines["fit"]
    entries: list[tuple[str, dict[str, Any]]] = [(sheet.say("figures.fit"), {"color": colour, "linewidth": 3})]
    if picture.parts is not None and sheet.view.units:
        for part in np.asarray(picture.parts):
            ax.plot(x, part, color=PLUS if part[-1] + part[0] >= 0 else MINUS, alpha=0.45, linewidth=1)
        entries.append((sheet.word("show_units"), {"color": PLUS, "alpha": 0.6, "linewidth": 1}))
    if "truth" in picture.lines:
        ax.plot(*picture.lines["truth"], color=GHOST, linewidth=1.2, dashes=(4, 4))
        entries.append((sheet.say("figures.truth"), {"color": GHOST, "linestyle": "--", "linewidth": 1.2}))
    if picture.points is not None:
        entries += _dots(ax, picture.points, COURSE_POINTS if sheet.course else PLUS, sheet)
    ax.plot(x, y, color=colour, linewidth=3, path_effects=halo(5.5), solid_capstyle="round")
    if picture.focus is not None:
        _focus(ax, np.asarray(x), np.asarray(picture.focus))
    legend(ax, entries)


def _dots(ax: Axes, points: Points, colour: str, sheet: Sheet) -> list[tuple[str, dict[str, Any]]]:
    seen = points.test == 0
    dots(ax, points.xy[seen], s=26, color=colour, alpha=0.9, edgecolor=PANEL, linewidth=0.7, zorder=2.5)
    dot = {"linestyle": "none", "marker": "o", "markersize": 5.5}
    entries: list[tuple[str, dict[str, Any]]] = [(sheet.say("figures.points"), {**dot, "color": colour})]
    if sheet.view.test and not seen.all():
        dots(ax, points.xy[~seen], s=28, color=PANEL, edgecolor=INK, linewidth=1.1, zorder=2.6)
        entries.append((sheet.word("show_test"), {**dot, "markerfacecolor": PANEL, "markeredgecolor": INK}))
    return entries


def _focus(ax: Axes, x: Any, values: Any) -> None:
    """The neuron pointed at, on its own scale in the height of the plot."""
    low, high = float(values.min()), float(values.max())
    pad = max((high - low) * 0.1, 1e-3)
    bottom, top = ax.get_ylim()
    heights = bottom + (values - low + pad) / (high - low + 2 * pad) * (top - bottom)
    ax.plot(x, heights, color=INK, linewidth=2, path_effects=halo(4.5), zorder=3)


def _draw_metrics(figure: Figure, picture: Curve, sheet: Sheet) -> None:
    figure.set_size_inches(figure.get_figwidth(), 3.4)
    ghosts = name_ghosts(figure, sheet, lambda ghost: _first(ghost.frame.pictures.get(sheet.panel)))
    order = sorted(picture.lines, key=lambda name: "test" in name)
    lines = {name: np.asarray(picture.lines[name]) for name in order if np.asarray(picture.lines[name]).size}
    ax = figure.subplots()
    all_lines = [*lines.values(), *(line for _, line in ghosts)]
    values = np.concatenate([line[1] for line in all_lines]) if all_lines else np.array([1.0])
    log = sheet.view.log and bool((values > 0).any())
    ax.set_xlim(0, max([1.0, *(float(line[0, -1]) for line in all_lines)]))
    if log:
        ax.set_ylim(values[values > 0].min() * 0.8, values.max() * 1.25)
    elif values.max() > 0 and values.min() >= 0:
        ax.set_ylim(0, values.max() * 1.08)
    draw_ghosts(ax, ghosts)
    for (_, (steps, numbers)), colour in zip(lines.items(), _cycle(len(lines)), strict=True):
        ax.plot(steps, numbers, color=colour, linewidth=1.6, marker="o" if len(steps) == 1 else "", markersize=4)
    dress(ax, sheet.word("counter_step"), "", log=log)
    legend(
        ax,
        [
            (f"{sheet.word(f'metric_{name}')}  {shown(float(line[1, -1]))}", {"color": colour})
            for (name, line), colour in zip(lines.items(), _cycle(len(lines)), strict=True)
        ],
    )


def _first(picture: Picture | None) -> Any:
    """The line that stands for a run: its loss on what it learns from."""
    lines = picture.lines if isinstance(picture, Curve) else {}
    name = min(lines, key=lambda name: "test" in name, default=None)
    return None if name is None or np.shape(lines[name])[1] < 2 else np.asarray(lines[name])


def _cycle(count: int) -> list[str]:
    return [SERIES[i % len(SERIES)] for i in range(count)]


def _draw_returns(figure: Figure, picture: Curve, sheet: Sheet) -> None:
    lines = picture.lines
    world = sheet.config.world  # type: ignore[attr-defined]
    ghosts = name_ghosts(figure, sheet, lambda ghost: _average(ghost, sheet.panel, world))
    ax = dress(figure.subplots(), sheet.word("counter_epoch"), "")
    draw_ghosts(ax, ghosts)
    seen = [np.asarray(line) for line in (*lines.values(), *(line for _, line in ghosts)) if np.asarray(line).size]
    for prefix, colour in (("rival_", MINUS), ("", PLUS)):
        if f"{prefix}return" in lines:
            _draw_agent(ax, lines, prefix, colour)
    solved = KINDS[world].solved
    ax.axhline(solved, color=GOOD, linewidth=1.2, dashes=(5, 4), alpha=0.8)
    top = max((float(np.max(line[1])) for line in seen), default=0.0)
    last = max([10.0, *(float(line[0, -1]) for line in seen)])
    ax.set_xlim(0, last * 1.02)
    low, _ = picture.y_range or (0, 0)
    if low == 0:
        ax.set_ylim(0, max(60, min(520, top * 1.15)))
    else:
        ax.set_ylim(min([low, *(float(line[1].min()) for line in seen)]) - 10, 0)
    dot = {"linestyle": "none", "marker": "o", "markersize": 4, "color": PLUS, "alpha": 0.5}
    diamond = {"linestyle": "none", "marker": "D", "markersize": 5, "markerfacecolor": PANEL, "markeredgecolor": PLUS}
    entries: list[tuple[str, dict[str, Any]]] = [
        (sheet.word("returns_episode"), dot),
        (sheet.word("returns_average"), {"color": PLUS}),
        (sheet.word("returns_test"), diamond),
        (sheet.word("returns_goal"), {"color": GOOD, "linestyle": "--", "linewidth": 1.2}),
    ]
    if "rival_return" in lines:
        entries.append((sheet.word("returns_rival"), {"color": MINUS}))
    legend(ax, entries)


def _average(ghost: Ghost, panel: str, world: str) -> Any:
    """The moving average of an earlier run in the same world: each world has its own scale."""
    picture = ghost.frame.pictures.get(panel)
    if not isinstance(picture, Curve) or ghost.config.world != world:  # type: ignore[attr-defined]
        return None
    line = np.asarray(picture.lines.get("average", np.empty((2, 0))))
    return line if line.shape[1] > 1 else None


def _draw_agent(ax: Axes, lines: Mapping[str, Any], prefix: str, colour: str) -> None:
    episodes, average, tests = (np.asarray(lines[prefix + name]) for name in ("return", "average", "test"))
    dots(ax, episodes.T, s=9, color=colour, alpha=0.35, linewidth=0)
    ax.plot(*average, color=colour, linewidth=2.2, path_effects=halo(4))
    ax.plot(*tests, color=colour, linestyle="none", marker="D", markersize=5, markerfacecolor=PANEL, zorder=3)


def draw_charts(figure: Figure, picture: Charts, sheet: Sheet) -> None:
    count = len(picture.charts)
    columns = min(COLUMNS, max(1, count))
    rows = -(-count // columns)
    figure.set_size_inches(2.7 * columns + 0.6, 2.3 * rows + 0.8)
    ghosts = name_ghosts(figure, sheet, lambda ghost: _all_lines(ghost.frame.pictures.get(sheet.panel)))
    axes = figure.subplots(rows, columns, squeeze=False).ravel()
    for ax, chart in zip(axes, picture.charts, strict=False):
        metrics = [name for name in chart.plot.metrics if name in chart.lines]
        draw_ghosts(ax, [(pen, lines[name]) for pen, lines in ghosts for name in metrics if name in lines])
        _draw_chart(ax, chart, sheet)
    for ax in axes[count:]:
        ax.set_axis_off()


def _all_lines(picture: Picture | None) -> dict[str, Any] | None:
    """Those of all charts by the names of their metrics."""
    charts = picture.charts if isinstance(picture, Charts) else ()
    lines = {name: np.asarray(line) for chart in charts for name, line in chart.lines.items()}
    return {name: line for name, line in lines.items() if line.shape[1] > 1} or None


def _draw_chart(ax: Axes, chart: Chart, sheet: Sheet) -> None:
    plot = chart.plot
    for name, line in chart.lines.items():
        steps, values = np.asarray(line)
        text = sheet.word(f"line_{name}") + "  " if len(chart.lines) > 1 else ""
        colour = GREEN if name in PAINTERS else PLUS
        ax.plot(steps, values, color=colour, linewidth=1.5, marker="o" if len(steps) == 1 else "", markersize=3.5)
        ax.plot([], [], color=colour, linewidth=2, label=text + shown(float(values[-1])))
    if plot.aim is not None:
        ax.axhline(plot.aim, color=INK, linewidth=1, dashes=(4, 3))
    if plot.y_range:
        ax.set_ylim(plot.y_range[0] - 0.04 * np.ptp(plot.y_range), plot.y_range[1] + 0.06 * np.ptp(plot.y_range))
    dress(ax, sheet.word("counter_step"), "", log=plot.log)
    ax.xaxis.set_major_locator(MaxNLocator(3, steps=[1, 2, 2.5, 5, 10]))
    if not plot.log:
        ax.yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]))
    ax.set_title(sheet.word(f"chart_{plot.name}"), size=10, weight="bold", loc="left", pad=20, color=INK)
    ax.legend(
        loc="lower left", bbox_to_anchor=(-0.02, 1.0), ncols=2, frameon=False, fontsize=8, labelcolor=FAINT,
        handlelength=1.2, columnspacing=1, borderaxespad=0.1,
    )  # fmt: skip


DRAW: dict[type, Draw] = {Curve: draw_curve, Charts: draw_charts}
