"""What the nets of a race learn: the data of every seed, the loss, and how the learnt is shown."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, ClassVar

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, mse_loss

from playground.core.graph import Graph, Together
from playground.core.pictures import Pictures, Points
from playground.core.refusal import BadValue
from playground.core.trackside import Answers, Fits, Tiles
from playground.data import curves, points
from playground.data.points import PLANE
from playground.data.shelf import DIGITS
from playground.lessons.autoencoder_nets import scaled
from playground.lessons.racing.stack import Shape

if TYPE_CHECKING:
    from playground.lessons.racing.config import RaceConfig

GRID = 81  # x values of a drawn fit
SIDE = 40  # rows and columns of a decision surface
SHOWN = 12  # test digits whose answers are shown
EXAM = 300  # test digits that the podium looks at
PIXELS = 28 * 28


class Work(ABC):
    """The data lie whole on the device: inputs (seeds or 1, n, in), targets (seeds or 1, n, …)."""

    def __init__(self, shape: Shape, inputs: Tensor, targets: Tensor) -> None:
        self.shape = shape
        self.inputs, self.targets = inputs, targets
        self.exam = inputs, targets

    def lacking(self) -> BadValue | None:
        return None

    def remark(self) -> str:
        return ""

    def prepared(self, inputs: Tensor) -> Tensor:
        """A batch as the nets see it."""
        return inputs

    LOSS: ClassVar[Callable[..., Tensor]]  # torch's own

    @abstractmethod
    def graph(self, nets: Mapping[str, nn.Module]) -> Graph:
        """What these nets make of the same input."""

    @abstractmethod
    def losses(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """outputs (nets, batch, out) → the mean loss of each net, (nets,)."""

    @abstractmethod
    def accuracies(self, outputs: Tensor, targets: Tensor) -> Tensor | None:
        """The share of right guesses of each net, where there is something to guess."""

    @abstractmethod
    def look(self, slots: tuple[int, ...], rows: Tensor) -> Pictures:
        """rows (lanes, seeds, parameters) → what the nets have learnt."""

    def grade(self, rows: Tensor, seeds: int) -> tuple[Tensor, Tensor | None]:
        """rows (nets, parameters) → the loss and the accuracy of each net on the data of its seed, (nets,)."""
        inputs, targets = self.exam
        outputs = self.shape.forward(rows, spread(self.prepared(inputs), rows, seeds))
        answers = spread(targets, rows, seeds)
        return self.losses(outputs, answers), self.accuracies(outputs, answers)

    def variety(self, rows: Tensor, seeds: int) -> Tensor:
        """rows (nets, parameters) → how much the answers of each net differ from input to input, (nets,)."""
        outputs = self.shape.forward(rows, spread(self.prepared(self.exam[0]), rows, seeds))  # (nets, n, out)
        return outputs.std(dim=1).mean(dim=1)

    def grade_one(self, row: Tensor) -> Tensor:
        """row (1, parameters) → its loss on the data of the first seed, a scalar."""
        inputs, targets = self.exam
        return self.losses(self.shape.forward(row, self.prepared(inputs[:1])), targets[:1])[0]


def spread(batch: Tensor, rows: Tensor, seeds: int) -> Tensor:
    """A batch (seeds or 1, n, …) → (nets, n, …): each lane's net of a seed gets that seed's batch."""
    if len(batch) == 1:
        return batch.expand(len(rows), *batch.shape[1:])
    return batch.repeat(len(rows) // seeds, *[1] * (batch.dim() - 1))


def sample_curve(config: RaceConfig, seed: int) -> tuple[Tensor, Tensor]:
    """The x and y of a seed, (n, 1) each."""
    torch.manual_seed(seed)
    return curves.sample("parabola", config.samples, config.noise, "normal", False)


def sample_spirals(config: RaceConfig, seed: int) -> tuple[Tensor, Tensor]:
    """The places (n, 2) and the classes (n,) of a seed."""
    torch.manual_seed(seed)
    return points.sample("spirals", max(1, config.samples // 2), 2, config.noise)


class Curve(Work):
    """Course 306: a noisy parabola."""

    LOSS = staticmethod(mse_loss)

    def __init__(self, config: RaceConfig, device: torch.device) -> None:
        xs, ys = zip(*(sample_curve(config, seed) for seed in config.seeds), strict=True)
        super().__init__(config.shape, torch.stack(xs).to(device), torch.stack(ys).to(device))
        label = torch.zeros(len(xs[0]), dtype=torch.uint8).numpy()
        self._points = Points(torch.cat([xs[0], ys[0]], dim=1).numpy(), label, label)
        self._grid = torch.linspace(-1.05, 1.05, GRID, device=device)
        low, high = float(ys[0].min()), float(ys[0].max())
        self._y_range = low - 0.1 * (high - low), high + 0.1 * (high - low)

    def graph(self, nets: Mapping[str, nn.Module]) -> Graph:
        return Graph(Together(nets.values()), torch.zeros(2, 1), "x", tuple(nets))

    def losses(self, outputs: Tensor, targets: Tensor) -> Tensor:
        return self.LOSS(outputs, targets, reduction="none").mean(dim=(1, 2))

    def accuracies(self, outputs: Tensor, targets: Tensor) -> None:
        return None

    def look(self, slots: tuple[int, ...], rows: Tensor) -> Pictures:
        nets = rows.flatten(0, 1)
        fits = self.shape.forward(nets, self._grid.view(1, -1, 1).expand(len(nets), -1, -1))
        values = fits.view(*rows.shape[:2], GRID).nan_to_num(0.0).clamp(-1e3, 1e3)
        return {"fits": Fits(slots, self._grid, values, (-1.05, 1.05), self._y_range, self._points)}


class Classes(Work):
    """What the two works with class numbers share."""

    LOSS = staticmethod(cross_entropy)

    def losses(self, outputs: Tensor, targets: Tensor) -> Tensor:
        # row by row: the same sums, and so the same gradients to the last digit, as those of each net alone
        each = self.LOSS(outputs.flatten(0, 1), targets.flatten(), reduction="none")
        return each.view(targets.shape).mean(dim=1)

    def accuracies(self, outputs: Tensor, targets: Tensor) -> Tensor:
        return (outputs.argmax(dim=2) == targets).float().mean(dim=1)


class Spiral(Classes):
    """The two spirals of the classifier lesson."""

    def __init__(self, config: RaceConfig, device: torch.device) -> None:
        xys, labels = zip(*(sample_spirals(config, seed) for seed in config.seeds), strict=True)
        super().__init__(config.shape, torch.stack(xys).to(device), torch.stack(labels).to(device))
        shown = labels[0].byte().numpy()
        self._points = Points(xys[0].numpy(), shown, 0 * shown)
        across = torch.linspace(-PLANE, PLANE, SIDE, device=device)
        y, x = torch.meshgrid(across.flip(0), across, indexing="ij")
        self._grid = torch.stack([x.flatten(), y.flatten()], dim=1)

    def graph(self, nets: Mapping[str, nn.Module]) -> Graph:
        return Graph(Together(nets.values()), torch.zeros(2, 2), "points", tuple(nets))

    def look(self, slots: tuple[int, ...], rows: Tensor) -> Pictures:
        first = rows[:, 0]
        logits = self.shape.forward(first, self._grid.expand(len(first), -1, -1))
        field = (255 * torch.sigmoid(logits[:, :, 1] - logits[:, :, 0])).round().view(-1, SIDE, SIDE)
        return {"tiles": Tiles(slots, torch.nan_to_num(field), (-PLANE, PLANE), self._points)}


class DigitsWork(Classes):
    """MNIST, or what stands in for it without a network."""

    def __init__(self, config: RaceConfig, device: torch.device) -> None:
        nothing = torch.empty(1, 0, PIXELS, dtype=torch.uint8, device=device)
        super().__init__(config.shape, nothing, torch.empty(1, 0, dtype=torch.long, device=device))
        self._device = device
        self._remark = ""
        self.lacking()

    def lacking(self) -> BadValue | None:
        if self.inputs.shape[1]:
            return None
        digits = DIGITS.ask()
        if digits is None:
            return BadValue("loading", percent=DIGITS.percent)
        self._remark = "" if digits.source == "mnist" else "small_digits"
        self.inputs = digits.train_images.to(self._device).view(1, -1, PIXELS)
        self.targets = digits.train_labels.to(self._device).view(1, -1)
        pictures, labels = digits.test_images[:EXAM].to(self._device), digits.test_labels[:EXAM].to(self._device)
        self.exam = pictures.reshape(1, -1, PIXELS), labels.view(1, -1)
        return None

    def remark(self) -> str:
        return self._remark

    def prepared(self, inputs: Tensor) -> Tensor:
        return inputs.float().div(255)

    def graph(self, nets: Mapping[str, nn.Module]) -> Graph:
        pictures = torch.zeros(2, 28, 28, dtype=torch.uint8)
        return Graph(Together(nets.values(), scaled), pictures, "pictures", tuple(nets))

    def look(self, slots: tuple[int, ...], rows: Tensor) -> Pictures:
        pictures, labels = self.exam[0][0, :SHOWN], self.exam[1][0, :SHOWN]
        if not len(pictures):
            return {}
        first = rows[:, 0]
        logits = self.shape.forward(first, self.prepared(pictures).expand(len(first), -1, -1))
        return {"answers": Answers(slots, pictures.view(-1, 28, 28), labels, logits.argmax(dim=2))}


def make_work(config: RaceConfig, device: torch.device) -> Work:
    match config.work:
        case "curve":
            return Curve(config, device)
        case "spiral":
            return Spiral(config, device)
        case _:
            return DigitsWork(config, device)


WIDTHS = {"curve": (1, 1), "spiral": (2, 2), "digits": (PIXELS, 10)}
