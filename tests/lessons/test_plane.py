"""The plane of the classifier: what is drawn on it is what the net says."""

import numpy as np
import pytest
import torch
from sklearn.metrics import accuracy_score, confusion_matrix

from playground.core.nets import mlp
from playground.core.pictures import Points
from playground.lessons.plane import FEATURES, SIDE, SYMBOLS, Plane, accuracy, confusion, inputs_of, probabilities

POINTS = Points(np.zeros((1, 2), np.float32), np.zeros(1, np.uint8), np.zeros(1, np.uint8))
ORACLES = {
    "x": lambda x, y: x,
    "y": lambda x, y: y,
    "xx": lambda x, y: x * x,
    "yy": lambda x, y: y * y,
    "xy": lambda x, y: x * y,
    "sin_x": lambda x, y: np.sin(x),
    "sin_y": lambda x, y: np.sin(y),
}


def net_of(outputs, inputs=2, seed=0):
    torch.manual_seed(seed)
    return mlp((inputs, 6, outputs), "tanh")


def test_every_input_is_what_its_name_says():
    assert list(FEATURES) == list(SYMBOLS) == list(ORACLES)
    torch.manual_seed(0)
    xy = 5 * torch.randn(20, 2)
    inputs = inputs_of(xy, tuple(FEATURES))
    x, y = xy.numpy().astype(float).T
    np.testing.assert_allclose(inputs.numpy(), np.stack([f(x, y) for f in ORACLES.values()], axis=1), rtol=1e-4)


@pytest.mark.parametrize("outputs", [1, 2, 5])
def test_the_surface_is_the_nets_probability_at_each_place(device, outputs):
    """Row 0 is the top of the plane; the code is the one that the picture's docstring gives."""
    net, classes = net_of(outputs), max(outputs, 2)
    plane = Plane(("x", "y"), classes, device)
    with torch.no_grad():
        field = plane.field(plane.layers(net), POINTS)
        for row, column in [(0, 0), (0, 99), (99, 0), (37, 81)]:
            x, y = -6 + 12 * column / (SIDE - 1), 6 - 12 * row / (SIDE - 1)
            share = probabilities(net(torch.tensor([[x, y]])))[0].numpy()
            value = int(field.values[row, column])
            if classes == 2:
                assert abs(value - 255 * share[1]) <= 0.51
            else:
                assert value // 32 == share.argmax()
                assert abs(value % 32 - 31 * share.max()) <= 0.51
    assert field.values.min() >= 0
    assert field.values.max() <= 255


def test_a_sigmoid_head_is_a_softmax_over_two(device):
    logits = torch.linspace(-5, 5, 11).unsqueeze(1)
    two = torch.cat([torch.zeros_like(logits), logits], dim=1)
    torch.testing.assert_close(probabilities(logits), torch.softmax(two, dim=1))


@pytest.mark.parametrize(("outputs", "classes"), [(1, 2), (2, 2), (5, 5)])
def test_accuracy_and_confusion_are_those_of_scikit_learn(outputs, classes):
    net = net_of(outputs)
    torch.manual_seed(1)
    inputs, labels = 4 * torch.randn(200, 2), torch.randint(0, classes, (200,))
    with torch.no_grad():
        logits = net(inputs).numpy()
        guesses = (logits[:, 0] > 0).astype(int) if outputs == 1 else logits.argmax(axis=1)
        names = tuple("ABCDE"[:classes])
        matrix = confusion(net, (inputs, labels), names)
        share = accuracy(net, (inputs, labels)).item()
    expected = confusion_matrix(labels.numpy(), guesses, labels=range(classes))
    assert matrix.values.tolist() == expected.tolist()
    assert matrix.rows == matrix.columns == names
    assert share == pytest.approx(accuracy_score(labels.numpy(), guesses))


def test_a_neuron_in_focus_is_drawn_around_the_middle_grey(device):
    """0 is 127.5, the largest magnitude is 0 or 255."""
    net = net_of(2)
    plane = Plane(("x", "y"), 2, device)
    with torch.no_grad():
        layers = plane.layers(net)
        focus = plane.field(layers, POINTS, (1, 3)).focus
        neuron = torch.tanh(net[0](plane.inputs))[:, 3].view(SIDE, SIDE)
    torch.testing.assert_close((focus - 127.5) / 127.5, neuron / neuron.abs().max(), atol=0.01, rtol=0)


def test_miniatures_are_the_thinned_surfaces(device):
    net = net_of(2)
    plane = Plane(("x", "xy"), 2, device)
    with torch.no_grad():
        layers = plane.layers(net)
        glimpses = plane.glimpses(layers)
    assert [tuple(glimpse.shape) for glimpse in glimpses] == [(2, 400), (6, 400), (2, 400)]
    surface = layers[1][:, 4].view(SIDE, SIDE)
    assert torch.equal(glimpses[1][4].view(20, 20), surface[2::5, 2::5])
