"""What is held out for testing."""

import pytest
import torch

from playground.data.split import held_out, spread


@pytest.mark.parametrize("count", [2, 3, 10, 99, 1000])
@pytest.mark.parametrize("share", [0.0, 0.01, 0.3, 0.5, 0.8])
def test_as_many_rows_are_held_out_as_the_share_says(count, share):
    """Rounded; one row at least stays to learn from."""
    mask = held_out(count, share)
    assert mask.shape == (count,)
    assert mask.dtype == torch.bool
    assert int(mask.sum()) == min(count - 1, round(share * count))


def test_the_rows_are_drawn_from_torchs_generator():
    torch.manual_seed(4)
    rows = torch.randperm(20)[:6]
    torch.manual_seed(4)
    assert sorted(held_out(20, 0.3).nonzero().flatten().tolist()) == sorted(rows.tolist())


def test_nothing_held_out_draws_nothing():
    before = torch.get_rng_state()
    assert not held_out(10, 0.0).any()
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize("share", [0.0, 0.1, 0.25, 0.3, 0.5, 0.8])
def test_spread_stays_the_same_where_rows_are_appended(share):
    """So that drawing one more point does not shuffle the others between the sets."""
    whole = spread(200, share)
    for count in range(0, 200, 7):
        assert torch.equal(spread(count, share), whole[:count])
    assert int(whole.sum()) == pytest.approx(share * 200, abs=1)
    assert not whole[:1].any()


@pytest.mark.parametrize("share", [0.2, 0.5, 0.8])
def test_spread_is_even(share):
    """Each window of ten rows holds out about its share."""
    mask = spread(100, share)
    for window in mask.split(10):
        assert abs(int(window.sum()) - 10 * share) <= 1
