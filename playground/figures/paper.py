"""The paper that all figures share: fonts, the head with title and step, axes as the page draws them, and the file."""

from __future__ import annotations

import io
import logging
import math
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import fontManager
from matplotlib.lines import Line2D
from matplotlib.patheffects import Normal, Stroke
from matplotlib.text import Text as Writing
from matplotlib.ticker import Formatter, FuncFormatter, LogLocator, MaxNLocator, NullFormatter, NullLocator

from playground.core.pictures import Picture
from playground.figures.palette import AXIS, FAINT, GRID, INK, PANEL
from playground.figures.sheet import Sheet, columns_of
from playground.text import Text

# A Chinese font may have one weight only: that another one stands in is no news for whoever waits for a figure.
logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)

Draw = Callable[[Figure, Any, Sheet], None]

# The first of each list that this machine has is used; a viewer of an SVG file goes through the whole list.
LATIN = ("Inter", "Segoe UI", "Helvetica Neue", "Roboto", "Noto Sans", "Arial", "Liberation Sans")
CHINESE = (
    "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Source Han Sans SC", "Source Han Sans CN", "Noto Sans SC",
    "Hiragino Sans GB", "Heiti SC", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "SimHei", "Droid Sans Fallback",
    "Noto Sans CJK JP", "Noto Sans CJK TC", "Noto Sans CJK HK", "Noto Sans CJK KR", "Arial Unicode MS",
)  # fmt: skip
SYMBOLS = "DejaVu Sans"  # comes with matplotlib
MONOSPACE = ("Menlo", "Consolas", "Liberation Mono", "DejaVu Sans Mono")
INSTALLED = frozenset(font.name for font in fontManager.ttflist)
WIDTH = 7.0  # inches
HEAD = 0.66  # inches for the title and the line under it
FOOT = 0.185  # and for a line under the plot
EDGE = 0.16
LEGEND = 8.8  # points
LEGEND_MARK = 0.5  # inches of the mark of an entry and of the gaps around it
LEGEND_MARGIN = 0.6  # inches at the sides of a figure that no legend may take
LETTER = 0.52  # of the size of a font: the mean width of its letters
DOTS = 200  # an inch, in a PNG
DRAWING = threading.Lock()  # matplotlib's fonts and layouts are shared and not made for several threads


def installed(names: Iterable[str]) -> list[str]:
    return [name for name in names if name in INSTALLED]


HAS_CHINESE = bool(installed(CHINESE))
IS_CHINESE_BOLD = any(
    font.name in installed(CHINESE)[:1] and str(font.weight) in ("bold", "black", "600", "700", "800", "900")
    for font in fontManager.ttflist
)
logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)  # it warns of each weight that a font lacks
matplotlib.rcParams.update(
    {
        "font.family": [*installed(LATIN)[:1], *installed(CHINESE)[:1], SYMBOLS],
        "font.size": 9.5,
        "text.color": INK,
        "text.parse_math": False,  # a dollar sign is a dollar sign
        "svg.fonttype": "none",  # text stays text
        "svg.hashsalt": "neural-playground",  # the same picture is the same file
        "pdf.fonttype": 42,
        "axes.unicode_minus": True,
        "path.simplify_threshold": 0.5,
    }
)


def lacks_letters(text: Text) -> bool:
    """Whether no font of this machine can write the language; figures are in English then."""
    return text.language == "zh" and not HAS_CHINESE


def headed(draw: Draw, picture: Picture, sheet: Sheet) -> Figure:
    """A figure under its title; in Chinese only where a font can write it, for empty boxes say nothing to anybody."""
    if lacks_letters(sheet.text):
        sheet = replace(sheet, text=Text("en"))
    figure = Figure(figsize=(WIDTH, 4.4), dpi=100, facecolor=PANEL, layout="constrained")
    FigureCanvasAgg(figure)
    draw(figure, picture, sheet)
    foot = FOOT * sum(len(notes.get_texts()) for notes in figure.legends)
    figure.set_figheight(figure.get_figheight() + foot)
    width, height = figure.get_size_inches()
    top, bottom = 1 - HEAD / height, (EDGE + foot) / height
    x = EDGE / width
    layout: Any = figure.get_layout_engine()
    layout.set(w_pad=0.06, h_pad=0.05, rect=(x, bottom, 1 - 2 * x, top - bottom))
    for notes in figure.legends:
        notes.set_bbox_to_anchor((x, EDGE / height), figure.transFigure)  # type: ignore[arg-type]
    figure.text(x + 0.05 / width, 1 - 0.19 / height, sheet.title, size=13, weight="bold", va="top")
    below = sheet.say("figures.head", lesson=sheet.say(f"{sheet.lesson.key}.title"), step=f"{sheet.frame.step:,}")
    figure.text(x + 0.05 / width, 1 - 0.46 / height, below, size=9, color=FAINT, va="top")
    _even_out(figure)
    return figure


def _even_out(figure: Figure) -> None:
    """Where the Chinese font has no bold, Latin letters among its signs are not bold either."""
    for text in figure.findobj(Writing):
        assert isinstance(text, Writing)
        if not IS_CHINESE_BOLD and columns_of(text.get_text()) > len(text.get_text()):
            text.set_fontweight("normal")


def written(figure: Figure, form: str) -> bytes:
    """The figure as a file; without a date, so that the same figure is the same bytes."""
    out = io.BytesIO()
    facts: dict[str, dict[str, Any]] = {
        "png": {"Software": "Neural Playground"},
        "svg": {"Date": None, "Creator": "Neural Playground"},
        "pdf": {"CreationDate": None, "Creator": "Neural Playground"},
    }
    figure.savefig(out, format=form, dpi=DOTS, metadata=facts[form])
    return out.getvalue()


def shown(value: float, digits: int = 3) -> str:
    """A number as the page writes it."""
    if not math.isfinite(value):
        return "–"
    if value == 0:
        return "0"
    size = abs(value)
    if size >= 1e6 or size < 1e-4:
        mantissa, power = f"{value:.1e}".split("e")
        return f"{mantissa.removesuffix('.0')}e{int(power)}".replace("-", "−")
    if size >= 1e4 and value == int(value) and int(value) % 1000 == 0:
        return f"{int(value) // 1000}k"
    return f"{float(f'{value:.{digits}g}'):.10g}".replace("-", "−")


class Plain(Formatter):
    """Numbers as the page writes them, with as many digits as tell two neighbours apart."""

    def __call__(self, x: float, pos: int | None = None) -> str:
        axis: Any = self.axis
        places = [float(place) for place in axis.get_majorticklocs()] if axis else []
        step = min((abs(b - a) for a, b in pairwise(places)), default=0.0)
        digits = 3 if not step or not x else math.ceil(math.log10(abs(x) / step)) + 1
        return shown(float(x), min(9, max(3, digits)))


def dress(ax: Axes, x_label: str = "", y_label: str = "", *, log: bool = False, log_x: bool = False) -> Axes:
    """Axes as on the page: a light grid, two thin spines, quiet numbers."""
    ax.set_facecolor(PANEL)
    ax.grid(True, color=GRID, linewidth=0.8)
    ax.set_axisbelow(True)
    for side, spine in ax.spines.items():
        spine.set_visible(side in ("left", "bottom"))
        spine.set_color(AXIS)
    ax.tick_params(colors=FAINT, labelsize=8.5, length=0, pad=5)
    ax.tick_params(which="minor", length=0)
    for axis, is_log in ((ax.xaxis, log_x), (ax.yaxis, log)):
        if is_log:
            (ax.set_xscale if axis is ax.xaxis else ax.set_yscale)("log")
            _mark_log(axis)
        else:
            axis.set_major_locator(MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]))
            axis.set_major_formatter(Plain())
    ax.set_xlabel(x_label, color=FAINT, size=9)
    ax.set_ylabel(y_label, color=FAINT, size=9)
    return ax


def _mark_log(axis: Any) -> None:
    """Powers of ten; where fewer than three are in sight, also what lies between."""
    low, high = axis.get_view_interval()
    decades = math.log10(max(high, 1e-300) / max(low, 1e-300)) if low > 0 else 9
    axis.set_major_locator(
        LogLocator(10, subs=(1.0,) if decades > 2.5 else (1, 2, 5) if decades > 0.8 else range(1, 10))
    )
    axis.set_major_formatter(FuncFormatter(lambda value, _: shown(float(value))))
    axis.set_minor_locator(NullLocator())
    axis.set_minor_formatter(NullFormatter())


def dots(ax: Axes, places: Any, **style: Any) -> None:
    """Places (n, 2) as dots."""
    ax.scatter(places[:, 0], places[:, 1], **style)


def note(ax: Axes, place: Any, text: str, **style: Any) -> None:
    ax.text(float(place[0]), float(place[1]), text, **style)


def bare(ax: Axes) -> Axes:
    """Axes that only hold a drawing."""
    ax.set_axis_off()
    return ax


def legend(ax: Axes, entries: Sequence[tuple[str, dict[str, Any]]], **more: Any) -> None:
    """Above the plot, in as few rows as have room; each entry is a text and how its line looks."""
    handles = [Line2D([], [], label=text, **{"linewidth": 2.2, **style}) for text, style in entries]
    settings: dict[str, Any] = {
        "loc": "lower left",
        "bbox_to_anchor": (0, 1.0),
        "ncols": _fitting([text for text, _ in entries], ax.figure.get_figwidth() - LEGEND_MARGIN),  # type: ignore[union-attr]
        "frameon": False,
        "fontsize": LEGEND,
        "labelcolor": FAINT,
        "handlelength": 1.4,
        "columnspacing": 1.6,
        "borderaxespad": 0.2,
    }
    ax.legend(handles=handles, **settings | more)


def footnotes(figure: Figure, handles: Sequence[Line2D]) -> None:
    """Under the plot, one below the other: the labels of lines, each beside its line."""
    notes = figure.legend(
        handles=handles, loc="lower left", ncols=1, frameon=False, fontsize=8.8, labelcolor=FAINT, handlelength=2.6,
        labelspacing=0.5, borderaxespad=0, borderpad=0.3,
    )  # fmt: skip
    notes.set_in_layout(False)


def _fitting(texts: Sequence[str], room: float) -> int:
    """In how many columns texts of a legend fit into so many inches."""
    for columns in range(len(texts), 1, -1):
        filled = np.array_split([columns_of(text) for text in texts], columns)  # as matplotlib fills them
        if sum(LEGEND_MARK + widths.max() * LETTER * LEGEND / 72 for widths in filled) <= room:
            return columns
    return 1


def halo(width: float, colour: str = PANEL) -> list[Any]:
    """A rim around a line or a text, so that it stands out from what lies under it."""
    return [Stroke(linewidth=width, foreground=colour), Normal()]
