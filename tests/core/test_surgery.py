"""A hand in the net sets exactly one number or none."""

import pytest
import torch

from playground.core.nets import mlp
from playground.core.refusal import BadValue
from playground.core.surgery import LARGEST_WEIGHT, set_weight


@pytest.fixture
def net():
    torch.manual_seed(0)
    return mlp((2, 3, 4, 1), "tanh", batch_norm=True)


def numbers(net):
    return torch.cat([value.detach().flatten().float().clone() for value in net.state_dict().values()])


@pytest.mark.parametrize("value", [0, 1, -2.5, LARGEST_WEIGHT, -LARGEST_WEIGHT])
@pytest.mark.parametrize(("layer", "unit", "source"), [(0, 2, 1), (0, 0, None), (1, 3, 2), (2, 0, 3), (2, 0, None)])
def test_exactly_one_number_is_set(net, layer, unit, source, value):
    before = numbers(net)
    set_weight(net, {"layer": layer, "unit": unit, "source": source, "value": value})
    assert int((numbers(net) != before).sum()) == 1
    linear = [module for module in net if isinstance(module, torch.nn.Linear)][layer]
    assert (linear.bias[unit] if source is None else linear.weight[unit, source]) == value
    assert linear.weight.requires_grad
    assert linear.weight.is_leaf


GOOD = {"layer": 0, "unit": 0, "source": 0, "value": 1.0}
JUNK = [None, [], {}, "x", 5, [0, 0, 0, 1]]
JUNK += [{**GOOD, "layer": bad} for bad in (3, -1, 0.0, True, "0", None, [0], 10**30)]
JUNK += [{**GOOD, "unit": bad} for bad in (3, -1, 0.0, False, "0", None, [0])]
JUNK += [{**GOOD, "source": bad} for bad in (2, -1, 0.0, True, "0", [0])]
JUNK += [{**GOOD, "value": bad} for bad in (None, "1", True, float("nan"), float("inf"), 100.1, -1e9, 10**18, [1], {})]


@pytest.mark.parametrize("edit", JUNK, ids=str)
def test_junk_is_refused_and_changes_nothing(net, edit):
    before = numbers(net)
    with pytest.raises(BadValue) as refused:
        set_weight(net, edit)
    assert refused.value.key == "bad_weight"
    assert torch.equal(numbers(net), before)
