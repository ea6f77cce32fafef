"""Declares each hyperparameter once, so that widgets, links, the API and the checks all derive from one place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any, ClassVar, Self

from playground.core.refusal import BadValue, echo

MAX_LAYERS = 8
MAX_WIDTH = 16
MAX_POINTS = 1000
MAX_COORDINATE = 1e4


@dataclass(frozen=True)
class Knob:
    """What every knob has; the subclasses say what is allowed."""

    default: Any
    group: str
    live: bool = False
    shown_if: tuple[str, tuple[str, ...]] | None = None
    name: str = ""
    kind: ClassVar[str]

    def check(self, value: Any) -> Any:
        """The value in its canonical type; raises BadValue."""
        raise NotImplementedError

    def read(self, text: str) -> Any:
        """The value from its text form in a link or on the command line; raises BadValue."""
        return self.check(text)

    def write(self, value: Any) -> str:
        """The inverse of read."""
        return str(value)

    def keeps_run(self, before: Any, after: Any) -> bool:
        """Whether a run may go on when its value changes so."""
        return self.live or before == after

    def refuse(self, value: object, **facts: object) -> BadValue:
        return BadValue(f"bad_{self.kind}", knob=self.name, value=echo(value), **facts)


@dataclass(frozen=True)
class Number(Knob):
    """A number in [low, high]; `slider` is the part of the range that is worth dragging through."""

    low: float = 0.0
    high: float = 1.0
    integer: bool = False
    slider: tuple[float, float] | None = None
    log: bool = False
    kind = "number"

    def check(self, value: Any) -> Any:
        wrong = self._wrong(value)
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise wrong
        if not self.low <= value <= self.high or (self.integer and value != int(value)):  # NaN compares false
            raise wrong
        return int(value) if self.integer else float(value)

    def read(self, text: str) -> Any:
        try:
            return self.check(float(text))
        except ValueError as error:
            raise self._wrong(text) from error

    def _wrong(self, value: object) -> BadValue:
        return self.refuse(value, low=self.write(self.low), high=self.write(self.high))

    def write(self, value: Any) -> str:
        if self.integer:
            return str(int(value))
        return f"{value:g}" if float(f"{value:g}") == value else repr(value)


@dataclass(frozen=True)
class Choice(Knob):
    options: tuple[str, ...] = ()
    kind = "choice"

    def check(self, value: Any) -> Any:
        if not isinstance(value, str) or value not in self.options:
            raise self.refuse(value, options=", ".join(self.options))
        return value


@dataclass(frozen=True)
class Toggle(Knob):
    kind = "toggle"

    def check(self, value: Any) -> Any:
        if not isinstance(value, bool):
            raise self.refuse(value)
        return value

    def read(self, text: str) -> Any:
        if text not in ("0", "1"):
            raise self.refuse(text)
        return text == "1"

    def write(self, value: Any) -> str:
        return "1" if value else "0"


@dataclass(frozen=True)
class Subset(Knob):
    """One or more of the options, kept in the order of the options."""

    options: tuple[str, ...] = ()
    kind = "subset"

    def check(self, value: Any) -> Any:
        wrong = self.refuse(value, options=", ".join(self.options))
        if isinstance(value, str) or not isinstance(value, Sequence) or not value:
            raise wrong
        if not all(isinstance(item, str) and item in self.options for item in value):
            raise wrong
        return tuple(option for option in self.options if option in value)

    def read(self, text: str) -> Any:
        return self.check(text.split("."))

    def write(self, value: Any) -> str:
        return ".".join(value)


@dataclass(frozen=True)
class Layers(Knob):
    """The widths of the hidden layers; an empty tuple is a linear model."""

    kind = "layers"

    def check(self, value: Any) -> Any:
        wrong = self.refuse(value, layers=MAX_LAYERS, width=MAX_WIDTH)
        if isinstance(value, str) or not isinstance(value, Sequence) or len(value) > MAX_LAYERS:
            raise wrong
        if not all(type(width) is int and 1 <= width <= MAX_WIDTH for width in value):
            raise wrong
        return tuple(value)

    def read(self, text: str) -> Any:
        parts = text.split("-") if text else []
        if not all(part.isascii() and part.isdigit() and len(part) < 4 for part in parts):
            raise self.refuse(text, layers=MAX_LAYERS, width=MAX_WIDTH)
        return self.check([int(part) for part in parts])

    def write(self, value: Any) -> str:
        return "-".join(map(str, value))


@dataclass(frozen=True)
class OwnPoints(Knob):
    """The reader's own points, each (x, y, class); None while a ready-made data set is used."""

    classes: int = 1
    kind = "points"

    def keeps_run(self, before: Any, after: Any) -> bool:
        """A ready-made data set begins with its own run, as it does when another one is chosen."""
        return after is not None or before is None

    def check(self, value: Any) -> Any:
        if value is None:
            return None
        wrong = self.refuse(value, most=MAX_POINTS, classes=self.classes)
        if isinstance(value, str) or not isinstance(value, Sequence) or len(value) > MAX_POINTS:
            raise wrong
        return tuple(self._point(item, wrong) for item in value)

    def _point(self, item: Any, wrong: BadValue) -> tuple[float, float, int]:
        if isinstance(item, str) or not isinstance(item, Sequence) or len(item) != 3:
            raise wrong
        if any(isinstance(part, bool) or not isinstance(part, (int, float)) for part in item):
            raise wrong
        x, y, label = item
        if not (abs(x) <= MAX_COORDINATE and abs(y) <= MAX_COORDINATE and label in range(self.classes)):
            raise wrong
        return round(float(x), 4), round(float(y), 4), int(label)

    def read(self, text: str) -> Any:
        try:
            parts = [[float(number) for number in item.split("_")] for item in text.split("~") if item]
        except ValueError as error:
            raise self.refuse(text, most=MAX_POINTS, classes=self.classes) from error
        return self.check(parts)

    def write(self, value: Any) -> str:
        return "~".join(f"{x:.10g}_{y:.10g}_{label}" for x, y, label in value or ())


def _declare(knob: Knob) -> Any:
    return field(default=knob.default, metadata={"knob": knob})


def number(
    default: float,
    low: float,
    high: float,
    *,
    group: str,
    integer: bool = False,
    slider: tuple[float, float] | None = None,
    log: bool = False,
    live: bool = False,
    shown_if: tuple[str, tuple[str, ...]] | None = None,
) -> Any:
    return _declare(Number(default, group, live, shown_if, "", low, high, integer, slider, log))


def choice(
    default: str,
    options: Iterable[str],
    *,
    group: str,
    live: bool = False,
    shown_if: tuple[str, tuple[str, ...]] | None = None,
) -> Any:
    return _declare(Choice(default, group, live, shown_if, "", tuple(options)))


def toggle(
    default: bool, *, group: str, live: bool = False, shown_if: tuple[str, tuple[str, ...]] | None = None
) -> Any:
    return _declare(Toggle(default, group, live, shown_if))


def subset(default: tuple[str, ...], options: tuple[str, ...], *, group: str) -> Any:
    return _declare(Subset(default, group, options=options))


def layers(default: tuple[int, ...], *, group: str) -> Any:
    return _declare(Layers(default, group))


def own_points(classes: int, *, group: str) -> Any:
    return _declare(OwnPoints(None, group, live=True, classes=classes))


@dataclass(frozen=True)
class Config:
    """The hyperparameters of one lesson; every instance has passed its knobs' checks."""

    def __post_init__(self) -> None:
        for name, knob in self.knobs().items():
            object.__setattr__(self, name, knob.check(getattr(self, name)))

    @classmethod
    def knobs(cls) -> dict[str, Knob]:
        return {item.name: replace(item.metadata["knob"], name=item.name) for item in fields(cls)}

    @classmethod
    def read(cls, texts: Mapping[str, str]) -> Self:
        """The config from the text form of links, names apart that are no knobs; raises BadValue."""
        known = cls.knobs()
        return cls().changed({name: known[name].read(text) for name, text in texts.items() if name in known})

    def changed(self, values: Mapping[str, Any]) -> Self:
        """A copy with these values; raises BadValue, also for a name that is no knob."""
        known = self.knobs()
        for name in values:
            if name not in known:
                raise BadValue("bad_name", value=echo(name), options=", ".join(known))
        return replace(self, **values)

    def keeps_run(self, other: Config) -> bool:
        """Whether a run may go on under the other config: all that differs is live."""
        return all(knob.keeps_run(getattr(self, name), getattr(other, name)) for name, knob in self.knobs().items())

    def written(self) -> dict[str, str]:
        """Every value in the text form of links; an absent one (no own points) is left out."""
        values = {name: (knob, getattr(self, name)) for name, knob in self.knobs().items()}
        return {name: knob.write(value) for name, (knob, value) in values.items() if value is not None}

    def query(self) -> dict[str, str]:
        """What differs from the defaults, in the text form of links."""
        values = {name: (knob, getattr(self, name)) for name, knob in self.knobs().items()}
        return {name: knob.write(value) for name, (knob, value) in values.items() if value != knob.default}
