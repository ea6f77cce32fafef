"""The plane of the classifier: the data on it, what the net sees of it, and how its surfaces are drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from playground.core.graph import Graph, Together
from playground.core.nets import layer_outputs
from playground.core.pictures import Bars, Field, Matrix, Picture, Points
from playground.core.refusal import BadValue, echo
from playground.core.supervised import Loss
from playground.core.surgery import set_weight
from playground.core.trainer import Metrics
from playground.data.points import PLANE
from playground.lessons.drawing import Place, check_place, draw_network

SIDE = 100  # rows and columns of the decision surface
NAMES = "ABCDE"
GLIMPSE = 5  # every so-manieth row and column of it is in a neuron's miniature

FEATURES = {
    "x": lambda xy: xy[:, 0],
    "y": lambda xy: xy[:, 1],
    "xx": lambda xy: xy[:, 0].square(),
    "yy": lambda xy: xy[:, 1].square(),
    "xy": lambda xy: xy[:, 0] * xy[:, 1],
    "sin_x": lambda xy: xy[:, 0].sin(),
    "sin_y": lambda xy: xy[:, 1].sin(),
}
SYMBOLS = {"x": "x", "y": "y", "xx": "x²", "yy": "y²", "xy": "xy", "sin_x": "sin x", "sin_y": "sin y"}


def inputs_of(xy: Tensor, features: tuple[str, ...]) -> Tensor:
    """What the net sees of points xy (n, 2): (n, features)."""
    return torch.stack([FEATURES[name](xy) for name in features], dim=1)


def probabilities(logits: Tensor) -> Tensor:
    """(n, classes) from logits (n, classes), or (n, 2) from the single logit of a sigmoid head (n, 1)."""
    if logits.shape[1] == 1:
        positive = torch.sigmoid(logits)
        return torch.cat([1 - positive, positive], dim=1)
    return torch.softmax(logits, dim=1)


class Plane:
    """A grid over the plane, kept as the net's inputs, and the surfaces of nets over it."""

    def __init__(self, features: tuple[str, ...], classes: int, device: torch.device) -> None:
        self.classes = classes
        across = torch.linspace(-PLANE, PLANE, SIDE, device=device)
        y, x = torch.meshgrid(across.flip(0), across, indexing="ij")
        self.inputs = inputs_of(torch.stack([x.flatten(), y.flatten()], dim=1), features)  # (SIDE², features)

    def layers(self, net: nn.Sequential) -> list[Tensor]:
        """What each layer says all over the plane, the inputs first: [(SIDE², width), …]."""
        return [self.inputs, *layer_outputs(net, self.inputs)]

    def glimpses(self, layers: list[Tensor]) -> list[Tensor]:
        """The miniatures of all neurons, [(width, m), …]: thinned surfaces."""
        start = GLIMPSE // 2
        thin = [layer.view(SIDE, SIDE, -1)[start::GLIMPSE, start::GLIMPSE] for layer in layers]
        return [layer.permute(2, 0, 1).flatten(1) for layer in thin]

    def field(self, layers: list[Tensor], points: Points, focus: Place | None = None) -> Field:
        """The decision surface, and the surface of the neuron in focus."""
        shown = None
        if focus:
            values = layers[focus[0]][:, focus[1]]
            shown = (127.5 + 127.5 * values / values.abs().max().clamp_min(1e-6)).round().view(SIDE, SIDE)
        surface = self._coded(layers[-1]).view(SIDE, SIDE)
        span = (-PLANE, PLANE)
        return Field(surface, span, span, self.classes, points, shown)

    def _coded(self, logits: Tensor) -> Tensor:
        """Logits (n, classes) in the code of Field.values."""
        if logits.shape[1] == 1:
            return (255 * torch.sigmoid(logits[:, 0])).round()
        if self.classes == 2:  # the sigmoid of the difference is the softmax of two, at half the cost
            return (255 * torch.sigmoid(logits[:, 1] - logits[:, 0])).round()
        best, label = torch.softmax(logits, dim=1).max(dim=1)
        return 32 * label + (31 * best).round()


def predicted(logits: Tensor) -> Tensor:
    """The class numbers (n,) that logits (n, classes) or (n, 1) stand for."""
    return (logits[:, 0] > 0).long() if logits.shape[1] == 1 else logits.argmax(dim=1)


def accuracy(net: nn.Module, data: tuple[Tensor, Tensor]) -> Tensor:
    """The share of right guesses, a scalar."""
    inputs, labels = data
    return (predicted(net(inputs)) == labels).float().mean()


def confusion(net: nn.Module, data: tuple[Tensor, Tensor], names: tuple[str, ...]) -> Matrix:
    """How often each class (row) was taken for each class (column)."""
    inputs, labels = data
    count = len(names)
    cells = torch.bincount(labels * count + predicted(net(inputs)), minlength=count * count)
    return Matrix(cells.view(count, count), names, names)


@dataclass(frozen=True)
class Data:
    """(inputs, labels) to learn from and held out, on the device, and the same points for the eye."""

    train: tuple[Tensor, Tensor]
    test: tuple[Tensor, Tensor]
    points: Points


class View:
    """How the reader looks at a classifier: the neuron in focus, the place pointed at, and the pictures they give."""

    def __init__(self, data: Data, features: tuple[str, ...], classes: int, device: torch.device) -> None:
        self.data = data
        self.plane = Plane(features, classes, device)
        self._features = features
        self._names = tuple(NAMES[:classes])
        self._focus: Place | None = None
        self._at: tuple[float, float] | None = None

    def measure(self, net: nn.Module, loss: Loss) -> Metrics:
        metrics = {"accuracy": accuracy(net, self.data.train)} if len(self.data.train[0]) else {}
        if len(self.data.test[0]):
            inputs, labels = self.data.test
            logits = net(inputs)
            metrics["test_loss"] = loss(logits, labels)
            metrics["test_accuracy"] = (predicted(logits) == labels).float().mean()
        return metrics

    def look(self, net: nn.Sequential, closely: bool) -> dict[str, Picture]:
        layers = self.plane.layers(net)
        inputs = [SYMBOLS[name] for name in self._features]
        outputs = self._names if layers[-1].shape[1] > 1 else ("p(B)",)
        side = SIDE // GLIMPSE
        pictures: dict[str, Picture] = {
            "network": draw_network(net, inputs, outputs, self.plane.glimpses(layers), side, closely),
            "field": self.plane.field(layers, self.data.points, self._focus),
        }
        seen = self.data.test if len(self.data.test[0]) else self.data.train
        if len(seen[0]):
            pictures["confusion"] = confusion(net, seen, self._names)
        if self._at:
            here = inputs_of(torch.tensor([self._at], device=self.plane.inputs.device), self._features)
            pictures["bars"] = Bars(self._names, probabilities(net(here))[0], self._at)
        return pictures

    def graph(self, nets: Mapping[str, nn.Module]) -> Graph:
        """From points (batch, 2) to what each net says of them."""
        together = Together(nets.values(), partial(inputs_of, features=self._features))
        return Graph(together, torch.zeros(2, 2), "points", tuple(nets))

    def probe(self, name: str, value: Any, net: nn.Module) -> bool:
        """Answers focus, weight and point; False for a probe of another name."""
        match name:
            case "focus":
                self._focus = check_place(value, net)
            case "weight":
                set_weight(net, value)
            case "point":
                self._at = _check_point(value)
            case _:
                return False
        return True


def _check_point(value: Any) -> tuple[float, float] | None:
    if value is None:
        return None
    pair = isinstance(value, (list, tuple)) and len(value) == 2
    if not pair or not all(type(part) in (int, float) and abs(part) <= 2 * PLANE for part in value):
        raise BadValue("bad_probe", value=echo(value))
    return float(value[0]), float(value[1])
