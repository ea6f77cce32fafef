"""Regression: a net bends a line until it fits the points."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from playground.core.batches import Batches
from playground.core.graph import Graph
from playground.core.inner import inner_numbers
from playground.core.knobs import Config, choice, number, own_points, toggle
from playground.core.lesson import Lesson, Preset
from playground.core.limits import RunConfig
from playground.core.nets import layer_outputs, linears, mlp
from playground.core.pictures import Cards, Curve, Pictures, Points
from playground.core.refusal import BadValue
from playground.core.supervised import Loss, MlpConfig, Supervised, build_optimizer
from playground.core.surgery import check_edit, set_weight
from playground.core.symptoms import MLP_CARDS
from playground.core.trainer import Metrics
from playground.data import curves, tables
from playground.data.split import kept_apart
from playground.lessons.drawing import Place, check_place, draw_network
from playground.lessons.programs import two_ways

GRID = 201  # x values of the drawn curves
GLIMPSE = 5  # every so-manieth of them is in a neuron's miniature
BEYOND = 0.25  # how far past the data the outside view reaches, as a share of their interval
NARROWEST = 0.1  # data narrower than this do not set the window
MOST_CARDS = 20  # data sets up to this size show their mini-batches as cards


@dataclass(frozen=True)
class RegressionConfig(MlpConfig):
    target: str = choice("parabola", curves.TARGETS, group="data")
    own: tuple[tuple[float, float, int], ...] | None = own_points(1, group="data")
    samples: int = number(100, 2, 1000, group="data", integer=True, slider=(2, 300))
    noise: float = number(0.2, 0, 2, group="data", slider=(0, 1))
    noise_kind: str = choice("uniform", ("uniform", "normal"), group="data")
    test: float = number(0, 0, 0.8, group="data", slider=(0, 0.8))
    outliers: bool = toggle(False, group="data")
    outside: bool = toggle(False, group="data", live=True)
    loss: str = choice("mse", ("mse", "mae", "smooth_l1", "huber"), group="training")
    delta: float = number(0.1, 1e-3, 10, group="training", slider=(0.01, 1), shown_if=("loss", ("huber",)))
    lr: float = number(0.2, 1e-6, 1e7, group="training", slider=(1e-4, 10), log=True, live=True)
    steps: int = number(200, 0, 1_000_000, group="run", integer=True, slider=(0, 5000), live=True)


def loss_of(config: RegressionConfig) -> Loss:
    match config.loss:
        case "mse":
            return nn.MSELoss()
        case "mae":
            return nn.L1Loss()
        case "smooth_l1":
            return nn.SmoothL1Loss()
        case _:
            return nn.HuberLoss(delta=config.delta)


def points(config: RegressionConfig) -> tuple[Tensor, Tensor]:
    """x (n, 1) and y (n, 1)."""
    if config.own is not None:
        xy = torch.tensor([point[:2] for point in config.own]).reshape(-1, 2)
        return xy[:, :1], xy[:, 1:]
    torch.manual_seed(config.seed)
    return curves.sample(config.target, config.samples, config.noise, config.noise_kind, config.outliers)


def _span(values: list[float]) -> tuple[float, float]:
    """The interval that holds the values; -1 to 1 where they do not say."""
    low, high = min(values, default=-1.0), max(values, default=1.0)
    return (low, high) if high - low > NARROWEST else (low - 1.0, high + 1.0)


class Regression(Supervised):
    """A multi-layer perceptron from x to y."""

    CARDS = MLP_CARDS
    net: nn.Sequential

    def __init__(self, config: RegressionConfig, device: torch.device) -> None:
        self._config = config
        self._device = device
        self._load_data()
        self._aim()
        torch.manual_seed(config.seed + 1)  # the first weights do not depend on how many random numbers the data took
        net = mlp((1, *config.layers, 1), config.activation).to(device)
        optimizer = build_optimizer(config, net.parameters())
        super().__init__(net, loss_of(config), Batches(*self._train, config.batch), optimizer, config)
        self._focus: Place | None = None
        self._prints = two_ways(config.layers, config.activation)

    def _load_data(self) -> None:
        x, y = points(self._config)
        test = kept_apart(len(x), self._config.test, own=self._config.own is not None)
        self._train: tuple[Tensor, Tensor] = (x[~test].to(self._device), y[~test].to(self._device))
        self.test = x[test].to(self._device), y[test].to(self._device)
        label = torch.zeros(len(x), dtype=torch.uint8)
        self._points = Points(torch.cat([x, y], dim=1).numpy(), label.numpy(), test.byte().numpy())

    def _aim(self) -> None:
        """Choose the window on the plane from the data and the true curve, so that it stands still during a run."""
        target = curves.TARGETS[self._config.target]
        xs, ys = self._points.xy.T.tolist()
        low, high = target.low, target.high
        if self._config.own is not None:
            low, high = _span(xs)
        beyond = BEYOND * (high - low) if self._config.outside else 0.0
        margin = 0.04 * (high - low)
        self._x_range = (low - margin - beyond, high + margin + beyond)
        self._grid = torch.linspace(*self._x_range, GRID, device=self._device).unsqueeze(1)  # (GRID, 1)
        self._truth = target.function(self._grid) if self._config.own is None else None
        truth = self._truth.flatten().tolist() if self._truth is not None else []
        bottom, top = _span([*truth, *ys])
        self._y_range = (bottom - 0.12 * (top - bottom), top + 0.12 * (top - bottom))

    def _shows_all_points(self) -> bool:
        """Whether the window can stay where it is, so that it does not jump under the hand that draws."""
        low, high = torch.tensor([self._x_range, self._y_range]).T.numpy()
        return bool(((self._points.xy >= low) & (self._points.xy <= high)).all())

    def lacking(self) -> BadValue | None:
        return BadValue("need_points", least=2) if len(self._train[0]) < 2 else None

    def graph(self) -> Graph:
        return Graph(self.net, torch.zeros(2, 1), "x", ("y",))

    def measure(self) -> Metrics:
        inputs, targets = self.test
        return {"test_loss": self.loss(self.net(inputs), targets)} if len(inputs) else {}

    def symptoms(self) -> Metrics:
        inputs, targets = self._train
        if not len(inputs):
            return {}
        return inner_numbers(
            self.net, self.loss, inputs, targets, self.loss(targets.mean().expand_as(targets), targets)
        )

    def look(self, *, closely: bool) -> Pictures:
        outputs = [value.T for value in layer_outputs(self.net, self._grid)]  # [(width, GRID), …]
        layers = [self._grid.T, *outputs]
        glimpses = [value[:, ::GLIMPSE] for value in layers]
        pictures: dict[str, Any] = {
            "fit": self._draw_fit(layers),
            "network": draw_network(self.net, ("x",), ("y",), glimpses, 0, closely),
            "prints": self._prints,
        }
        if self.batches.plan and len(self.batches.inputs) <= MOST_CARDS:
            pictures["cards"] = self._draw_cards()
        return pictures

    def _draw_fit(self, layers: list[Tensor]) -> Curve:
        lines = {"fit": torch.cat([self._grid.T, layers[-1]])}
        if self._truth is not None:
            lines["truth"] = torch.cat([self._grid.T, self._truth.T])
        parts = linears(self.net)[-1].weight.T * layers[-2] if len(layers) > 2 else None  # (units, GRID)
        focus = layers[self._focus[0]][self._focus[1]] if self._focus else None
        return Curve(lines, self._x_range, self._y_range, self._points, parts, focus)

    def _draw_cards(self) -> Cards:
        inputs, targets = self.batches.inputs, self.batches.targets
        batches = tuple((inputs[rows].flatten(), targets[rows].flatten()) for rows in self.batches.plan)
        return Cards(self.epoch, self.batches.place, batches)

    def tune(self, config: Config) -> None:
        assert isinstance(config, RegressionConfig)
        before, self._config = self._config, config
        super().tune(config)
        if config.own != before.own:
            self._load_data()
            self.batches = self.batches.replaced(*self._train)
            self._truth = None  # nobody knows what the reader's points mean
        if config.own is None or config.outside != before.outside or not self._shows_all_points():
            self._aim()

    def check(self, name: str, value: Any) -> None:
        check_edit(self.net, value)

    def probe(self, name: str, value: Any) -> None:
        match name:
            case "focus":
                self._focus = check_place(value, self.net)
            case "weight":
                set_weight(self.net, value)
            case _:
                super().probe(name, value)


def _thumbnails(config: RunConfig) -> dict[str, Points]:
    """A small sample of each target under the config's noise."""
    assert isinstance(config, RegressionConfig)
    thumbnails = {}
    for name in curves.TARGETS:
        torch.manual_seed(config.seed)
        x, y = curves.sample(name, 40, config.noise, config.noise_kind, config.outliers)
        zeros = torch.zeros(len(x), dtype=torch.uint8).numpy()
        thumbnails[name] = Points(torch.cat([x, y], dim=1).numpy(), zeros, zeros)
    return thumbnails


REGRESSION = Lesson(
    key="regression",
    config=RegressionConfig,
    build=Regression,
    presets={
        "301": Preset(RegressionConfig()),
        "303": Preset(
            RegressionConfig(target="quadratic", noise=0, activation="tanh", lr=0.05, steps=1000, outside=True)
        ),
        "304": Preset(RegressionConfig(lr=0.5, steps=100)),
        "305": Preset(RegressionConfig(target="line", samples=10, noise=0, batch=5, lr=0.01, steps=6), speed="slow"),
        "305b": Preset(RegressionConfig(target="line", samples=10, noise=0, batch=8, lr=0.01, steps=6), speed="slow"),
    },
    panels=("network", "fit", "loss", "cards", "prints"),
    pace=5,
    gallery="target",
    aims=("loss", "test_loss"),
    lottery=True,
    thumbnails=_thumbnails,
    read_table=tables.read_curve,
)
