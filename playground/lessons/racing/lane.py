"""One lane of a race: the torch.optim optimizers that move its rows, and what its schedule makes of its rate."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn
from torch.optim.lr_scheduler import ReduceLROnPlateau

from playground.core.lanes import HIGHEST_RATE, LaneSpec
from playground.core.refusal import BadValue
from playground.core.state import LARGEST_COUNT, Parts, State
from playground.lessons.racing.optimizers import beside_muon, make_optimizer
from playground.lessons.racing.schedules import FACTORS, PLATEAU_GAMMA, PLATEAU_PATIENCE, PLATEAU_WINDOWS

Loss = Callable[[int, Tensor], Tensor]  # (seed, one net's parameters) → its loss on this step's batch
Sizes = Sequence[tuple[int, ...]]


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
        self._seeds = len(rows)
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
        self._window: list[Tensor] = []  # the losses (seeds,) that no plateau scheduler has heard yet

    @property
    def is_single(self) -> bool:
        """Whether each net has optimizers of its own."""
        return self.spec.kind in ("lbfgs", "muon") or self.spec.schedule == "plateau"

    @property
    def _patience(self) -> int:
        """The steps of a window."""
        return max(1, self.total // PLATEAU_WINDOWS)

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
            optimizers += [make_optimizer(self.spec, hidden), beside_muon(self.spec, others)]
        return optimizers

    def state(self) -> State:
        """All but the rows, which are the race's."""
        heard = {"window": torch.stack(self._window)} if self._window else {}
        counts = [[one.num_bad_epochs, one.cooldown_counter, one.last_epoch] for one in self._plateaus]
        return {
            "born": self.born,
            "total": self.total,
            "factor": self._factor,
            "seconds": self.watch.seconds,
            "rates": torch.tensor([one.param_groups[0]["lr"] for one in self.optimizers], dtype=torch.float64),
            "optimizers": {str(place): optimizer for place, optimizer in enumerate(self.optimizers)},
            "best": torch.tensor([one.best for one in self._plateaus], dtype=torch.float64),
            "counts": torch.tensor(counts, dtype=torch.long).view(-1, 3),
            **heard,
        }

    def restore(self, parts: Parts, step: int) -> None:
        """Go on in a race that stands at this step; raises BadValue for what can be no lane of it."""
        self.born, self.total = parts.between("born", 0, step), parts.between("total", 1, LARGEST_COUNT)
        self._factor, self.watch.seconds = parts.number("factor", float), parts.number("seconds", float)
        rates = parts.tensor("rates", torch.empty(len(self.optimizers), dtype=torch.float64))
        if not bool(((rates >= 0) & (rates <= HIGHEST_RATE)).all()):
            raise BadValue("bad_run_part", part="lanes.rates")
        for place, (optimizer, rate) in enumerate(zip(self.optimizers, rates.tolist(), strict=True)):
            parts.fill(f"optimizers.{place}", optimizer)
            for group in optimizer.param_groups:
                group["lr"] = rate
        self._restore_plateaus(parts)

    def _restore_plateaus(self, parts: Parts) -> None:
        count = len(self._plateaus)
        best = parts.tensor("best", torch.empty(count, dtype=torch.float64))
        counts = parts.tensor("counts", torch.empty(count, 3, dtype=torch.long))
        if bool(best.isnan().any()) or bool((counts < 0).any()):
            raise BadValue("bad_run_part", part="lanes.plateau")
        for plateau, lowest, numbers in zip(self._plateaus, best.tolist(), counts.tolist(), strict=True):
            plateau.best = lowest
            plateau.num_bad_epochs, plateau.cooldown_counter, plateau.last_epoch = numbers
        self._window = list(parts.rows("window", self.rows.new_empty(self._seeds), self._patience - 1).unbind())

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
        if len(self._window) < self._patience:
            return
        means = torch.stack(self._window).mean(dim=0).tolist()
        self._window.clear()
        per_net = len(self._plateaus) // len(means)
        for place, plateau in enumerate(self._plateaus):
            plateau.step(means[place // per_net])
