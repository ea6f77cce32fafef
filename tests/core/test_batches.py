"""Mini-batches against plain bookkeeping."""

import pytest
import torch

from playground.core.batches import Batches


def rows_of(batch):
    inputs, targets = batch
    assert torch.equal(inputs[:, 0] * 10, targets[:, 0])  # inputs and targets stay together
    return inputs[:, 0].long().tolist()


@pytest.fixture
def data():
    inputs = torch.arange(10.0).unsqueeze(1)
    return inputs, inputs * 10


@pytest.mark.parametrize(("size", "sizes"), [(3, [3, 3, 3, 1]), (5, [5, 5]), (8, [8, 2]), (9, [9, 1]), (1, [1] * 10)])
def test_an_epoch_serves_each_row_exactly_once(data, size, sizes):
    """The short last batch too; `epoch` counts from 1 and changes with the first batch of the next."""
    batches = Batches(*data, size)
    for epoch in (1, 2, 3):
        served = []
        for place, expected in enumerate(sizes, 1):
            rows = rows_of(next(batches))
            assert len(rows) == expected
            assert (batches.epoch, batches.place) == (epoch, place)
            served += rows
        assert sorted(served) == list(range(10))


def test_each_epoch_has_a_fresh_order_from_torchs_generator(data):
    torch.manual_seed(5)
    expected = [torch.randperm(10).tolist() for _ in range(3)]
    torch.manual_seed(5)
    batches = Batches(*data, 5)
    served = [rows_of(next(batches)) + rows_of(next(batches)) for _ in range(3)]
    assert served == expected
    assert served[0] != served[1]


@pytest.mark.parametrize("size", [0, 10, 11, 1000])
def test_the_whole_set_is_one_batch_in_its_own_order(data, size):
    batches = Batches(*data, size)
    before = torch.get_rng_state()
    for epoch in (1, 2):
        inputs, targets = next(batches)
        assert inputs is data[0]
        assert targets is data[1]
        assert batches.epoch == epoch
    assert torch.equal(torch.get_rng_state(), before)


def test_replaced_data_go_on_counting_epochs(data):
    batches = Batches(*data, 3)
    for _ in range(5):
        next(batches)
    fresh = batches.replaced(data[0][:4], data[1][:4])
    assert (fresh.epoch, fresh.size) == (2, 3)
    assert sorted(rows_of(next(fresh)) + rows_of(next(fresh))) == [0, 1, 2, 3]
    assert fresh.epoch == 3
