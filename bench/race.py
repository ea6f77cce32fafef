"""The race of course 306 against the course's script, and a fan of 16 seeds against one race; equal mathematics."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import replace

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

from playground.core.run import Run
from playground.data import curves
from playground.lessons.race import RACE
from playground.lessons.racing.config import COURSE_STEPS, FAN, RaceConfig

CPU = torch.device("cpu")
ROUNDS = 7
EPOCHS, BATCH, RATE = 12, 32, 0.01
FRAME = 1 / 15  # seconds
NAMES = ("SGD", "Momentum", "RMSprop", "Adam")


def _net() -> nn.Sequential:
    torch.manual_seed(2)
    return nn.Sequential(nn.Linear(1, 20), nn.ReLU(), nn.Linear(20, 1))


def _data() -> tuple[Tensor, Tensor]:
    torch.manual_seed(1)
    return curves.sample("parabola", 1000, 0.1, "normal", False)


def _optimizers(nets: list[nn.Sequential]) -> list[torch.optim.Optimizer]:
    sgd, momentum, rmsprop, adam = (net.parameters() for net in nets)
    return [
        torch.optim.SGD(sgd, lr=RATE),
        torch.optim.SGD(momentum, lr=RATE, momentum=0.8),
        torch.optim.RMSprop(rmsprop, lr=RATE, alpha=0.9),
        torch.optim.Adam(adam, lr=RATE, betas=(0.9, 0.99)),
    ]


def course(workers: int) -> list[float]:
    """The course's script without its plots: four nets, one after the other, in the loop over the batches."""
    nets = [_net() for _ in NAMES]
    optimizers, loss_of = _optimizers(nets), nn.MSELoss()
    histories: list[list[float]] = [[] for _ in NAMES]
    loader = DataLoader(TensorDataset(*_data()), batch_size=BATCH, shuffle=True, num_workers=workers)
    for _ in range(EPOCHS):
        for x, y in loader:
            for net, optimizer, history in zip(nets, optimizers, histories, strict=True):
                loss = loss_of(net(x), y)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                history.append(loss.item())
    return [statistics.mean(history[-32:]) for history in histories]


def same_batches() -> list[Tensor]:
    """The course's loop on the very batches of our race: the weights it ends with."""
    nets, (x, y) = [_net() for _ in NAMES], _data()
    optimizers, loss_of = _optimizers(nets), nn.MSELoss()
    generator = torch.Generator().manual_seed(1)
    for _ in range(EPOCHS):
        for rows in torch.split(torch.randperm(len(x), generator=generator), BATCH):
            for net, optimizer in zip(nets, optimizers, strict=True):
                optimizer.zero_grad()
                loss_of(net(x[rows]), y[rows]).backward()
                optimizer.step()
    return [torch.cat([weight.detach().flatten() for weight in net.parameters()]) for net in nets]


def ours(config: RaceConfig) -> Run:
    """The lesson's run to its end, with 15 frames a second."""
    run = Run(RACE.build, config, CPU)
    while run.stop is None:
        run.advance(seconds=FRAME)
        run.peek()
    return run


def bare(config: RaceConfig) -> Run:
    """The same without a look at it."""
    run = Run(RACE.build, config, CPU)
    run.advance(steps=COURSE_STEPS)
    return run


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def report() -> None:
    torch.set_num_threads(1)
    config = RaceConfig()
    fan = replace(config, fan=True)
    sides: dict[str, Callable[[], object]] = {
        "course's script, two worker processes": lambda: course(2),
        "the same without workers": lambda: course(0),
        "our race, 15 frames a second": lambda: ours(config),
        "our race, nobody looks": lambda: bare(config),
        f"our fan of {FAN} seeds, nobody looks": lambda: bare(fan),
        f"our fan of {FAN} seeds, 15 frames a second": lambda: ours(fan),
    }
    bare(config)  # the first optimizer of a process costs a second of imports
    times: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(ROUNDS):
        for name, side in sides.items():
            times[name].append(_seconds(side))
    print("Race 306: 4 lanes, 12 epochs of 32 batches (median of interleaved rounds)")
    script, plain, watched, alone, many, seen = times.values()
    for name, values in times.items():
        print(f"  {name:42} {statistics.median(values):6.2f} s")

    def ratio(one: list[float], other: list[float]) -> float:
        return statistics.median(a / b for a, b in zip(one, other, strict=True))

    print(f"  course / ours with frames {ratio(script, watched):.1f}, without {ratio(script, alone):.1f}")
    print(f"  course without workers / ours without frames {ratio(plain, alone):.1f}")
    print(f"  fan of {FAN} seeds / one race: {ratio(many, alone):.2f}, with frames {ratio(seen, watched):.2f}")
    rows = bare(config).weights()[0]
    furthest = max(float((mine - theirs).abs().max()) for mine, theirs in zip(rows, same_batches(), strict=True))
    print(f"  largest difference of a weight to four torch.optim runs on the same batches: {furthest:.1e}")


if __name__ == "__main__":
    report()
