"""A card comes when a finding lasts and goes when it is gone; noise does neither."""

import pickle

import numpy as np
import pytest

from playground.core.cards import CHECK_EVERY, Card, Signs, Watch, cured_by, each_net, first_of
from playground.core.history import History
from playground.core.limits import Stop
from playground.core.rescue import best_of
from playground.core.run import Run
from playground.lessons.regression import REGRESSION, RegressionConfig


class Finder:
    """A detector that finds what it is told to."""

    def __init__(self, *found):
        self.found = list(found)
        self.signs = []

    def __call__(self, signs):
        self.signs.append(signs)
        return Card("found", {"number": len(self.signs)}) if self.found.pop(0) else None


def follow(finder, count, stop=None):
    watch = Watch([finder])
    shown = []
    for step in range(1, count + 1):
        watch.check(None, step, History(), {}, stop if step == count else None)
        shown.append(bool(watch.cards))
    return watch, shown


def test_it_is_shown_when_found_twice_in_a_row_and_goes_when_missed_long():
    _, shown = follow(Finder(1, 1, 0, 0, 0, 0, 0), 7)
    assert shown == [False, True, True, True, True, False, False]


def test_noise_brings_none_and_takes_none_away():
    _, shown = follow(Finder(1, 0, 0, 1, 0, 0, 1, 0), 8)
    assert not any(shown)
    _, shown = follow(Finder(1, 1, 0, 1, 0, 1, 0), 7)
    assert all(shown[1:])


def test_its_numbers_stay_those_that_brought_it():
    watch, _ = follow(Finder(1, 1, 1, 1), 4)
    assert watch.cards[0].facts == {"number": 2}


@pytest.mark.parametrize(("last", "count"), [(1, 1), (0, 0)])
def test_at_the_end_of_a_run_there_is_no_time_to_wait(last, count):
    watch, _ = follow(Finder(1, 1, 0, last) if not last else Finder(0, 0, 0, last), 4, Stop("finished", {}))
    assert len(watch.cards) == count


def test_other_settings_wipe_the_slate():
    watch, _ = follow(Finder(1, 1, 1), 2)
    watch.tuned(2)
    assert watch.cards == ()
    watch.check(None, 5, History(), {}, None)
    assert watch.cards == ()


def test_it_asks_only_now_and_then_and_only_where_something_was_learnt():
    watch = Watch([Finder()])
    due = [watch.is_due(step) for step in range(1, 31)]
    assert [i for i, asked in enumerate(due) if asked] == [0, CHECK_EVERY, 2 * CHECK_EVERY]
    assert not any(Watch([]).is_due(step) for step in range(30))


def test_signs_show_only_what_came_under_these_settings():
    history = History()
    history.extend("loss", np.arange(10), np.arange(10, dtype=np.float32))
    signs = Signs(None, 10, 6, history, {"dead": np.float32(3)})
    steps, values = signs.series("loss")
    assert steps.tolist() == values.tolist() == [6, 7, 8, 9]
    assert signs.age == 4
    assert signs.number("dead") == 3
    assert signs.number("none", 7) == 7
    assert all(len(part) == 0 for part in signs.series("none"))


def test_the_first_finding_of_several_counts():
    detect = first_of(lambda signs: None, lambda signs: Card("a", {}), lambda signs: 1 / 0)
    assert detect(None).key == "a"


def test_of_one_net_only_its_own_is_seen():
    history = History()
    for name in ("one", "one_test_loss", "other", "loss"):
        history.extend(name, np.arange(2), np.full(2, len(name), dtype=np.float32))
    numbers = {"one_dead": np.float32(1), "other_dead": np.float32(2)}
    exploded = Stop("diverged", {"metric": "other"})
    signs = Signs(None, 2, 0, history, numbers, exploded)
    own = signs.of("one")
    assert {name: series.newest for name, series in own.history.series.items()} == {"loss": 3, "test_loss": 13}
    assert own.numbers == {"dead": 1}
    assert own.stop is None
    assert signs.of("other").stop is exploded
    assert Signs(None, 2, 0, history, numbers, Stop("finished", {})).of("one").stop.reason == "finished"


def test_nets_side_by_side_share_a_card_where_they_have_the_same_trouble():
    """The numbers are those of the first; a net with another trouble is not named."""
    signs = Signs(None, 2, 0, History(), {"b_dead": 1, "c_dead": 2, "d_flat": 3})

    def detector(own):
        return next((Card(key, {"number": number}) for key, number in own.numbers.items()), None)

    card = each_net("abcd", detector)(signs)
    assert (card.key, card.facts, card.nets) == ("dead", {"number": 1}, ("b", "c"))
    assert each_net("a", detector)(signs) is None


def test_a_known_cure_takes_the_place_of_a_search():
    detect = cured_by({"lr": 1}, lambda signs: Card("a", {}, seek=best_of) if signs else None)
    assert (detect(1).fix, detect(1).seek, detect(None)) == ({"lr": 1}, None, None)


def test_looking_for_what_goes_wrong_is_free(device):
    """A run that is looked at after every step, and shows a card, has the weights of one that nobody looks at."""
    config = RegressionConfig(lr=0.5, steps=100, seed=2, batch=16)
    one, other = Run(REGRESSION.build, config, device), Run(REGRESSION.build, config, device)
    one.advance(steps=100)
    for _ in range(100):
        other.advance(steps=1)
        frame = other.peek()
    assert all((a == b).all() for a, b in zip(one.weights(), other.weights(), strict=True))
    assert pickle.loads(pickle.dumps(frame)).step == 100


def test_a_change_during_the_run_wipes_its_cards(device):
    run = Run(REGRESSION.build, RegressionConfig(lr=0.5, steps=100, seed=2), device)
    run.advance(steps=100)
    assert [card.key for card in run.peek().cards] == ["dead_relu"]
    run.tune(run.config.changed({"lr": 0.1}))
    assert run.cards == ()
