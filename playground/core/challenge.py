"""A task that a link sets: a target to be met under conditions, and settings that must stay as they are.

In a link: aim=test_loss.lt.0.01~accuracy.gt.0.9&most=neurons.8~steps.2000&hide=lr.optimizer
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from playground.core.knobs import Config
from playground.core.refusal import BadValue, echo

NAMES = ("aim", "most", "hide")  # of its parts in a link; no knob is called so
RELATIONS = ("lt", "gt")
BOUNDS = ("neurons", "steps")
MOST_AIMS = 3
LARGEST_AIM = 1e6
LARGEST_BOUND = 1_000_000


@dataclass(frozen=True)
class Aim:
    """A metric that must be below (lt) or above (gt) a value."""

    metric: str
    relation: str
    value: float

    def is_met(self, now: float) -> bool:
        return now < self.value if self.relation == "lt" else now > self.value  # NaN compares false


@dataclass(frozen=True)
class Condition:
    """One part of a challenge as it stands now; `now` is NaN where nothing has been measured yet."""

    name: str
    relation: str  # lt, gt or most
    value: float
    now: float
    is_met: bool


@dataclass(frozen=True)
class Challenge:
    """aims: all must be met at one moment; most: bounds that must hold at that moment; hidden: knobs that stay."""

    aims: tuple[Aim, ...]
    most: Mapping[str, int] = field(default_factory=dict)
    hidden: tuple[str, ...] = ()

    def conditions(self, config: Config, step: int, metrics: Mapping[str, float]) -> tuple[Condition, ...]:
        """How each part stands, by measured numbers alone."""
        met = []
        for aim in self.aims:
            now = float(metrics.get(aim.metric, math.nan))
            met.append(Condition(aim.metric, aim.relation, aim.value, now, step > 0 and aim.is_met(now)))
        used = {"neurons": neurons(config) or 0, "steps": step}
        met += [Condition(name, "most", bound, used[name], used[name] <= bound) for name, bound in self.most.items()]
        return tuple(met)

    def keeps(self, config: Config, other: Config) -> None:
        """Raise BadValue where a setting that must stay would change."""
        for name in self.hidden:
            if getattr(config, name) != getattr(other, name):
                raise BadValue("bad_hidden", knob=name)

    def query(self) -> dict[str, str]:
        """Its parts of a link."""
        parts = {
            "aim": "~".join(f"{aim.metric}.{aim.relation}.{aim.value:.12g}" for aim in self.aims),
            "most": "~".join(f"{name}.{bound}" for name, bound in self.most.items()),
            "hide": ".".join(self.hidden),
        }
        return {name: text for name, text in parts.items() if text}


def neurons(config: Config) -> int | None:
    """How many hidden neurons a config builds; None where a lesson has no such number."""
    widths: Sequence[int] | None = getattr(config, "layers", None)
    if widths is not None:
        return sum(widths)
    hidden, depth = getattr(config, "hidden", None), getattr(config, "depth", None)
    return None if hidden is None or depth is None else int(hidden * depth)


def read_challenge(given: Mapping[str, str], config: Config, metrics: Sequence[str]) -> Challenge | None:
    """The challenge that the parts of a link set, if any; raises BadValue."""
    if not given.get("aim"):
        return None
    texts = given["aim"].split("~")
    if len(texts) > MOST_AIMS:
        raise BadValue("bad_aim", value=echo(given["aim"]), metrics=", ".join(metrics), most=MOST_AIMS)
    aims = tuple(_read_aim(text, metrics) for text in texts)
    most = dict(_read_bound(text, config) for text in given.get("most", "").split("~") if text)
    return Challenge(aims, most, _read_hidden(given.get("hide", ""), config))


def _read_aim(text: str, metrics: Sequence[str]) -> Aim:
    metric, _, rest = text.partition(".")
    relation, _, number = rest.partition(".")
    wrong = BadValue("bad_aim", value=echo(text), metrics=", ".join(metrics), most=MOST_AIMS)
    try:
        value = float(number)
    except ValueError as error:
        raise wrong from error
    if metric not in metrics or relation not in RELATIONS or not abs(value) <= LARGEST_AIM:  # NaN compares false
        raise wrong
    return Aim(metric, relation, value)


def _read_bound(text: str, config: Config) -> tuple[str, int]:
    name, _, number = text.partition(".")
    allowed = [bound for bound in BOUNDS if bound != "neurons" or neurons(config) is not None]
    is_number = number.isascii() and number.isdigit() and len(number) < 8
    if name not in allowed or not is_number or int(number) > LARGEST_BOUND:
        raise BadValue("bad_most", value=echo(text), options=", ".join(allowed), largest=LARGEST_BOUND)
    return name, int(number)


def _read_hidden(text: str, config: Config) -> tuple[str, ...]:
    known: dict[str, Any] = config.knobs()
    names = [name for name in text.split(".") if name]
    for name in names:
        if name not in known:
            raise BadValue("bad_name", value=echo(name), options=", ".join(known))
    return tuple(name for name in known if name in names)
