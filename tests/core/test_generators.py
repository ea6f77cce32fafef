"""A run on a GPU keeps, swaps, saves and restores that device's generator too; here a plain object stands for one."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import Tensor

from playground.core.album import Album
from playground.core.keep import read, reopened, write
from playground.core.lesson import Lesson
from playground.core.randomness import Randomness
from playground.core.refusal import BadValue
from playground.core.rewind import Rewind
from playground.core.run import Run
from playground.core.state import Parts
from playground.core.trainer import Metrics
from playground.lessons.regression import REGRESSION, Regression, RegressionConfig
from playground.text import Text
from playground.ui.keeping import open_file
from playground.ui.seat import Seat

CPU = torch.device("cpu")
CONFIG = RegressionConfig(batch=7, steps=0)  # the order of the batches comes from the CPU's generator


class FakeGpu:
    """The generator of a device that this machine has not."""

    def __init__(self, kind: str) -> None:
        self.device = torch.device(kind)
        self.generator = torch.Generator()

    def get_rng_state(self, device: torch.device | None = None) -> Tensor:
        assert device in (None, self.device)
        return self.generator.get_state()

    def set_rng_state(self, state: Tensor, device: torch.device | None = None) -> None:
        assert device in (None, self.device)
        self.generator.set_state(state)

    def rand(self) -> Tensor:
        return torch.rand((), generator=self.generator)

    def lesson(self) -> Lesson:
        """The regression with a noise in its weights that this device draws."""
        gpu = self

        class Noisy(Regression):
            def __init__(self, config: RegressionConfig, device: torch.device) -> None:
                super().__init__(config, CPU)
                gpu.generator.manual_seed(config.seed)  # torch.manual_seed seeds every device

            def step(self) -> Metrics:
                metrics = super().step()
                with torch.no_grad():
                    self.net[0].bias.add_(gpu.rand(), alpha=0.01)
                return metrics

        return replace(REGRESSION, build=Noisy)


@pytest.fixture(params=["cuda:1", "mps"])
def gpu(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> FakeGpu:
    fake = FakeGpu(request.param)
    module = torch.cuda if fake.device.type == "cuda" else torch.mps
    monkeypatch.setattr(module, "get_rng_state", fake.get_rng_state)
    monkeypatch.setattr(module, "set_rng_state", fake.set_rng_state)
    return fake


def go(run: Run, steps: int) -> Run:
    run.advance(steps=steps)
    run.peek()
    return run


def same(run: Run, other: Run) -> bool:
    return all(torch.equal(a, b) for a, b in zip(run.weights(), other.weights(), strict=True))


def test_two_runs_in_turn_are_the_same_as_alone(gpu: FakeGpu) -> None:
    lesson = gpu.lesson()
    alone = go(Run(lesson.build, CONFIG, gpu.device), 6)
    one, other = (Run(lesson.build, replace(CONFIG, seed=seed), gpu.device) for seed in (CONFIG.seed, 9))
    for _ in range(3):
        for run in (one, other):
            go(run, 2)
        gpu.rand()  # other people's
    assert same(one, alone)
    assert not same(one, other)


def test_nobody_elses_numbers_move(gpu: FakeGpu) -> None:
    gpu.generator.manual_seed(1)
    randomness, before = Randomness(gpu.device), gpu.get_rng_state()
    with randomness.own():
        first = gpu.rand()
    with randomness.forked():
        glance = gpu.rand()
    with randomness.own():
        second = gpu.rand()
    assert torch.equal(gpu.get_rng_state(), before)
    assert torch.equal(torch.stack([first, second]), torch.stack([gpu.rand(), gpu.rand()]))
    assert glance == second


def test_a_kept_run_goes_on_as_if_it_had_never_stopped(gpu: FakeGpu) -> None:
    lesson = gpu.lesson()
    run = go(Run(lesson.build, CONFIG, gpu.device), 5)
    data = write(run, lesson.key)
    gpu.rand()
    again = reopened(read(data), lesson, gpu.device)
    assert not again.is_moved
    assert same(go(run, 6), go(again, 6))


def test_a_branch_is_bit_by_bit_the_run_of_then(gpu: FakeGpu) -> None:
    lesson, album = gpu.lesson(), Album()
    run = Run(lesson.build, CONFIG, gpu.device)
    for _ in range(4):
        album.keep(go(run, 2), run.peek(), b"{}", whole=True)
    del album.checkpoints.items[1:]  # so that steps are learnt again
    moment = album.moments.at(6)
    assert moment
    rewind = Rewind(lesson.build, gpu.device, album, run, moment)
    while not rewind.advance(0.0):
        gpu.rand()
    assert same(go(rewind.run, 2), run)


def test_files_move_between_devices_and_it_is_said(gpu: FakeGpu) -> None:
    lesson = gpu.lesson()
    for here, there in ((CPU, gpu.device), (gpu.device, CPU)):
        run = go(Run(lesson.build, CONFIG, here), 5)
        data = write(run, lesson.key)
        again = reopened(read(data), lesson, there)
        assert (again.step, again.is_moved) == (5, True)
        assert same(again, run)
        if there == gpu.device:  # what it draws there is the same each time
            assert same(go(again, 3), go(reopened(read(data), lesson, there), 3))
        seat = Seat(lesson, Text("en"), there)
        open_file(seat, data)
        assert f"another kind of device than {there.type.upper()}" in seat.frame()


def test_a_file_from_before_opens(gpu: FakeGpu) -> None:
    """It holds the state of the CPU's generator alone."""
    lesson = gpu.lesson()
    for device, is_moved in ((CPU, False), (gpu.device, True)):
        kept = read(write(go(Run(lesson.build, CONFIG, device), 5), lesson.key))
        tensors = {name: value for name, value in kept.parts.tensors.items() if not name.startswith("generators.")}
        again = reopened(replace(kept, parts=Parts(tensors, kept.parts.plain)), lesson, device)
        assert (again.step, again.is_moved) == (5, is_moved)


@pytest.mark.parametrize("bad", [torch.zeros(5056, dtype=torch.uint8), torch.zeros(3, dtype=torch.uint8)])
def test_what_is_no_state_of_a_generator_is_refused(gpu: FakeGpu, bad: Tensor) -> None:
    lesson = gpu.lesson()
    kept = read(write(go(Run(lesson.build, CONFIG, gpu.device), 2), lesson.key))
    before = torch.get_rng_state(), gpu.get_rng_state()
    tensors = {**kept.parts.tensors, f"generators.{gpu.device.type}": bad}
    with pytest.raises(BadValue):
        reopened(replace(kept, parts=Parts(tensors, kept.parts.plain)), lesson, gpu.device)
    assert all(torch.equal(a, b) for a, b in zip(before, (torch.get_rng_state(), gpu.get_rng_state()), strict=True))
