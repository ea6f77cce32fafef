"""A series against a plain list, and its bounds when it grows long."""

import numpy as np
import pytest

from playground.core.history import KEPT, History, Series


def test_a_short_series_is_a_plain_list():
    """In whatever pieces it comes."""
    values = np.random.default_rng(1).random(KEPT).astype(np.float32)
    series = Series()
    for piece in np.array_split(np.arange(KEPT), 37):
        series.extend(piece, values[piece])
    steps, shown = series.shown(KEPT)
    assert steps.tolist() == list(range(KEPT))
    assert shown.tolist() == values.tolist()
    assert series.newest == values[-1]


@pytest.mark.parametrize("piece", [1000, 4097, 333])
def test_a_long_series_keeps_its_first_and_its_newest_in_bounded_memory(piece):
    """What is kept lies evenly, and each value still belongs to its step."""
    series = Series()
    count = 0
    for start in range(0, 60_000, piece):
        steps = np.arange(start, start + piece)
        series.extend(steps, np.float32(steps) * 2)
        count = start + piece
        assert len(series._steps) == len(series._values) <= KEPT
    steps, values = series.shown(300)
    assert steps[0] == 0
    assert steps[-1] == count - 1
    assert series.newest == 2.0 * (count - 1)
    assert values.tolist() == (2.0 * steps).tolist()
    assert 150 <= len(steps) <= 301
    gaps = np.diff(steps)
    assert len(set(gaps[:-1].tolist())) == 1
    assert gaps[-1] <= gaps[0]


def test_thinning_does_not_depend_on_the_pieces():
    one, many = Series(), Series()
    steps = np.arange(10_000)
    one.extend(steps, np.float32(steps))
    for piece in np.array_split(steps, 999):
        many.extend(piece, np.float32(piece))
    # a piece that comes at once is thinned at once; kept steps differ at most by one halving
    assert set(one._steps.tolist()) <= set(many._steps.tolist()) or set(many._steps.tolist()) <= set(
        one._steps.tolist()
    )


def test_the_newest_step_is_replaced_and_older_ones_are_passed_over():
    series = Series()
    series.extend(np.array([0, 1, 2]), np.float32([5, 6, 7]))
    series.extend(np.array([2]), np.float32([9]))
    series.extend(np.array([1, 2, 3]), np.float32([9, 9, 8]))
    steps, values = series.shown(10)
    assert steps.tolist() == [0, 1, 2, 3]
    assert values.tolist() == [5, 6, 9, 8]


def test_an_empty_series_has_no_newest():
    series = Series()
    series.extend(np.empty(0, np.int64), np.empty(0, np.float32))
    assert np.isnan(series.newest)
    assert [len(part) for part in series.shown(10)] == [0, 0]


def test_shown_never_shows_more_than_about_most():
    series = Series()
    steps = np.arange(KEPT)
    series.extend(steps, np.float32(steps))
    for most in (1, 2, 10, 299, 300, 5000):
        shown, _ = series.shown(most)
        assert len(shown) <= most + 1
        assert shown[-1] == KEPT - 1


def test_a_history_keeps_series_by_name_in_the_order_they_came():
    history = History()
    for name in ("softmax", "sigmoid", "softmax"):
        step = len(history.series)
        history.extend(name, np.array([step]), np.float32([step]))
    assert list(history.series) == ["softmax", "sigmoid"]
    assert history.series["softmax"].newest == 2
