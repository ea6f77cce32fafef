"""Declares who runs in a race: each lane an optimizer with its learning rate, options and schedule, and their knob."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from playground.core.knobs import Knob
from playground.core.refusal import BadValue, echo

LEAST_LANES, MOST_LANES = 2, 8
LOWEST_RATE, HIGHEST_RATE = 1e-6, 100.0
SCHEDULES = ("constant", "step", "multistep", "exponential", "cosine", "onecycle", "warmup", "plateau")


@dataclass(frozen=True)
class Option:
    """A hyperparameter of one kind of optimizer beside its learning rate."""

    default: float
    low: float
    high: float
    integer: bool = False


@dataclass(frozen=True)
class Kind:
    """A kind of optimizer: the rate a new lane starts with, and its options."""

    rate: float
    options: Mapping[str, Option]


_DECAY = {"decay": Option(0.0, 0, 1)}
_MOMENTUM = {"momentum": Option(0.9, 0, 0.999)}
_BETAS = {"beta1": Option(0.9, 0, 0.999), "beta2": Option(0.999, 0, 0.99999)}
KINDS: dict[str, Kind] = {
    "sgd": Kind(0.05, _DECAY),
    "momentum": Kind(0.02, _MOMENTUM | _DECAY),
    "nesterov": Kind(0.02, _MOMENTUM | _DECAY),
    "adagrad": Kind(0.05, _DECAY),
    "rmsprop": Kind(0.005, {"alpha": Option(0.99, 0, 0.9999)} | _DECAY),
    "adam": Kind(0.01, _BETAS | _DECAY),
    "adamw": Kind(0.01, _BETAS | {"decay": Option(0.01, 0, 1)}),
    "nadam": Kind(0.01, _BETAS | _DECAY),
    "adadelta": Kind(1.0, {"rho": Option(0.9, 0, 0.9999)} | _DECAY),
    "radam": Kind(0.01, _BETAS | _DECAY),
    "muon": Kind(0.01, {"momentum": Option(0.95, 0, 0.999)} | _DECAY),
    "lbfgs": Kind(0.1, {"iterations": Option(4, 1, 10, integer=True)}),
}


@dataclass(frozen=True)
class LaneSpec:
    """One lane as it is declared. `slot` is its number and its colour; it stays while the lane is in the race.

    options: (name, value) pairs, those only that differ from the kind's defaults, in the kind's order.
    """

    slot: int
    kind: str
    lr: float
    schedule: str = "constant"
    options: tuple[tuple[str, float], ...] = ()

    def option(self, name: str) -> float:
        return dict(self.options).get(name, KINDS[self.kind].options[name].default)


def lane(slot: int, kind: str, lr: float, schedule: str = "constant", **options: float) -> LaneSpec:
    """A checked lane, written short; for presets and tests."""
    return _spec({"slot": slot, "kind": kind, "lr": lr, "schedule": schedule, "options": options})


def _number(value: Any, low: float, high: float, what: str) -> float:
    wrong = BadValue("bad_lane_number", what=what, value=echo(value), low=f"{low:g}", high=f"{high:g}")
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:  # NaN compares false
        raise wrong
    return float(value)


def _pairs(value: Any, kind: str) -> dict[str, Any]:
    """The options as given, from a mapping or from pairs."""
    if isinstance(value, Mapping):
        given = dict(value)
    elif isinstance(value, (list, tuple)) and all(isinstance(item, (list, tuple)) and len(item) == 2 for item in value):
        if not all(isinstance(name, str) for name, _ in value):
            raise BadValue("bad_lane", value=echo(value), most=MOST_LANES)
        given = dict(value)
    else:
        raise BadValue("bad_lane", value=echo(value), most=MOST_LANES)
    for name in given:
        if name not in KINDS[kind].options:
            raise BadValue("bad_lane_option", kind=kind, value=echo(name), options=", ".join(KINDS[kind].options))
    return given


def _spec(value: Any) -> LaneSpec:
    if isinstance(value, LaneSpec):
        value = {name: getattr(value, name) for name in ("slot", "kind", "lr", "schedule", "options")}
    if not isinstance(value, Mapping) or not set(value) <= {"slot", "kind", "lr", "schedule", "options"}:
        raise BadValue("bad_lane", value=echo(value), most=MOST_LANES)
    slot, kind, schedule = value.get("slot"), value.get("kind"), value.get("schedule", "constant")
    if type(slot) is not int or not 0 <= slot < MOST_LANES:
        raise BadValue("bad_lane", value=echo(slot), most=MOST_LANES)
    if not isinstance(kind, str) or kind not in KINDS:
        raise BadValue("bad_lane_kind", value=echo(kind), options=", ".join(KINDS))
    if not isinstance(schedule, str) or schedule not in SCHEDULES:
        raise BadValue("bad_lane_schedule", value=echo(schedule), options=", ".join(SCHEDULES))
    rate = _number(value.get("lr"), LOWEST_RATE, HIGHEST_RATE, "lr")
    given, options = _pairs(value.get("options", ()), kind), []
    for name, option in KINDS[kind].options.items():
        number = _number(given.get(name, option.default), option.low, option.high, name)
        if option.integer:
            number = float(round(number))
        if number != option.default:
            options.append((name, number))
    return LaneSpec(slot, kind, rate, schedule, tuple(options))


def _short(value: float) -> str:
    return f"{value:g}" if float(f"{value:g}") == value else repr(value)


@dataclass(frozen=True)
class Lanes(Knob):
    """2 to 8 lanes with different slots. In a link: 0_sgd_0.05_constant~1_momentum_0.02_cosine_momentum-0.8."""

    kind = "lanes"

    def check(self, value: Any) -> Any:
        if isinstance(value, (str, Mapping)) or not isinstance(value, Sequence):
            raise self.refuse(value, least=LEAST_LANES, most=MOST_LANES)
        if not LEAST_LANES <= len(value) <= MOST_LANES:
            raise self.refuse(len(value), least=LEAST_LANES, most=MOST_LANES)
        specs = tuple(_spec(item) for item in value)
        if len({spec.slot for spec in specs}) < len(specs):
            raise BadValue("bad_lane", value=echo([spec.slot for spec in specs]), most=MOST_LANES)
        return specs

    def read(self, text: str) -> Any:
        return self.check([self._read_lane(part) for part in text.split("~")[: MOST_LANES + 1]])

    def _read_lane(self, text: str) -> dict[str, Any]:
        slot, kind, rate, schedule, *options = [*text.split("_"), *[""] * (4 - len(text.split("_")))]
        try:
            pairs = [(name, float(number)) for name, _, number in (option.partition("-") for option in options)]
            return {"slot": int(slot), "kind": kind, "lr": float(rate), "schedule": schedule, "options": pairs}
        except ValueError as error:
            raise BadValue("bad_lane", value=echo(text), most=MOST_LANES) from error

    def write(self, value: Any) -> str:
        return "~".join(
            "_".join(
                [
                    *(str(spec.slot), spec.kind, _short(spec.lr), spec.schedule),
                    *(f"{name}-{_short(number)}" for name, number in spec.options),
                ]
            )
            for spec in value
        )


def lanes(default: tuple[LaneSpec, ...], *, group: str) -> Any:
    """The knob; adding, dropping and changing lanes is live."""
    return field(default=default, metadata={"knob": Lanes(default, group, live=True)})
