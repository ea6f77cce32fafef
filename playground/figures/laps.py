"""A race: the losses of all lanes and their rates (Laps), the order of the moment (Podium), the finder's Sweep."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator

from playground.core.trackside import Laps, Podium, Sweep
from playground.figures.ghosts import name_ghosts
from playground.figures.palette import FAINT, GRID, INK, LANES, PANEL
from playground.figures.paper import Draw, bare, dress, halo, legend, shown
from playground.figures.sheet import Ghost, Sheet, columns_of

Ghosts = list[tuple[dict[str, Any], Laps]]  # earlier races with their pens, the newest first
PODIUM_LETTER = 0.0235  # of the podium's width: a letter of a lane's name
PODIUM_END = 1.24  # where the longest bar ends, left of the numbers
STRONGEST = 0.98  # of the smoothing
EARLIEST = 10  # steps that the axis holds from the start
LEAST_RATES = 300  # the same for the rates
LEAST_SPAN = 4  # the highest loss on a logarithmic axis is so many times the lowest, at least


def draw_laps(figure: Figure, picture: Laps, sheet: Sheet) -> None:
    figure.set_size_inches(figure.get_figwidth(), 5.4)
    ghosts = name_ghosts(figure, sheet, lambda ghost: _earlier(ghost, sheet))
    above, below = figure.subplots(2, 1, height_ratios=[3, 1.15], sharex=True)
    places = [_places(picture, lane, sheet) for lane in range(len(picture.slots))]
    _losses(above, picture, places, sheet, ghosts)
    rates = np.asarray(picture.rates)
    for lane, slot in enumerate(picture.slots):
        seen = rates[lane] > 0
        below.plot(places[lane][seen], rates[lane][seen], color=LANES[slot], linewidth=1.6)
    sound = rates[rates > 0]
    if sound.size:
        low, high = max(float(sound.min()), float(sound.max()) * 1e-5), float(sound.max())
        air = max(1.6, (LEAST_RATES / (high / low)) ** 0.5)
        below.set_ylim(low / air, high * air)
    below.set_xlim(0, max(_last(laps, sheet) for laps in (picture, *(laps for _, laps in ghosts))))
    dress(above, "", "", log=sheet.view.log)
    above.tick_params(labelbottom=False)
    x_label = sheet.word("laps_seconds") if sheet.view.seconds else sheet.word("counter_step")
    dress(below, x_label, sheet.word("laps_rates"), log=True)
    below.yaxis.set_major_locator(LogLocator(10, subs=(1.0,), numticks=4))
    legend(above, [(sheet.lane(slot), {"color": LANES[slot]}) for slot in picture.slots])


def _places(picture: Laps, lane: int, sheet: Sheet) -> Any:
    """What a lane has on x: steps, or the seconds that its part of the work has taken."""
    if sheet.view.seconds:
        return np.asarray(picture.seconds)[lane]
    return np.arange(np.asarray(picture.losses).shape[1]) * picture.stride


def _last(picture: Laps, sheet: Sheet) -> float:
    if sheet.view.seconds:
        return max(1e-4, float(np.asarray(picture.seconds).max(initial=0)))
    return max(EARLIEST, picture.steps, picture.stride)


def _earlier(ghost: Ghost, sheet: Sheet) -> Laps | None:
    """An earlier race over the same ground: each work has its own scale."""
    laps = ghost.frame.pictures.get(sheet.panel)
    is_same = getattr(ghost.config, "work", "") == getattr(sheet.config, "work", "")
    return laps if isinstance(laps, Laps) and is_same and np.asarray(laps.losses).size else None


def _winner(laps: Laps) -> int:
    """The lane that ends lowest among those that have not diverged."""
    return int(np.where(np.asarray(laps.died) < 0, np.asarray(laps.losses)[:, -1], np.inf).argmin())


def _smooth(laps: Laps, sheet: Sheet) -> tuple[Any, float]:
    """The losses as they are drawn, and how much of each mean the next one keeps."""
    is_exact = getattr(sheet.other("landscape"), "at", None) is not None  # no noise on a closed-form surface
    keep = 0.0 if is_exact else min(STRONGEST, sheet.view.smooth) ** max(1, laps.stride / 2)
    return np.array([smoothed(line, keep) for line in np.asarray(laps.losses)]), keep


def _draw_earlier(ax: Axes, ghosts: Ghosts, sheet: Sheet) -> list[tuple[Any, Any]]:
    """All lanes of the last race, the best one of those before it; returns what was drawn, smooth and raw."""
    drawn = []
    for age, (pen, laps) in reversed(list(enumerate(ghosts))):
        smooth, _ = _smooth(laps, sheet)
        lanes = [_winner(laps)] if age else range(len(laps.slots))
        for lane in lanes:
            ax.plot(_places(laps, lane, sheet), smooth[lane], **pen)
        drawn.append((smooth[lanes], np.asarray(laps.losses)[lanes]))
    return drawn


def _losses(ax: Axes, picture: Laps, places: list[Any], sheet: Sheet, ghosts: Ghosts) -> None:
    raw = np.asarray(picture.losses)
    smooth, keep = _smooth(picture, sheet)
    drawn = [(smooth, raw), *_draw_earlier(ax, ghosts, sheet)]
    values = np.concatenate([part.ravel() for part, _ in drawn])
    firsts = np.concatenate([part[:, :1].ravel() for _, part in drawn])
    ax.set_ylim(*_range(values, firsts, sheet.view.log))
    walked = raw.shape[1] if picture.now is None else picture.now // picture.stride + 1
    for lane, slot in enumerate(picture.slots):
        colour, x = LANES[slot], places[lane]
        if picture.low is not None and picture.high is not None:
            low, high = (smoothed(np.asarray(band)[lane], keep) for band in (picture.low, picture.high))
            ax.fill_between(x, low, high, color=colour, alpha=0.16, linewidth=0)
        elif keep > 0.1 or picture.now is not None:
            ax.plot(x, _sound(raw[lane]), color=colour, linewidth=0.8, alpha=0.3)
        line = smooth[lane][:walked]
        ax.plot(x[:walked], line, color=colour, linewidth=1.9, marker="o" if len(line) == 1 else "", markersize=4)
        if picture.died[lane] >= 0:
            at = min(len(x) - 1, int(picture.died[lane]) // picture.stride)
            ax.plot(
                x[at], 0.96 - 0.02 * (slot % 3), transform=ax.get_xaxis_transform(), marker="x", markersize=8,
                markeredgewidth=2.2, color=colour, path_effects=halo(4),
            )  # fmt: skip


def _sound(values: Any) -> Any:
    return np.where(values >= 0, values, np.nan)


def smoothed(values: Any, keep: float) -> Any:
    """The moving average of the page: weighted anew after a gap."""
    mean = weight = 0.0
    out = np.full(len(values), np.nan)
    for i, value in enumerate(values):
        if not value >= 0:
            mean = weight = 0.0
            continue
        mean, weight = keep * mean + (1 - keep) * float(value), keep * weight + 1 - keep
        out[i] = mean / weight
    return out


def _range(values: Any, firsts: Any, log: bool) -> tuple[float, float]:
    sound = values[np.isfinite(values)]
    if not sound.size or not sound.max() > 0:
        return (0.01, 1.0) if log else (0.0, 1.0)
    low, high = max(float(sound.min()), 1e-9), float(sound.max())
    first = float(firsts.max())
    if first > 0:
        high = min(high, 20 * first)  # one that explodes must not press the others flat
    low = max(low, high * 1e-9)
    if log and high < LEAST_SPAN * low:
        low, high = low / LEAST_SPAN**0.5, high * LEAST_SPAN**0.5
    return (low * 0.7, high * 1.4) if log else (0.0, high * 1.06)


def draw_podium(figure: Figure, picture: Podium, sheet: Sheet) -> None:
    loss, died = np.asarray(picture.loss), np.asarray(picture.died)
    out = (died >= 0) | ~(loss >= 0)
    order = sorted(range(len(loss)), key=lambda lane: (bool(out[lane]), float(loss[lane])))
    first = float(np.asarray(picture.first).ravel()[0])
    far = [0.0 if out[lane] else max(0.0, float(np.log10(first / max(float(loss[lane]), 1e-9)))) for lane in order]
    most = max(0.5, *far)
    names = [sheet.lane(slot) for slot in picture.slots]
    left = 0.08 + PODIUM_LETTER * max(columns_of(name) for name in names)
    figure.set_size_inches(figure.get_figwidth(), 0.46 * len(order) + 1.2)
    ax = bare(figure.subplots())
    for rank, (lane, reach) in enumerate(zip(order, far, strict=True)):
        colour = LANES[picture.slots[lane]]
        ax.barh(rank, PODIUM_END - left, left=left, height=0.42, color=GRID, linewidth=0)
        ax.barh(rank, reach / most * (PODIUM_END - left), left=left, height=0.42, color=colour, linewidth=0)
        place = "–" if out[lane] else str(rank + 1) if sheet.frame.step else "·"
        ax.text(0, rank, place, size=12, weight="bold", va="center", color=colour)
        ax.text(0.045, rank, names[lane], size=9.5, va="center", weight="bold")
        if not out[lane]:
            ax.text(1.47, rank, shown(float(loss[lane])), size=9.5, va="center", ha="right")
        ax.text(1.52, rank, _remark(picture, lane, bool(out[lane]), sheet), size=8.8, va="center", color=FAINT)
    ax.set(xlim=(-0.01, 2.0), ylim=(len(order) - 0.2, -0.7))
    ax.text(0, len(order) - 0.45, _note(picture, sheet), size=8.8, color=FAINT, va="top")


def _remark(picture: Podium, lane: int, is_out: bool, sheet: Sheet) -> str:
    if is_out:
        return sheet.word("podium_out", step=int(picture.died[lane]))
    if picture.seeds > 1:
        return sheet.word("podium_wins", wins=round(float(picture.wins[lane])), seeds=picture.seeds)
    return "" if picture.accuracy is None else f"{100 * float(picture.accuracy[lane]):.1f} %"


def _note(picture: Podium, sheet: Sheet) -> str:
    if picture.seeds > 1:
        return sheet.word("podium_fan", seeds=picture.seeds)
    if getattr(sheet.other("landscape"), "at", None) is not None:
        return sheet.word("podium_height")
    return sheet.word("podium_exam" if getattr(sheet.config, "work", "") == "digits" else "podium_note")


def draw_sweep(figure: Figure, picture: Sweep, sheet: Sheet) -> None:
    rates, losses = np.asarray(picture.rates, dtype=float), np.asarray(picture.losses, dtype=float)
    figure.set_size_inches(figure.get_figwidth(), 3.6)
    ax = figure.subplots()
    ax.plot(rates, losses, color=LANES[picture.slot], linewidth=2.2, path_effects=halo(4, PANEL))
    if losses.size:
        ax.set(xlim=(rates[0], rates[-1]), ylim=(losses.min() * 0.9, losses.max() * 1.05))
    found = float(np.asarray(picture.suggestion).ravel()[0])
    entries: list[tuple[str, dict[str, Any]]] = [(sheet.lane(picture.slot), {"color": LANES[picture.slot]})]
    if found > 0:
        ax.axvline(found, color=INK, linewidth=1.3)
        entries.append((sheet.say("figures.suggested", rate=shown(found, 2)), {"color": INK, "linewidth": 1.3}))
    dress(ax, sheet.word("laps_rates"), sheet.word("metric_loss"), log=True, log_x=True)
    legend(ax, entries)


DRAW: dict[type, Draw] = {Laps: draw_laps, Podium: draw_podium, Sweep: draw_sweep}
