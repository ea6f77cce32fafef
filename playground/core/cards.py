"""Says in a card why a run does not go well: the number that shows it, and settings that help."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray

from playground.core.history import History
from playground.core.limits import Stop

if TYPE_CHECKING:
    from playground.core.run import Build

Values = Mapping[str, Any]  # knob → value
Seek = Callable[["Build", Any, torch.device], Values | None]  # tries settings with runs of its own

SHOWS = 4  # how strong a finding must be to be shown; found twice in a row, or once at the end of a run
GAIN = 2  # each finding makes it stronger by this; each look without it weaker by one
CHECK_EVERY = 10  # looks between two that also ask what goes wrong


@dataclass(frozen=True, eq=False)
class Card:
    """What went wrong (`key`), the numbers that show it, and settings that help.

    fix: settings that are known to help. seek: tries some and returns those that do, for the cases in which nobody can
    know. restarts: whether the run starts anew under them, or goes on. nets: of several, those that it is about.
    unsure: it is shown only when its seek has found something, because it could also lie in the data.
    """

    key: str
    facts: Mapping[str, object]
    fix: Values = field(default_factory=dict)
    seek: Seek | None = None
    restarts: bool = True
    nets: tuple[str, ...] = ()
    unsure: bool = False


@dataclass(frozen=True)
class Signs:
    """What a detector may judge by: all of it has been measured already.

    since: the step at which the settings changed last; numbers: what the trainer says of its inner state.
    """

    config: Any
    step: int
    since: int
    history: History
    numbers: Mapping[str, NDArray[np.float32]]
    stop: Stop | None = None

    @property
    def age(self) -> int:
        """Steps under these settings."""
        return self.step - self.since

    def series(self, name: str) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """The steps and values of a metric under these settings; both are empty where there is none."""
        if name not in self.history.series:
            return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32)
        steps, values = self.history.series[name].kept()
        under = steps >= self.since
        return steps[under], values[under]

    def number(self, name: str, default: float = float("nan")) -> float:
        return float(self.numbers[name]) if name in self.numbers else default

    def of(self, net: str) -> Signs:
        """What concerns one of several nets: its loss is called by its name, and all else has the name in front."""
        own = f"{net}_"
        history = History()
        if net in self.history.series:
            history.series["loss"] = self.history.series[net]
        for name, series in self.history.series.items():
            if name.startswith(own):
                history.series[name.removeprefix(own)] = series
        numbers = {name.removeprefix(own): value for name, value in self.numbers.items() if name.startswith(own)}
        is_others = self.stop is not None and self.stop.facts.get("metric", net) != net
        return replace(self, history=history, numbers=numbers, stop=None if is_others else self.stop)


Detector = Callable[[Signs], Card | None]


def first_of(*detectors: Detector) -> Detector:
    """The first of these that finds something: for causes that would otherwise be named twice."""

    def detect(signs: Signs) -> Card | None:
        return next((card for detector in detectors if (card := detector(signs))), None)

    return detect


def each_net(names: Sequence[str], detector: Detector) -> Detector:
    """Judges nets side by side, each by its own numbers; the first card found names all nets with the same trouble."""

    def detect(signs: Signs) -> Card | None:
        found = {name: card for name in names if (card := detector(signs.of(name)))}
        if not found:
            return None
        first = next(iter(found.values()))
        nets = tuple(name for name, card in found.items() if card.key == first.key)
        return replace(first, nets=nets)

    return detect


def cured_by(fix: Values, detector: Detector) -> Detector:
    """Offers settings that are known to help, where seeking some would take too long."""

    def detect(signs: Signs) -> Card | None:
        card = detector(signs)
        return replace(card, fix=fix, seek=None) if card else None

    return detect


class Watch:
    """Which cards are shown: noise must neither bring one nor take it away, so a finding has to last."""

    def __init__(self, detectors: Iterable[Detector]) -> None:
        self._detectors = tuple(detectors)
        self._looks = 0
        self._checked = -1  # the step of the last check
        self.tuned(0)

    def tuned(self, step: int) -> None:
        """The settings have changed: what was found under the old ones no longer counts."""
        self._since = step
        self._strength: dict[str, int] = {}
        self._cards: dict[str, Card] = {}

    @property
    def cards(self) -> tuple[Card, ...]:
        return tuple(self._cards.values())

    def is_due(self, step: int) -> bool:
        """Whether this look also asks what goes wrong: only now and then, and only where something was learnt."""
        if not self._detectors or step == self._checked:
            return False
        self._looks += 1
        return self._looks % CHECK_EVERY == 1

    def check(
        self, config: Any, step: int, history: History, numbers: Mapping[str, NDArray[np.float32]], stop: Stop | None
    ) -> None:
        """Let the detectors judge; with a stop it is for the last time."""
        self._checked = step
        signs = Signs(config, step, self._since, history, numbers, stop)
        found = {card.key: card for detect in self._detectors if (card := detect(signs))}
        for key in {**self._strength, **found}:
            strength = self._strength.get(key, 0)
            if stop:
                strength = SHOWS if key in found else 0
            else:
                strength = min(SHOWS, strength + GAIN) if key in found else max(0, strength - 1)
            self._strength[key] = strength
            if strength == SHOWS and key in found:
                self._cards.setdefault(key, found[key])  # its numbers stay those that brought it
            elif not strength:
                self._cards.pop(key, None)
