"""The small nets: what stands in them and what their layers say."""

import pytest
import torch
from torch import nn

from playground.core.nets import ACTIVATIONS, layer_outputs, linears, mlp


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_a_perceptron_has_an_activation_after_each_hidden_layer_and_none_at_the_end(activation):
    net = mlp((2, 8, 3, 1), activation)
    kinds = [type(module) for module in net]
    bend = ACTIVATIONS[activation]
    assert kinds == [nn.Linear, bend, nn.Linear, bend, nn.Linear]
    assert [(layer.in_features, layer.out_features) for layer in linears(net)] == [(2, 8), (8, 3), (3, 1)]


def test_no_hidden_layer_is_a_linear_model():
    assert [type(module) for module in mlp((2, 1), "relu")] == [nn.Linear]


def test_dropout_and_batch_norm_stand_around_the_activation():
    kinds = [type(module) for module in mlp((2, 8, 1), "relu", dropout=0.5, batch_norm=True)]
    assert kinds == [nn.Linear, nn.BatchNorm1d, nn.ReLU, nn.Dropout, nn.Linear]


@pytest.mark.parametrize("values", [{}, {"batch_norm": True}, {"dropout": 0.5, "batch_norm": True}])
@pytest.mark.parametrize("widths", [(2, 1), (2, 5, 1), (3, 8, 4, 2)])
def test_layer_outputs_are_what_forward_hooks_see(widths, values):
    """The oracle: the input of each later linear layer is what the layer before it put out."""
    torch.manual_seed(0)
    net = mlp(widths, "tanh", **values).eval()
    seen = []
    for layer in linears(net)[1:]:
        layer.register_forward_pre_hook(lambda module, given: seen.append(given[0]))
    inputs = torch.randn(7, widths[0])
    last = net(inputs)
    expected = [*seen, last]
    outputs = layer_outputs(net, inputs)
    assert [tuple(output.shape) for output in outputs] == [(7, width) for width in widths[1:]]
    assert all(torch.equal(mine, other) for mine, other in zip(outputs, expected, strict=True))
