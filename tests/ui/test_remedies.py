"""Cards in words: the number, the reason and settings that the page can take in one click."""

import json
import re

import pytest

from playground.core.cards import Card
from playground.lessons import LESSONS
from playground.lessons.classifier import CLASSIFIER
from playground.lessons.race import RACE
from playground.lessons.regression import REGRESSION
from playground.text import LANGUAGES, Text, load
from playground.ui import remedies
from playground.ui.actions import perform
from playground.ui.remedies import MOST_SHOWN
from playground.ui.seat import Seat


def shown(seat):
    return json.loads(seat.frame())


def ended(device, lesson, language="en", **values):
    seat = Seat(lesson, Text(language), device)
    seat.renew(lesson.config(**values))
    seat.run.advance(steps=10**6)
    shown(seat)
    seat.remedies.search.join() if seat.remedies.is_busy() else None
    return seat


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (6970.4, "6970"),
        (0.0312, "0.0312"),
        (1e6, "1e6"),
        (1e-6, "1e-6"),
        (2e-12, "2e-12"),
        (12.345, "12.3"),
        (7, 7),
        ("a", "a"),
    ],
)
def test_numbers_are_short(value, text):
    assert remedies.shown(value) == text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_card_says_its_number_and_what_the_fix_changes(device, language):
    seat = ended(device, REGRESSION, language, lr=0.5, steps=100, seed=2)
    (card,) = shown(seat)["cards"]
    assert card["key"] == "dead_relu"
    assert {"7", "10"} <= set(re.findall(r"\d+", card["title"]))
    assert load(language)["knobs"]["lr"]["label"] in card["fix"]
    assert card["how"] == load(language)["cards"]["restarts"]
    assert not card["seeking"]
    assert "{" not in card["title"] + card["text"] + card["fix"]


def test_while_settings_are_tried_the_page_is_told_to_come_back(device):
    seat = Seat(REGRESSION, Text("en"), device)
    seat.renew(REGRESSION.config(lr=0.5, steps=100, seed=2))
    seat.run.advance(steps=100)
    first = shown(seat)
    assert first["busy"] or "fix" in first["cards"][0]
    seat.remedies.search.join()
    frame = shown(seat)
    assert not frame["busy"]
    assert frame["cards"][0]["fix"]


def test_the_fix_starts_anew_and_is_better(device):
    seat = ended(device, REGRESSION, lr=0.5, steps=100, seed=2)
    before = shown(seat)["metrics"]["loss"]
    perform(seat, {"kind": "fix", "value": "dead_relu"})
    frame = shown(seat)
    assert frame["step"] == 0
    assert frame["cards"] == []
    seat.run.advance(steps=100)
    assert shown(seat)["metrics"]["loss"] < before / 2


def test_a_fix_may_go_on_from_where_the_run_is(device):
    seat = ended(device, REGRESSION, lr=1e-5, optimizer="adam", steps=500)
    (card,) = shown(seat)["cards"]
    assert (card["key"], card["how"]) == ("slow", "goes on from here")
    perform(seat, {"kind": "fix", "value": "slow"})
    frame = shown(seat)
    assert (frame["step"], frame["config"]["lr"], frame["cards"]) == (500, 0.01, [])


@pytest.mark.parametrize("value", ["overfit", "nope", None, 3, ["dead_relu"], "<b>"])
def test_a_fix_that_is_not_offered_is_refused(device, value):
    seat = ended(device, REGRESSION, lr=0.5, steps=100, seed=2)
    before = shown(seat)
    perform(seat, {"kind": "fix", "value": value})
    after = shown(seat)
    assert after["notice"]["id"] == before["notice"]["id"] + 1
    assert (after["step"], after["config"]) == (before["step"], before["config"])


def test_a_lane_is_called_by_its_name(device):
    seat = Seat(RACE, Text("en"), device)
    lanes = [{"slot": 0, "kind": "sgd", "lr": 30}, {"slot": 3, "kind": "adam", "lr": 0.01}]
    seat.renew(RACE.config(lanes=lanes, steps=60))
    seat.run.advance(steps=60)
    shown(seat)
    seat.remedies.search.join()
    (card,) = shown(seat)["cards"]
    assert card["title"].startswith("SGD left the race")
    assert re.fullmatch(r"Try: SGD [0-9.]+", card["fix"])


def test_nets_that_have_the_same_trouble_are_named(device):
    seat = ended(device, CLASSIFIER, head="both", lr=1e-5)
    (card,) = shown(seat)["cards"]
    assert card["title"].startswith("softmax · Sigmoid: ")
    assert card["text"].endswith("(The numbers are those of softmax.)")


def test_a_card_that_may_lie_in_the_data_waits_for_settings_that_help(device):
    seat = ended(device, REGRESSION, noise=1, noise_kind="normal", steps=300)
    assert [card.key for card in seat.run.cards] == ["plateau"]
    assert shown(seat)["cards"] == []
    seat = ended(device, REGRESSION, layers=(), steps=300)
    (card,) = shown(seat)["cards"]
    assert card["key"] == "linear_model"
    assert card["fix"]


def test_only_what_changes_is_told(device):
    seat = Seat(REGRESSION, Text("en"), device)
    changes = seat.remedies._changes(REGRESSION.config(lr=0.1, optimizer="adam"), {"optimizer": "adam", "lr": 0.2})
    assert changes == ["Learning rate 0.2"]


def test_at_most_two_are_shown_and_their_values_are_allowed(device):
    """Whatever the detectors of a lesson offer fits its settings."""
    seat = Seat(CLASSIFIER, Text("en"), device)
    cards = tuple(Card("balance", {}) for _ in range(5))
    assert MOST_SHOWN == 2
    assert len(cards[:MOST_SHOWN]) == 2
    assert seat.remedies.fix_of(Card("x", {}, {"lr": 1})) == {"lr": 1}
    assert seat.remedies.fix_of(Card("x", {}, {"lr": 1}), kept=("lr",)) == {}


def test_every_lesson_looks_for_something(device):
    for lesson in LESSONS:
        assert lesson.build(lesson.config(), device).CARDS
