"""The ring of rows against a plain list."""

from collections import deque

import numpy as np
import pytest

from playground.rl.replay import Replay


def transitions(dice, count, width=3):
    return (
        dice.normal(size=(count, width)).astype(np.float32),
        dice.integers(4, size=count),
        dice.normal(size=count).astype(np.float32),
        dice.normal(size=(count, width)).astype(np.float32),
        dice.random(count) < 0.3,
    )


def as_rows(stored):
    return [tuple(np.concatenate([s, [a, r], n, [t]]).astype(np.float32)) for s, a, r, n, t in stored]


@pytest.mark.parametrize("capacity", [5, 7, 16, 100])
@pytest.mark.parametrize("count", [1, 3, 5])
def test_it_holds_the_newest_rows_as_a_list_would(capacity, count):
    memory, oracle = Replay(capacity, 3, 0), deque(maxlen=capacity)
    dice = np.random.default_rng(capacity)
    for _ in range(12):
        new = transitions(dice, count)
        memory.store(*new)
        oracle.extend(zip(*new, strict=True))
        assert len(memory) == len(oracle)
        held = {tuple(row) for row in memory.rows[: len(memory)].tolist()}
        assert held == {tuple(float(value) for value in row) for row in as_rows(oracle)}
        spread = memory.spread(capacity)
        assert np.array_equal(spread, np.array(as_rows(oracle), dtype=np.float32))  # oldest first
        newest = memory.newest(count)
        assert np.array_equal(newest.rewards[:, 0], new[2])


def test_a_batch_is_rows_of_the_memory_cut_into_its_parts():
    memory = Replay(50, 3, 1)
    new = transitions(np.random.default_rng(0), 40)
    memory.store(*new)
    batch = memory.sample(400)
    known = {row[:3]: row for row in as_rows(zip(*new, strict=True))}
    assert batch.actions.dtype == np.int64
    assert batch.actions.shape == (400, 1)
    for i in range(400):
        row = known[tuple(batch.states[i])]
        assert (batch.actions[i].item(), batch.rewards[i].item()) == (row[3], row[4])
        assert tuple(batch.nexts[i]) == row[5:8]
        assert batch.terminated[i].item() == row[8]
    assert len({tuple(state) for state in batch.states.tolist()}) == 40  # every row has its chance


def test_its_dice_are_its_own():
    """The same seed draws the same rows, whatever else draws numbers."""
    draws = []
    for _ in range(2):
        memory = Replay(50, 3, 9)
        memory.store(*transitions(np.random.default_rng(0), 30))
        np.random.rand(5)
        draws.append(memory.sample(20).rewards)
    assert np.array_equal(*draws)


def test_thinning_keeps_the_order_of_age():
    memory = Replay(100, 1, 0)
    for i in range(130):
        memory.store(
            np.array([[i]], np.float32),
            np.array([0]),
            np.zeros(1, np.float32),
            np.zeros((1, 1), np.float32),
            np.array([False]),
        )
    ages = memory.spread(10)[:, 0].tolist()
    assert ages == list(range(30, 130, 10))
