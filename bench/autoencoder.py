"""The autoencoder of course 404: an epoch against the course's script, and a watched run against a bare loop."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace

import torch
from torch import nn
from torch.nn.functional import mse_loss
from torch.utils.data import DataLoader

from bench.digits import _mnist, _need_torchvision
from playground.core.run import Run
from playground.data.shelf import DIGITS, data_folder
from playground.lessons.autoencoder import AUTOENCODER, AutoencoderConfig
from playground.lessons.autoencoder_nets import Autoencoder, scaled
from playground.text import Text
from playground.ui.encode import encode
from playground.ui.seat import Seat

ROUNDS = 5
CPU = torch.device("cpu")
EPOCH = 938  # steps
VIEWED = 5  # pictures that the course looks at every 100 steps
THREADS = (1, 2)  # both sides alike; on a machine that has other work two of them mostly wait for each other
FRAME = 1 / 15  # seconds
SECONDS = 4.0  # of each measurement of a loop
Row = tuple[float, float, float]  # wall seconds, CPU seconds, MSE over all 10,000 test pictures
CONFIG = AUTOENCODER.presets["404"].config


class _Course(nn.Module):
    """Written out as the course writes it."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Linear(784, 128), nn.Tanh(), nn.Linear(128, 64), nn.Tanh(), nn.Linear(64, 12), nn.Tanh(),
            nn.Linear(12, 3),
        )  # fmt: skip
        self.decoder = nn.Sequential(
            nn.Linear(3, 12), nn.Tanh(), nn.Linear(12, 64), nn.Tanh(), nn.Linear(64, 128), nn.Tanh(),
            nn.Linear(128, 784), nn.Sigmoid(),
        )  # fmt: skip

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        encoded = self.encoder(x)
        return encoded, self.decoder(encoded)


def _test_mse(rebuild: Callable[[torch.Tensor], torch.Tensor]) -> float:
    with torch.no_grad():
        pixels = scaled(DIGITS.wait().test_images)
        return float(mse_loss(rebuild(pixels), pixels))


def _warm_up() -> None:
    """The first optimizer of a process costs a second of imports, which belong to neither side."""
    weight = torch.zeros(1, requires_grad=True)
    optimizer = torch.optim.Adam([weight])
    weight.sum().backward()  # type: ignore[no-untyped-call]
    optimizer.step()


def course(seed: int, threads: int) -> Row:
    """One epoch of the course's script without its plots."""
    torch.set_num_threads(threads)
    train = _mnist(train=True)
    _warm_up()
    wall, cpu = time.perf_counter(), time.process_time()
    torch.manual_seed(seed)
    net = _Course()
    optimizer, loss_of = torch.optim.Adam(net.parameters(), lr=0.005), nn.MSELoss()
    viewed = train.data[:VIEWED].view(-1, 784).float() / 255  # type: ignore[attr-defined]
    for step, (x, _) in enumerate(DataLoader(train, batch_size=64, shuffle=True)):
        _, decoded = net(x.view(-1, 784))
        loss = loss_of(decoded, x.view(-1, 784))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % 100 == 0:
            net(viewed)[1].detach().numpy()
            loss.item()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return wall, cpu, _test_mse(lambda pixels: net(pixels)[1])


def ours(seed: int, threads: int) -> Row:
    """The same epoch in the lesson's run: 15 frames a second, exams on held-out pictures, and a full one at the end."""
    _warm_up()
    wall, cpu = time.perf_counter(), time.process_time()
    run = Run(AUTOENCODER.build, replace(CONFIG, steps=EPOCH, seed=seed, threads=threads), CPU)  # type: ignore[call-arg]
    while run.stop is None:
        run.advance(seconds=FRAME)
        frame = run.peek()
        encode({}, frame.pictures)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return wall, cpu, _test_mse(run.net())


EPOCHS: dict[str, Callable[[int, int], Row]] = {"ours": ours, "course": course}


def _in_a_process_of_its_own(name: str, seed: int, threads: int) -> Row:
    command = [sys.executable, "-W", "ignore", "-m", "bench.autoencoder", name, str(seed), str(threads)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    wall, cpu, error = (float(number) for number in done.stdout.splitlines()[-1].split())
    return wall, cpu, error


def _report_epochs() -> None:
    print("\nAutoencoder 404: one epoch of MNIST (medians over as many seeds as rounds; ratios paired by round)")
    for threads in THREADS:
        rows: dict[str, list[Row]] = {name: [] for name in EPOCHS}
        for seed in range(1, ROUNDS + 1):
            for name in EPOCHS:
                rows[name].append(_in_a_process_of_its_own(name, seed, threads))
        for name, found in rows.items():
            wall, cpu, error = (statistics.median(column) for column in zip(*found, strict=True))
            pairs = list(zip(found, rows["course"], strict=True))
            times, busy = (statistics.median(theirs[i] / mine[i] for mine, theirs in pairs) for i in (0, 1))
            print(
                f"  {name:7} threads {threads}  {wall:6.2f} s  CPU {cpu:6.2f} s  test MSE {error:.4f}  "
                f"{times:.2f}× as fast, {busy:.2f}× in CPU time"
            )


def bare(steps: int | None, seconds: float) -> tuple[int, nn.Module]:
    """The loop that a learner would write who keeps MNIST in memory, without a look at anything."""
    pictures = DIGITS.wait().train_images
    torch.manual_seed(CONFIG.seed + 1)
    net = Autoencoder()
    optimizer = torch.optim.Adam(net.parameters(), lr=0.005, fused=True)
    order: list[torch.Tensor] = []
    taken, end = 0, time.perf_counter() + seconds
    while taken != steps and time.perf_counter() < end:
        if not order:
            order = list(torch.split(torch.randperm(len(pictures)), 64))[::-1]
        pixels = pictures[order.pop()].flatten(1).float() / 255
        loss = mse_loss(net(pixels), pixels)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        taken += 1
    return taken, net


def watched(seconds: float) -> int:
    """The same learning in a run whose frames are taken 15 times a second."""
    run = Run(AUTOENCODER.build, replace(CONFIG, steps=0), CPU)
    run.peek()  # the first frame stands on the page before Play is pressed
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        run.advance(seconds=FRAME)
        run.peek()
    return run.step


def _learns_equally(steps: int = 300) -> bool:
    run = Run(AUTOENCODER.build, replace(CONFIG, steps=steps), CPU)
    while run.stop is None:
        run.advance(steps=37)
        run.peek()
    mine, theirs = run.weights(), bare(steps, 60)[1].parameters()
    return all(torch.equal(a, b) for a, b in zip(mine, theirs, strict=True))


def _report_loop() -> None:
    torch.set_num_threads(1)
    print(f"  Steps a second over {SECONDS:g} s, 15 frames a second against none (median of interleaved rounds)")
    ratios, mine, theirs = [], [], []
    for _ in range(2 * ROUNDS):
        theirs.append(bare(None, SECONDS)[0] / SECONDS)
        mine.append(watched(SECONDS) / SECONDS)
        ratios.append(mine[-1] / theirs[-1])
    equal = "weights bit-equal" if _learns_equally() else "WEIGHTS DIFFER"
    print(
        f"  autoencoder 404  {statistics.median(mine):6.0f} /s  bare loop {statistics.median(theirs):6.0f} /s  "
        f"ratio {statistics.median(ratios):.3f}  {equal}"
    )


def _report_frame() -> None:
    """What a frame costs while nothing has changed, with the 5,000 points in it."""
    for name, config in (("3-D", CONFIG), ("2-D with the plane", AutoencoderConfig(start="scratch", latent="2"))):
        seat = Seat(AUTOENCODER, Text("en"), CPU)
        seat.renew(config)
        seat.run.advance(steps=50)
        seat.frame()
        times = []
        for _ in range(100):
            began = time.perf_counter()
            text = seat.frame()
            times.append(time.perf_counter() - began)
        print(f"  one frame, {name:20} {1000 * statistics.median(times):6.2f} ms  {len(text) / 1000:6.1f} kB")


def report() -> None:
    if DIGITS.wait().source != "mnist":
        print("\nAutoencoder: MNIST is not here; name its folder in PLAYGROUND_DATA")
        return
    _report_epochs()
    _report_loop()
    _report_frame()


if __name__ == "__main__":
    os.environ.setdefault("PLAYGROUND_DATA", str(data_folder()))
    if len(sys.argv) < 4:
        report()
    else:
        _need_torchvision()
        DIGITS.wait()
        print(*EPOCHS[sys.argv[1]](int(sys.argv[2]), int(sys.argv[3])))
