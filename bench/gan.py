"""Steps a second of the GAN lesson against the course's script and against the bare loop of the same formula.

Seconds are those of the process: all sides use one thread, and what else the machine does must count for none of them.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import logsigmoid

from playground.core.run import Run
from playground.lessons.gan import GAN, GanConfig

CPU = torch.device("cpu")
FRAMES = 15  # a second
SECONDS = 1.0  # of each measurement
ROUNDS = 9
CHUNK = 20  # steps between two looks at the clock
BATCH, IDEAS, POINTS = 64, 5, 15
CHECKED_STEPS = 50
Step = Callable[[], None]


def _nets(last: tuple[nn.Module, ...]) -> tuple[nn.Sequential, nn.Sequential]:
    torch.manual_seed(2)
    painter = nn.Sequential(nn.Linear(IDEAS, 128), nn.ReLU(), nn.Linear(128, POINTS))
    return painter, nn.Sequential(nn.Linear(POINTS, 128), nn.ReLU(), nn.Linear(128, 1), *last)


def _artist() -> Tensor:
    """The course's data: NumPy, turned into a tensor each step."""
    points = np.vstack([np.linspace(-1, 1, POINTS) for _ in range(BATCH)])
    a = np.random.uniform(1, 2, size=BATCH)[:, np.newaxis]
    return torch.from_numpy(a * np.power(points, 2) + (a - 1)).float()


def course(art_of: Callable[[], Tensor] = _artist) -> tuple[Step, list[nn.Parameter]]:
    """The course's script as it stands today: G's step, then D's on G's detached paintings, `retain_graph` and all."""
    G, D = _nets((nn.Sigmoid(),))
    opt_D, opt_G = torch.optim.Adam(D.parameters(), lr=1e-4), torch.optim.Adam(G.parameters(), lr=1e-4)

    def step() -> None:
        art = art_of()
        paintings = G(torch.randn(BATCH, IDEAS))
        prob_fake = D(paintings)
        g_loss = torch.mean(torch.log(1.0 - prob_fake))
        opt_G.zero_grad()
        g_loss.backward()  # type: ignore[no-untyped-call]
        opt_G.step()
        prob_real, prob_fake = D(art), D(paintings.detach())
        d_loss = -torch.mean(torch.log(prob_real) + torch.log(1.0 - prob_fake))
        opt_D.zero_grad()
        d_loss.backward(retain_graph=True)  # type: ignore[no-untyped-call]
        opt_D.step()

    return step, [*G.parameters(), *D.parameters()]


def older_course() -> tuple[Step, list[nn.Parameter]]:
    """Its older form: both losses from one judgement, D's first; today's torch wants both before the updates."""
    G, D = _nets((nn.Sigmoid(),))
    opt_D, opt_G = torch.optim.Adam(D.parameters(), lr=1e-4), torch.optim.Adam(G.parameters(), lr=1e-4)

    def step() -> None:
        art = _artist()
        prob_real, prob_fake = D(art), D(G(torch.randn(BATCH, IDEAS)))
        d_loss = -torch.mean(torch.log(prob_real) + torch.log(1.0 - prob_fake))
        g_loss = torch.mean(torch.log(1.0 - prob_fake))
        opt_D.zero_grad()
        d_loss.backward(retain_graph=True)  # type: ignore[no-untyped-call]
        opt_G.zero_grad()
        g_loss.backward(inputs=list(G.parameters()))  # type: ignore[no-untyped-call]
        opt_D.step()
        opt_G.step()

    return step, [*G.parameters(), *D.parameters()]


def bare() -> tuple[Step, list[nn.Parameter]]:
    """The lesson's formula as a learner would write it, without a look at anything."""
    G, D = _nets(())
    opt_D = torch.optim.Adam(D.parameters(), lr=1e-4, maximize=True, fused=True)
    opt_G = torch.optim.Adam(G.parameters(), lr=1e-4, fused=True)
    squares = torch.linspace(-1, 1, POINTS).square()

    def step() -> None:
        a = torch.rand(BATCH, 1) + 1
        art = a * squares + (a - 1)
        paintings = G(torch.randn(BATCH, IDEAS))
        value = logsigmoid(D(art)).mean() + logsigmoid(-D(paintings)).mean()
        opt_D.zero_grad()
        opt_G.zero_grad()
        value.backward()  # type: ignore[no-untyped-call]
        opt_D.step()
        opt_G.step()

    return step, [*G.parameters(), *D.parameters()]


def _counted(step: Step) -> float:
    """Steps a second of a loop."""
    taken, began = 0, time.process_time()
    while time.process_time() < began + SECONDS:
        for _ in range(CHUNK):
            step()
        taken += CHUNK
    return taken / (time.process_time() - began)


def watched(run: Run, rate: float) -> float:
    """The same in the lesson's run, whose frames are taken 15 times a second at about this rate."""
    first, began = run.step, time.process_time()
    while time.process_time() < began + SECONDS:
        run.advance(steps=round(rate / FRAMES))
        run.peek()
    return (run.step - first) / (time.process_time() - began)


def _farthest() -> float:
    """The largest difference of a parameter from the course's after some steps from the same weights and numbers."""
    run = Run(GAN.build, GanConfig(steps=0), CPU)
    start = run.weights()
    squares = torch.linspace(-1, 1, POINTS).square()

    def art_of() -> Tensor:
        a = torch.rand(BATCH, 1) + 1
        return a * squares + (a - 1)

    step, theirs = course(art_of)
    with torch.no_grad():
        for parameter, weight in zip(theirs, start, strict=True):
            parameter.copy_(weight)
    with run._randomness.forked():
        for _ in range(CHECKED_STEPS):
            step()
    run.advance(steps=CHECKED_STEPS)
    pairs = zip(run.weights(), theirs, strict=True)
    return max(float((mine - other).detach().abs().max()) for mine, other in pairs)


def report() -> None:
    torch.set_num_threads(1)
    print("\nGAN 406, steps a second (medians of interleaved rounds, one thread)")
    run = Run(GAN.build, GanConfig(steps=0), CPU)
    peers = {"course": course()[0], "course, older form": older_course()[0], "bare loop, our formula": bare()[0]}
    for step in peers.values():
        for _ in range(100):
            step()
    run.advance(steps=100)
    mine: list[float] = []
    theirs: dict[str, list[float]] = {name: [] for name in peers}
    for _ in range(ROUNDS):
        for name, step in peers.items():
            theirs[name].append(_counted(step))
        mine.append(watched(run, theirs["bare loop, our formula"][-1]))
    print(f"  {'ours, 15 frames a second':26} {statistics.median(mine):6.0f} /s")
    for name, rates in theirs.items():
        ratio = statistics.median(own / rate for own, rate in zip(mine, rates, strict=True))
        print(f"  {name:26} {statistics.median(rates):6.0f} /s   ours ×{ratio:.2f}")
    print(f"  parameters {_farthest():.0e} from the course's after {CHECKED_STEPS} steps on the same numbers")


if __name__ == "__main__":
    report()
