"""One epoch of the course's digit nets with live test accuracy, against the course's loop, Lightning and skorch."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset, TensorDataset

from playground.core.run import Run
from playground.data.shelf import DIGITS, data_folder
from playground.lessons.desk import EXAM_EVERY
from playground.lessons.digits import DIGITS_LESSON
from playground.lessons.exam import QUESTIONS

ROUNDS = 3
CPU = torch.device("cpu")
Epoch = Callable[[], tuple[float, float, float]]  # wall seconds, CPU seconds, accuracy on all 10,000 test pictures


def _need_torchvision() -> None:
    """The wheel is compiled against CUDA torch: beside a CPU torch two operators must be declared before its import."""
    if not hasattr(torch.ops.torchvision, "nms"):
        library = torch.library.Library("torchvision", "DEF")  # type: ignore[no-untyped-call]
        for name in ("nms", "qnms"):
            library.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")  # type: ignore[no-untyped-call]
        _KEPT.append(library)


_KEPT: list[object] = []  # a library that is collected takes its operators along


def _cnn() -> nn.Sequential:
    first = [nn.Conv2d(1, 16, 5, 1, 2), nn.ReLU(), nn.MaxPool2d(2)]
    second = [nn.Conv2d(16, 32, 5, 1, 2), nn.ReLU(), nn.MaxPool2d(2)]
    return nn.Sequential(*first, *second, nn.Flatten(), nn.Linear(1568, 10))


class _Lstm(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.rnn = nn.LSTM(28, 64, batch_first=True)
        self.out = nn.Linear(64, 10)

    def forward(self, pictures: Tensor) -> Tensor:
        logits: Tensor = self.out(self.rnn(pictures.view(-1, 28, 28))[0][:, -1])
        return logits


def _mnist(train: bool) -> Dataset[tuple[Tensor, int]]:
    from torchvision.datasets import MNIST
    from torchvision.transforms import ToTensor

    data: Dataset[tuple[Tensor, int]] = MNIST(str(data_folder()), train=train, transform=ToTensor())
    return data


def _test() -> tuple[Tensor, Tensor]:
    digits = DIGITS.wait()
    return digits.test_images.unsqueeze(1).float() / 255, digits.test_labels


@torch.no_grad()
def _accuracy(net: nn.Module, pictures: Tensor, labels: Tensor) -> float:
    net.eval()
    right = sum(
        int((net(part).argmax(1) == answer).sum())
        for part, answer in zip(torch.split(pictures, 500), torch.split(labels, 500), strict=True)
    )
    net.train()
    return right / len(labels)


def _timed(learn: Callable[[], nn.Module], test: tuple[Tensor, Tensor]) -> tuple[float, float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    net = learn()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return wall, cpu, _accuracy(net, *test)


def course(make: Callable[[], nn.Module], batch: int, rate: float) -> Epoch:
    """The course's script without its plots; every 50 steps it tests on the first pictures of the test set."""

    def learn() -> nn.Module:
        torch.manual_seed(1)
        net = make()
        optimizer, loss_of = torch.optim.Adam(net.parameters(), lr=rate), nn.CrossEntropyLoss()
        pictures, labels = _test()
        pictures, labels = pictures[:QUESTIONS], labels[:QUESTIONS]
        for step, (x, y) in enumerate(DataLoader(_mnist(train=True), batch_size=batch, shuffle=True)):
            loss = loss_of(net(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            if step % EXAM_EVERY == 0:
                (net(pictures).argmax(1) == labels).float().mean().item()
        return net

    return lambda: _timed(learn, _test())


def ours(preset: str, threads: int, precision: str = "float32") -> Epoch:
    """The lesson's run, with 15 frames a second and an exam every 50 steps."""

    def epoch() -> tuple[float, float, float]:
        wall, cpu = time.perf_counter(), time.process_time()
        preset_config = DIGITS_LESSON.presets[preset].config
        config = replace(preset_config, threads=threads, precision=precision)  # type: ignore[call-arg]
        run = Run(DIGITS_LESSON.build, config, CPU)
        while run.stop is None:
            run.advance(seconds=1 / 15)
            run.peek()
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        digits = DIGITS.wait()
        return wall, cpu, _accuracy(run.net(), digits.test_images, digits.test_labels)

    return epoch


def lightning() -> Epoch:
    """PyTorch Lightning with its bars, logs and checkpoints switched off; it validates as often as the others test."""

    def epoch() -> tuple[float, float, float]:
        from lightning.pytorch import LightningModule, Trainer

        class Module(LightningModule):  # type: ignore[misc]
            def __init__(self) -> None:
                super().__init__()
                self.net, self.loss_of = _cnn(), nn.CrossEntropyLoss()

            def training_step(self, pair: tuple[Tensor, Tensor], _: int) -> Tensor:
                loss: Tensor = self.loss_of(self.net(pair[0]), pair[1])
                return loss

            def validation_step(self, pair: tuple[Tensor, Tensor], _: int) -> None:
                (self.net(pair[0]).argmax(1) == pair[1]).float().mean()

            def configure_optimizers(self) -> torch.optim.Optimizer:
                return torch.optim.Adam(self.parameters(), lr=0.001)

        return _timed(lambda: _fit(Trainer, Module()), _test())

    return epoch


def _fit(trainer_class: Any, module: Any) -> nn.Module:
    torch.manual_seed(1)
    pictures, labels = _test()
    trainer = trainer_class(
        max_epochs=1, accelerator="cpu", num_sanity_val_steps=0, val_check_interval=EXAM_EVERY, logger=False,
        enable_model_summary=False, enable_checkpointing=False, enable_progress_bar=False,
    )  # fmt: skip
    exam = DataLoader(TensorDataset(pictures[:QUESTIONS], labels[:QUESTIONS]), batch_size=500)
    trainer.fit(module, DataLoader(_mnist(train=True), batch_size=50, shuffle=True), exam)
    net: nn.Module = module.net
    return net


def skorch() -> Epoch:
    """skorch's NeuralNetClassifier on arrays in memory, without validation: it does less work than the others."""

    def learn() -> nn.Module:
        from skorch import NeuralNetClassifier

        torch.manual_seed(1)
        digits = DIGITS.wait()
        classifier = NeuralNetClassifier(
            _cnn(), criterion=nn.CrossEntropyLoss, optimizer=torch.optim.Adam, lr=0.001, batch_size=50, max_epochs=1,
            iterator_train__shuffle=True, train_split=None, verbose=0,
        )  # fmt: skip
        classifier.fit(digits.train_images.unsqueeze(1).float() / 255, digits.train_labels)
        net: nn.Module = classifier.module_
        return net

    return lambda: _timed(learn, _test())


EPOCHS: dict[str, Epoch] = {
    "401 ours": ours("401", threads=2),
    "401 bfloat16": ours("401", threads=2, precision="bfloat16"),
    "401 course": course(_cnn, 50, 0.001),
    "401 lightning": lightning(),
    "401 skorch": skorch(),
    "402 ours": ours("402", threads=1),
    "402 bfloat16": ours("402", threads=1, precision="bfloat16"),
    "402 course": course(_Lstm, 64, 0.01),
}


def _in_a_process_of_its_own(name: str) -> tuple[float, ...] | None:
    """Frameworks change global settings of torch: side by side in one process they would measure each other."""
    done = subprocess.run([sys.executable, "-W", "ignore", "-m", "bench.digits", name], capture_output=True, text=True)
    if done.returncode == 0:
        return tuple(float(number) for number in done.stdout.splitlines()[-1].split())
    reason = done.stderr.strip().splitlines()[-1]
    print(f"  {name}: not measured ({reason}); the peers are in requirements-bench.txt")
    return None


def report() -> None:
    if DIGITS.wait().source != "mnist":
        print("\nDigits: MNIST is not here; name its folder in PLAYGROUND_DATA")
        return
    print(f"\nOne epoch of MNIST with an exam of {QUESTIONS} pictures every {EXAM_EVERY} steps (medians)")
    print("  two threads each, but for our LSTM, which learns on one; ×: cost over ours | over ours in bfloat16")
    figures: dict[str, list[tuple[float, ...]]] = {}
    for _ in range(ROUNDS):
        for name in EPOCHS:
            if row := _in_a_process_of_its_own(name):
                figures.setdefault(name, []).append(row)
    for name, rows in figures.items():
        wall, cpu, right = (statistics.median(column) for column in zip(*rows, strict=True))
        times, busy = (
            " | ".join(_ratio(figures[f"{name[:3]} {mine}"], rows, column) for mine in ("ours", "bfloat16"))
            for column in (0, 1)
        )
        print(f"  {name:14} {wall:6.2f} s  CPU {cpu:6.2f} s  test {100 * right:.2f} %  time {times}  CPU {busy}")


def _ratio(mine: list[tuple[float, ...]], theirs: list[tuple[float, ...]], column: int) -> str:
    """The median over the rounds of what they cost over what we cost."""
    return f"×{statistics.median(b[column] / a[column] for a, b in zip(mine, theirs, strict=False)):.2f}"


if __name__ == "__main__":
    os.environ.setdefault("PLAYGROUND_DATA", str(data_folder()))
    _need_torchvision()
    DIGITS.wait()
    torch.set_num_threads(2)
    print(*EPOCHS[sys.argv[1]]())
