"""Puts the cards of a run into words, and has those settings tried in the background that nobody can know before."""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping
from typing import Any
from weakref import WeakKeyDictionary

import torch

from playground.core.cards import Card, Seek, Values
from playground.core.knobs import Choice, Config, Toggle
from playground.core.lanes import Lanes
from playground.core.lesson import Lesson
from playground.core.run import Run
from playground.text import Text

MOST_SHOWN = 2
BETWEEN = " · "


def shown(value: object) -> object:
    """A number in three digits, and with a power of ten only where it is very large or small."""
    if not isinstance(value, float):
        return value
    short = f"{value:.0f}" if 1000 <= abs(value) < 1e6 else f"{value:.3g}"
    return short.replace("e-0", "e-").replace("e+0", "e").replace("e+", "e")


class Remedies:
    """The settings found for each card; whoever calls holds the seat's lock."""

    def __init__(self, lesson: Lesson, text: Text, device: torch.device) -> None:
        self._lesson, self._text, self._device = lesson, text, device
        self._found: WeakKeyDictionary[Card, Values] = WeakKeyDictionary()
        self.search = threading.Thread()

    def is_busy(self) -> bool:
        """Whether settings are being tried."""
        return self.search.is_alive()

    def fix_of(self, card: Card, kept: Collection[str] = ()) -> Values:
        """The settings that help, if some are known and none of them must be kept as it is."""
        values = card.fix or self._found.get(card, {})
        return {} if set(values) & set(kept) else values

    def show(self, run: Run, kept: Collection[str] = ()) -> list[dict[str, Any]]:
        """The cards in words, the most urgent first; begins to seek where that is needed."""
        cards = run.cards[:MOST_SHOWN]
        waiting = next((card for card in cards if card.seek and card not in self._found), None)
        if waiting and waiting.seek and not self.is_busy():
            self._found[waiting] = {}
            self.search = threading.Thread(target=self._try, args=(waiting, waiting.seek, run.config))
            self.search.start()
        return [self._words(card, run.config, kept) for card in cards if not card.unsure or self._found.get(card)]

    def _try(self, card: Card, seek: Seek, config: Any) -> None:
        self._found[card] = seek(self._lesson.build, config, self._device) or {}

    def _words(self, card: Card, config: Config, kept: Collection[str]) -> dict[str, Any]:
        facts = {name: shown(value) for name, value in card.facts.items()}
        if "lane_kind" in facts:
            facts["lane"] = self._text.say(f"lane_kinds.{facts['lane_kind']}")
        say, path = self._text.say, f"cards.{card.key}"
        title, why = say(f"{path}.title", **facts), say(f"{path}.text", **facts)
        nets = [say(f"options.{net}") for net in card.nets]
        if nets:
            title = say("cards.of_nets", nets=BETWEEN.join(nets), title=title)
        if len(nets) > 1:
            why = say("cards.of_first", text=why, net=nets[0])
        words: dict[str, Any] = {
            "key": card.key,
            "title": title,
            "text": why,
            "seeking": card.seek is not None and self.is_busy() and not self._found.get(card),
        }
        fix = self.fix_of(card, kept)
        if fix:
            goes_on = not card.restarts and config.keeps_run(config.changed(fix))
            words["fix"] = say(f"{path}.fix", changes=BETWEEN.join(self._changes(config, fix)), **{**facts, **fix})
            words["how"] = self._text.say("cards.goes_on") if goes_on else self._text.say("cards.restarts")
        return words

    def _changes(self, config: Config, values: Mapping[str, Any]) -> list[str]:
        """Each setting that changes with its new value, as the page calls them."""
        knobs = config.knobs()
        changes = []
        for name, value in values.items():
            if value == getattr(config, name):
                continue
            knob = knobs[name]
            if isinstance(knob, Lanes):
                before = getattr(config, name)
                changed = [new for new, old in zip(value, before, strict=False) if new != old]
                changes += [f"{self._text.say(f'lane_kinds.{lane.kind}')} {lane.lr:g}" for lane in changed]
                continue
            if isinstance(knob, Choice):
                shown = self._text.say(f"options.{value}")
            elif isinstance(knob, Toggle):
                shown = self._text.say("stage.on" if value else "stage.off")
            else:
                shown = knob.write(value)
            changes.append(f"{self._text.say(f'knobs.{name}.label')} {shown}")
        return changes
