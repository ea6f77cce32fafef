"""Classifier: a net folds the plane until the classes fall apart."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from playground.core.batches import Batches
from playground.core.cards import each_net
from playground.core.graph import Graph
from playground.core.inner import inner_numbers
from playground.core.knobs import Config, choice, number, own_points, subset, toggle
from playground.core.lesson import Lesson, Preset
from playground.core.limits import RunConfig
from playground.core.nets import linears, mlp
from playground.core.pictures import Pictures, Points
from playground.core.race import Lane, Race
from playground.core.refusal import BadValue
from playground.core.supervised import Loss, MlpConfig, Penalty, Supervised, build_optimizer
from playground.core.surgery import check_edit
from playground.core.symptoms import MLP_CARDS
from playground.core.trainer import Metrics, Trainer
from playground.data import points, tables
from playground.data.split import kept_apart
from playground.lessons.classifier_cards import class_numbers, imbalance
from playground.lessons.classifier_losses import entropy, make_balanced_loss, make_loss, one_logit_loss
from playground.lessons.plane import FEATURES, Data, View, accuracy, inputs_of

MOST_CLASSES = 5
HEADS = ("softmax", "sigmoid")


@dataclass(frozen=True)
class ClassifierConfig(MlpConfig):
    data: str = choice("blobs", points.MAKERS, group="data")
    own: tuple[tuple[float, float, int], ...] | None = own_points(MOST_CLASSES, group="data")
    classes: int = number(
        2, 2, MOST_CLASSES, group="data", integer=True, slider=(2, MOST_CLASSES), shown_if=("data", ("blobs",))
    )
    samples: int = number(100, 2, 500, group="data", integer=True, slider=(2, 300))
    noise: float = number(0.5, 0, 2, group="data", slider=(0, 1))
    test: float = number(0, 0, 0.8, group="data", slider=(0, 0.8))
    features: tuple[str, ...] = subset(("x", "y"), tuple(FEATURES), group="net")
    balanced: bool = toggle(False, group="training", shown_if=("head", ("softmax", "sigmoid")))
    head: str = choice("softmax", ("softmax", "sigmoid", "both"), group="net")
    lr: float = number(0.02, 1e-6, 1e7, group="training", slider=(1e-4, 10), log=True, live=True)
    steps: int = number(100, 0, 1_000_000, group="run", integer=True, slider=(0, 5000), live=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.head != "softmax" and self.class_count > 2:
            raise BadValue("two_classes_only", classes=self.class_count)

    @property
    def class_count(self) -> int:
        if self.own is not None:
            return max([2, *(point[2] + 1 for point in self.own)])
        return self.classes if self.data == "blobs" else 2

    def keeps_run(self, other: Config) -> bool:
        """A net cannot go on when the number of its outputs changes."""
        assert isinstance(other, ClassifierConfig)
        return super().keeps_run(other) and self.class_count == other.class_count


def plane_of(config: ClassifierConfig) -> tuple[Tensor, Tensor]:
    """The points (n, 2) with their class numbers (n,)."""
    if config.own is not None:
        xy = torch.tensor([point[:2] for point in config.own]).reshape(-1, 2)
        return xy, torch.tensor([point[2] for point in config.own], dtype=torch.long)
    torch.manual_seed(config.seed)
    return points.sample(config.data, config.samples, config.class_count, config.noise)


def load(config: ClassifierConfig, device: torch.device) -> Data:
    """The points of a config, those to learn from and those held out, as the net sees them."""
    xy, labels = plane_of(config)
    test = kept_apart(len(xy), config.test, own=config.own is not None)
    shown = Points(xy.numpy(), labels.byte().numpy(), test.byte().numpy())
    inputs = inputs_of(xy, config.features)
    train = inputs[~test].to(device), labels[~test].to(device)
    return Data(train, (inputs[test].to(device), labels[test].to(device)), shown)


def make_net(config: ClassifierConfig, outputs: int, device: torch.device) -> nn.Sequential:
    torch.manual_seed(config.seed + 1)  # the first weights do not depend on how many random numbers the data took
    return mlp((len(config.features), *config.layers, outputs), config.activation).to(device)


def symptoms(net: nn.Sequential, loss: Loss, view: View) -> Metrics:
    inputs, labels = view.data.train
    if not len(labels):
        return {}
    numbers = inner_numbers(net, loss, inputs, labels, entropy(labels))
    return {**numbers, **class_numbers(net, inputs, labels, view.plane.classes)}


class Classifier(Supervised):
    """One net with a softmax over the classes, or with one logit and a sigmoid."""

    CARDS = (imbalance, *MLP_CARDS)
    net: nn.Sequential

    def __init__(self, config: ClassifierConfig, device: torch.device) -> None:
        self._device = device
        self.view = View(load(config, device), config.features, config.class_count, device)
        self._outputs = outputs = 1 if config.head == "sigmoid" else config.class_count
        net = make_net(config, outputs, device)
        batches = Batches(*self.view.data.train, config.batch)
        optimizer = build_optimizer(config, net.parameters())
        super().__init__(net, self._make_loss(config, batches.targets), batches, optimizer, config)
        self._own = config.own

    def _make_loss(self, config: ClassifierConfig, labels: Tensor) -> Loss:
        if config.balanced and len(labels):
            return make_balanced_loss(self._outputs, labels, config.class_count)
        return make_loss(self._outputs)

    def lacking(self) -> BadValue | None:
        return BadValue("need_points", least=2) if len(self.view.data.train[0]) < 2 else None

    def graph(self) -> Graph:
        return self.view.graph({"logits": self.net})

    def measure(self) -> Metrics:
        return self.view.measure(self.net, self.loss)

    def symptoms(self) -> Metrics:
        return symptoms(self.net, make_loss(self._outputs), self.view)

    def look(self, *, closely: bool) -> Pictures:
        return self.view.look(self.net, closely)

    def tune(self, config: Config) -> None:
        assert isinstance(config, ClassifierConfig)
        super().tune(config)
        if config.own != self._own:
            self._own = config.own
            self.view.data = load(config, self._device)
            self.batches = self.batches.replaced(*self.view.data.train)
            self.loss = self._make_loss(config, self.batches.targets)

    def check(self, name: str, value: Any) -> None:
        check_edit(self.net, value)

    def probe(self, name: str, value: Any) -> None:
        if not self.view.probe(name, value, self.net):
            super().probe(name, value)


@torch.no_grad()
def start_alike(sigmoid: nn.Module, softmax: nn.Module) -> None:
    """Give both the same hidden layers, and the single logit the difference of the two."""
    mine, others = linears(sigmoid), linears(softmax)
    for layer, other in zip(mine[:-1], others[:-1], strict=True):
        layer.load_state_dict(other.state_dict())
    mine[-1].weight.copy_(others[-1].weight[1:] - others[-1].weight[:1])
    mine[-1].bias.copy_(others[-1].bias[1:] - others[-1].bias[:1])


class BothHeads(Race):
    """The same net with two softmax outputs and with one sigmoid output, side by side.

    Both start as the same function: the single logit is the difference of the two.
    """

    CARDS = tuple(each_net(HEADS, detector) for detector in (imbalance, *MLP_CARDS))

    def __init__(self, config: ClassifierConfig, device: torch.device) -> None:
        self._device = device
        self.view = View(load(config, device), config.features, 2, device)
        self.softmax, self.sigmoid = make_net(config, 2, device), make_net(config, 1, device)
        start_alike(self.sigmoid, self.softmax)
        lanes = [self._lane("softmax", self.softmax, cross_entropy, config)]
        lanes.append(self._lane("sigmoid", self.sigmoid, one_logit_loss, config))
        super().__init__(lanes, Batches(*self.view.data.train, config.batch))
        self._own = config.own

    @staticmethod
    def _lane(name: str, net: nn.Module, loss: Loss, config: ClassifierConfig) -> Lane:
        return Lane(name, net, loss, build_optimizer(config, net.parameters()), Penalty(net, config))

    def lacking(self) -> BadValue | None:
        return BadValue("need_points", least=2) if len(self.view.data.train[0]) < 2 else None

    def graph(self) -> Graph:
        return self.view.graph(self.named_nets())

    def measure(self) -> Metrics:
        train, test = self.view.data.train, self.view.data.test
        if not len(train[0]):
            return {}
        has_test = len(test[0]) > 0
        metrics = {f"{lane.name}_accuracy": accuracy(lane.net, test if has_test else train) for lane in self.lanes}
        if has_test:
            metrics |= {f"{lane.name}_test_loss": lane.loss(lane.net(test[0]), test[1]) for lane in self.lanes}
        return metrics

    def symptoms(self) -> Metrics:
        nets: dict[str, tuple[nn.Sequential, Loss]] = {
            "softmax": (self.softmax, cross_entropy),
            "sigmoid": (self.sigmoid, one_logit_loss),
        }
        return {
            f"{name}_{key}": value
            for name, (net, loss) in nets.items()
            for key, value in symptoms(net, loss, self.view).items()
        }

    def look(self, *, closely: bool) -> Pictures:
        other = self.view.plane.field(self.view.plane.layers(self.sigmoid), self.view.data.points)
        return {**self.view.look(self.softmax, closely), "field2": other}

    def tune(self, config: Config) -> None:
        assert isinstance(config, ClassifierConfig)
        super().tune(config)
        if config.own != self._own:
            self._own = config.own
            self.view.data = load(config, self._device)
            self.batches = self.batches.replaced(*self.view.data.train)

    def check(self, name: str, value: Any) -> None:
        check_edit(self.softmax, value)

    def probe(self, name: str, value: Any) -> None:
        if not self.view.probe(name, value, self.softmax):
            super().probe(name, value)


def build(config: ClassifierConfig, device: torch.device) -> Trainer:
    return BothHeads(config, device) if config.head == "both" else Classifier(config, device)


def _thumbnails(config: RunConfig) -> dict[str, Points]:
    """A small sample of each data set under the config's noise."""
    assert isinstance(config, ClassifierConfig)
    thumbnails = {}
    for name in points.MAKERS:
        torch.manual_seed(config.seed)
        xy, labels = points.sample(name, 48, config.classes, config.noise)
        label = labels.byte().numpy()
        thumbnails[name] = Points(xy.numpy(), label, 0 * label)
    return thumbnails


CLASSIFIER = Lesson(
    key="classifier",
    config=ClassifierConfig,
    build=build,
    presets={
        "302": Preset(ClassifierConfig()),
        "spirals": Preset(
            ClassifierConfig(
                data="spirals",
                samples=150,
                noise=0.1,
                test=0.3,
                layers=(8, 8),
                activation="tanh",
                optimizer="adam",
                lr=0.02,
                batch=32,
                steps=4000,
            ),
            course=False,
        ),
        "xor": Preset(
            ClassifierConfig(
                data="xor", noise=0.1, layers=(4,), activation="tanh", optimizer="adam", lr=0.03, steps=600
            ),
            course=False,
        ),
        "rings": Preset(
            ClassifierConfig(
                data="rings", noise=0.1, features=("xx", "yy"), layers=(), optimizer="adam", lr=0.1, steps=400
            ),
            course=False,
        ),
        "five": Preset(
            ClassifierConfig(classes=5, noise=0.4, layers=(12,), optimizer="adam", lr=0.02, steps=500), course=False
        ),
        "heads": Preset(ClassifierConfig(head="both"), course=False),
    },
    panels=("network", "field", "field2", "loss", "bars", "confusion"),
    pace=2,
    gallery="data",
    aims=("loss", "accuracy", "test_loss", "test_accuracy"),
    lottery=True,
    thumbnails=_thumbnails,
    read_table=partial(tables.read_classes, bound=5.0, most=MOST_CLASSES),
)
