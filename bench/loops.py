"""`Run.advance` with 15 frames a second against the bare torch loop of the same work, with equal learning."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from playground.core.run import Run
from playground.core.supervised import SupervisedConfig
from playground.data import curves, points
from playground.lessons.classifier import CLASSIFIER, ClassifierConfig
from playground.lessons.regression import REGRESSION, RegressionConfig

CPU = torch.device("cpu")
FRAME = 1 / 15  # seconds
SECONDS = 1.0  # of each measurement
ROUNDS = 7
CHECKED_STEPS = 500


@dataclass(frozen=True)
class Work:
    """One net on one data set, for both sides."""

    name: str
    config: SupervisedConfig
    build: Callable[..., object]
    make: Callable[[], tuple[nn.Sequential, nn.Module, torch.optim.Optimizer, Tensor, Tensor]]
    batch: int = 0


def _regression() -> tuple[nn.Sequential, nn.Module, torch.optim.Optimizer, Tensor, Tensor]:
    torch.manual_seed(1)
    x, y = curves.sample("parabola", 100, 0.2, "uniform", False)
    torch.manual_seed(2)
    net = nn.Sequential(nn.Linear(1, 10), nn.ReLU(), nn.Linear(10, 1))
    return net, nn.MSELoss(), torch.optim.SGD(net.parameters(), lr=0.2), x, y


def _classifier() -> tuple[nn.Sequential, nn.Module, torch.optim.Optimizer, Tensor, Tensor]:
    torch.manual_seed(1)
    x, y = points.sample("blobs", 100, 2, 0.5)
    torch.manual_seed(2)
    net = nn.Sequential(nn.Linear(2, 10), nn.ReLU(), nn.Linear(10, 2))
    return net, nn.CrossEntropyLoss(), torch.optim.SGD(net.parameters(), lr=0.02), x, y


def _spirals() -> tuple[nn.Sequential, nn.Module, torch.optim.Optimizer, Tensor, Tensor]:
    torch.manual_seed(1)
    x, y = points.sample("spirals", 150, 2, 0.1)
    torch.manual_seed(2)
    net = nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 8), nn.Tanh(), nn.Linear(8, 2))
    return net, nn.CrossEntropyLoss(), torch.optim.Adam(net.parameters(), lr=0.02), x, y


SPIRALS = ClassifierConfig(
    data="spirals", samples=150, noise=0.1, layers=(8, 8), activation="tanh", optimizer="adam", lr=0.02, steps=0
)
WORKS = (
    Work("regression 301", RegressionConfig(steps=0), REGRESSION.build, _regression),
    Work("classifier 302", ClassifierConfig(steps=0), CLASSIFIER.build, _classifier),
    Work("spirals 2-8-8-2", SPIRALS, CLASSIFIER.build, _spirals),
)


def bare(work: Work, steps: int | None, seconds: float) -> tuple[int, nn.Sequential]:
    """The loop that a learner would write, without a look at anything."""
    net, loss_of, optimizer, x, y = work.make()
    taken = 0
    end = time.perf_counter() + seconds
    while taken != steps and time.perf_counter() < end:
        optimizer.zero_grad()
        loss = loss_of(net(x), y)
        loss.backward()
        optimizer.step()
        taken += 1
    return taken, net


def watched(work: Work, seconds: float) -> int:
    """The same learning in a run whose frames are taken 15 times a second."""
    run = Run(work.build, work.config, CPU)  # type: ignore[arg-type]
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        run.advance(seconds=FRAME)
        run.peek()
    return run.step


def _learns_equally(work: Work) -> bool:
    run = Run(work.build, replace(work.config, steps=CHECKED_STEPS), CPU)  # type: ignore[arg-type]
    while run.stop is None:
        run.advance(steps=37)
        run.peek()
    _, net = bare(work, CHECKED_STEPS, 60)
    mine = run.weights()
    return all(torch.equal(a, b) for a, b in zip(mine, net.parameters(), strict=True))


def report() -> None:
    torch.set_num_threads(1)
    print("Steps a second, 15 frames a second against none (median of interleaved rounds)")
    for work in WORKS:
        ratios, mine, theirs = [], [], []
        for _ in range(ROUNDS):
            theirs.append(bare(work, None, SECONDS)[0] / SECONDS)
            mine.append(watched(work, SECONDS) / SECONDS)
            ratios.append(mine[-1] / theirs[-1])
        equal = "weights bit-equal" if _learns_equally(work) else "WEIGHTS DIFFER"
        print(
            f"  {work.name:16} {statistics.median(mine):8.0f} /s  bare loop {statistics.median(theirs):8.0f} /s  "
            f"ratio {statistics.median(ratios):.3f}  {equal}"
        )


if __name__ == "__main__":
    report()
