"""Detects a net that reads digits no better than by guessing."""

from __future__ import annotations

from playground.core.cards import Card, Signs

EARLIEST = 100  # steps
GUESSING = 0.2  # the accuracy up to which a net counts as guessing; ten digits make 0.1
USUAL = {"optimizer": "adam", "lr": 0.001}


def guessing(signs: Signs) -> Card | None:
    _, found = signs.series("test_accuracy")
    if signs.age < EARLIEST or not len(found) or not found[-1] < GUESSING:
        return None
    facts = {"percent": f"{100 * float(found[-1]):.0f}", "steps": signs.age, "lr": signs.config.lr}
    is_timid = signs.config.lr < USUAL["lr"]  # type: ignore[operator]
    return Card("timid" if is_timid else "guessing", facts, USUAL)
