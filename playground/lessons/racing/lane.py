"""One lane of a race: the torch.optim optimizers that move its rows, and what its schedule makes of its rate."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim.lr_scheduler import ReduceLROnPlateau

from playground.core.lanes import LaneSpec
from playground.lessons.racing.schedules import FACTORS, PLATEAU_GAMMA, PLATEAU_PATIENCE, PLATEAU_WINDOWS

Loss = Callable[[int, Tensor], Tensor]  # (seed, one net's parameters) → its loss on this step's batch
Sizes = Sequence[tuple[int, ...]]


def make_optimizer(spec: LaneSpec, weights: list[nn.Parameter]) -> torch.optim.Optimizer:
    """The torch.optim optimizer that a lane names."""
    lr, option = spec.lr, spec.option
    match spec.kind:
        case "sgd":
            return torch.optim.SGD(weights, lr=lr, weight_decay=option("decay"))
        case "momentum" | "nesterov":
            nesterov = spec.kind == "nesterov" and option("momentum") > 0
            momentum, decay = option("momentum"), option("decay")
            return torch.optim.SGD(weights, lr=lr, momentum=momentum, weight_decay=decay, nesterov=nesterov)
        case "adagrad":
            return torch.optim.Adagrad(weights, lr=lr, weight_decay=option("decay"))
        case "rmsprop":
            return torch.optim.RMSprop(weights, lr=lr, alpha=option("alpha"), weight_decay=option("decay"))
        case "adadelta":
            return torch.optim.Adadelta(weights, lr=lr, rho=option("rho"), weight_decay=option("decay"))
        case "lbfgs":
            iterations = int(option("iterations"))
            return torch.optim.LBFGS(weights, lr=lr, max_iter=iterations, line_search_fn="strong_wolfe")
        case "muon":  # adjusted so that the same rate suits the parameters that AdamW moves beside it
            momentum, decay = option("momentum"), option("decay")
            return torch.optim.Muon(
                weights, lr=lr, momentum=momentum, weight_decay=decay, adjust_lr_fn="match_rms_adamw"
            )
        case kind:
            fused = {"fused": True} if spec.kind in ("adam", "adamw") else {}  # the same numbers in one call
            family: dict[str, Any] = {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW, "nadam": torch.optim.NAdam}
            make = family.get(kind, torch.optim.RAdam)
            betas = option("beta1"), option("beta2")
            optimizer: torch.optim.Optimizer = make(weights, lr=lr, betas=betas, weight_decay=option("decay"), **fused)
            return optimizer


def make_beside_muon(spec: LaneSpec, weights: list[nn.Parameter]) -> torch.optim.Optimizer:
    """Muon is made for the matrices between hidden layers; its authors move all else with AdamW."""
    return torch.optim.AdamW(weights, lr=spec.lr, weight_decay=spec.option("decay"))


class Watch:
    """Counts the seconds inside its `with` blocks; between them, where the page looks at a stage, it stands still."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __enter__(self) -> None:
        self._began = time.perf_counter()

    def __exit__(self, *_: object) -> None:
        self.seconds += time.perf_counter() - self._began


class Lane:
    """A lane's rows (seeds, parameters) of the stack and who moves them.

    An update that treats each number by itself is the same for one net as for all seeds laid side by side: one
    optimizer holds them all. L-BFGS, Muon and a rate that listens to the loss need an optimizer for each net.
    """

    def __init__(self, spec: LaneSpec, rows: Tensor, gradients: Tensor, sizes: Sizes, total: int, born: int) -> None:
        self.spec = spec
        self.born = born
        self.watch = Watch()
        self.total = max(1, total)
        self._sizes = tuple(sizes)
        self._factor = 1.0
        self._pieces = self._cut(rows)
        self._parameters = [nn.Parameter(piece) for net in self._pieces for piece in net]
        self.attach(rows, gradients)
        self.optimizers = self._make()
        self._plateaus = [
            ReduceLROnPlateau(optimizer, factor=PLATEAU_GAMMA, patience=PLATEAU_PATIENCE)
            for optimizer in self.optimizers
            if spec.schedule == "plateau"
        ]
        self._window: list[Tensor] = []

    @property
    def is_single(self) -> bool:
        """Whether each net has optimizers of its own."""
        return self.spec.kind in ("lbfgs", "muon") or self.spec.schedule == "plateau"

    def _cut(self, rows: Tensor) -> list[list[Tensor]]:
        """The pieces that an optimizer calls parameters: all rows at once, a row for each net, or a net's layers."""
        if not self.is_single:
            return [[rows]]
        if self.spec.kind != "muon":
            return [[row] for row in rows]
        lengths = [torch.Size(size).numel() for size in self._sizes]
        return [[part.view(size) for part, size in zip(row.split(lengths), self._sizes, strict=True)] for row in rows]

    def attach(self, rows: Tensor, gradients: Tensor) -> None:
        """Let the optimizers, with all they remember, work on these rows: the stack was rebuilt around them."""
        self.rows = rows
        parts = [piece for net in self._cut(rows) for piece in net]
        grads = [piece for net in self._cut(gradients) for piece in net]
        for parameter, part, grad in zip(self._parameters, parts, grads, strict=True):
            parameter.data, parameter.grad = part, grad

    def _make(self) -> list[torch.optim.Optimizer]:
        if self.spec.kind != "muon":
            return [make_optimizer(self.spec, [parameter]) for parameter in self._parameters]
        optimizers: list[torch.optim.Optimizer] = []
        count = len(self._sizes)
        for first in range(0, len(self._parameters), count):
            layers = self._parameters[first : first + count]
            hidden = [layer for place, layer in enumerate(layers) if layer.dim() == 2 and 1 < place < count - 2]
            others = [layer for layer in layers if all(layer is not one for one in hidden)]
            optimizers += [make_optimizer(self.spec, hidden), make_beside_muon(self.spec, others)]
        return optimizers

    def rate(self) -> float:
        """The learning rate of the first net's next update."""
        return float(self.optimizers[0].param_groups[0]["lr"])

    def tune(self, spec: LaneSpec) -> bool:
        """Take over a rate, options and schedule in the middle of the race; False where the lane must start anew."""
        is_single = self.is_single
        ratio, before, self.spec = spec.lr / self.spec.lr, self.spec, spec
        if (
            spec.kind != before.kind
            or self.is_single != is_single
            or ("plateau" in {spec.schedule, before.schedule} and (spec.schedule != before.schedule))
        ):
            return False
        for place, optimizer in enumerate(self.optimizers):
            fresh = make_optimizer(spec, [nn.Parameter(torch.zeros(1, 1))]).param_groups[0]
            is_beside = spec.kind == "muon" and place % 2
            changed = {"weight_decay"} if is_beside else set(fresh) - {"params", "lr", "initial_lr"}
            for group in optimizer.param_groups:
                group.update({name: fresh[name] for name in changed & set(group)})
                group["lr"] *= ratio
        self._factor = 0.0  # the schedule may be another one: set the rate anew
        return True

    def follow(self, step: int) -> None:
        """Set the rate for the update at this step of the race."""
        if self.spec.schedule == "plateau":
            return
        factor = FACTORS[self.spec.schedule](step - self.born, self.total)
        if factor != self._factor:
            self._factor = factor
            for optimizer in self.optimizers:
                for group in optimizer.param_groups:
                    group["lr"] = self.spec.lr * factor

    def step(self, losses: Tensor, loss: Loss) -> None:
        """One update from the gradients that lie in the stack; losses (seeds,) are those before it."""
        with self.watch:
            if self.spec.kind == "lbfgs":
                self._step_lbfgs(loss)
            else:
                for optimizer in self.optimizers:
                    optimizer.step()
            if self._plateaus:
                self._listen(losses)

    def _step_lbfgs(self, loss: Loss) -> None:
        """L-BFGS looks several times a step, each time at a loss and a gradient of its own net."""
        for seed, (optimizer, weights) in enumerate(zip(self.optimizers, self._parameters, strict=True)):

            def closure(seed: int = seed, weights: nn.Parameter = weights) -> Tensor:
                weights.grad.zero_()  # type: ignore[union-attr]
                value = loss(seed, weights)
                value.backward()  # type: ignore[no-untyped-call]
                return value

            optimizer.step(closure)  # type: ignore[arg-type]

    def _listen(self, losses: Tensor) -> None:
        """Once a window, let the plateau schedulers hear its mean loss: the one place where a lane reads numbers."""
        self._window.append(losses)
        if len(self._window) < max(1, self.total // PLATEAU_WINDOWS):
            return
        means = torch.stack(self._window).mean(dim=0).tolist()
        self._window.clear()
        per_net = len(self._plateaus) // len(means)
        for place, plateau in enumerate(self._plateaus):
            plateau.step(means[place // per_net])
