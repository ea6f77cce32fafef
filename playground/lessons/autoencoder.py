"""Autoencoder: a net squeezes digits through two or three numbers and draws them again from there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch.nn.functional import mse_loss

from playground.core.batches import Batches
from playground.core.graph import Graph
from playground.core.knobs import Config, choice, number, toggle
from playground.core.lesson import Lesson, Preset
from playground.core.pictures import Pictures
from playground.core.refusal import BadValue
from playground.core.state import Parts, State
from playground.core.supervised import OPTIMIZERS, Supervised, SupervisedConfig, build_optimizer
from playground.core.trainer import Metrics
from playground.lessons.autoencoder_cards import CODER_CARDS, coder_numbers
from playground.lessons.autoencoder_nets import Autoencoder, CodeAndPicture, drawn, kl_per_pixel, scaled
from playground.lessons.autoencoder_weights import take_shipped
from playground.lessons.codes import JUDGED, some_noise, under_noise
from playground.lessons.darkroom import Darkroom

LOOKS_BETWEEN = 12  # between two exams: one costs about as much as 14 steps, so at full speed 2 % of the time
LOOKS_AT_EASE = 6  # between two exams of a run that leaves most of the time unused
HURRY = 20  # steps a look, from which on a run counts as one at full speed


@dataclass(frozen=True)
class AutoencoderConfig(SupervisedConfig):
    start: str = choice("shipped", ("shipped", "scratch"), group="net")
    coder: str = choice("plain", ("plain", "vae"), group="net")
    kl: float = number(0.03, 0, 10, group="net", slider=(0, 0.5), live=True, shown_if=("coder", ("vae",)))
    latent: str = choice("3", ("2", "3"), group="net")
    wide: int = number(128, 2, 512, group="net", integer=True, slider=(2, 256))
    middle: int = number(64, 2, 512, group="net", integer=True, slider=(2, 128))
    narrow: int = number(12, 2, 512, group="net", integer=True, slider=(2, 64))
    tied: bool = toggle(False, group="net")
    corruption: float = number(0, 0, 2, group="data", slider=(0, 1), live=True)
    optimizer: str = choice("adam", OPTIMIZERS, group="training")
    lr: float = number(0.0005, 1e-6, 1e7, group="training", slider=(1e-5, 1), log=True, live=True)
    batch: int = number(64, 1, 1000, group="training", integer=True, slider=(1, 200))
    threads: int = number(1, 1, 4, group="run", integer=True, slider=(1, 2))
    steps: int = number(9380, 0, 1_000_000, group="run", integer=True, slider=(0, 20_000), live=True)


def make_net(config: AutoencoderConfig) -> Autoencoder:
    hidden = (config.wide, config.middle, config.narrow)
    return Autoencoder(hidden, int(config.latent), variational=config.coder == "vae", tied=config.tied)


class Autoencoding(Supervised):
    """An autoencoder that learns from MNIST; its metric `loss` is the mean squared error, the KL term apart."""

    CARDS = (CODER_CARDS,)
    EDITS: ClassVar[frozenset[str]] = frozenset()
    net: Autoencoder

    def __init__(self, config: AutoencoderConfig, device: torch.device) -> None:
        self.threads = config.threads
        self.noise, self.kl_weight = config.corruption, config.kl
        torch.manual_seed(config.seed + 1)
        net = make_net(config).to(device)
        self.weights_remark = take_shipped(net) if config.start == "shipped" else ""
        self.darkroom = Darkroom(net, device)
        self._steps = self._looks = self._exams = self._examined_at = 0
        self._examined: tuple[int, int] | None = None  # the steps and the version of the weights at the last exam
        self._looked = -1  # the steps at the last look
        optimizer = build_optimizer(config, net.parameters(), fused=True)
        super().__init__(net, mse_loss, Batches(*self.darkroom.train, config.batch), optimizer, config)

    def lacking(self) -> BadValue | None:
        lacking = self.darkroom.lacking()
        if lacking is None and not len(self.batches.inputs):
            self.batches = self.batches.replaced(*self.darkroom.train)
        return lacking

    def remark(self) -> str:
        return self.weights_remark or self.darkroom.remark

    def stages(self) -> Iterator[str]:
        pictures, _ = next(self.batches)
        self.epoch = self.batches.epoch
        clean = scaled(pictures)  # (batch, 784)
        for parameter in self._parameters:  # optimizer.zero_grad() without its profiling hook, 5 µs a step
            parameter.grad = None
        seen = under_noise(clean, some_noise(clean, self.noise)) if self.noise else clean
        code, log_variance = self.net.encode(seen)
        rebuilt = self.net.decoder(drawn(code, log_variance))
        yield "forward"
        loss = objective = self.loss(rebuilt, clean)
        self.metrics = {"loss": loss.detach()}
        if log_variance is not None:
            kl = kl_per_pixel(code, log_variance)
            objective = loss + self.kl_weight * kl
            self.metrics["kl"] = kl.detach()
        yield "loss"
        self.penalty.added_to(objective).backward()  # type: ignore[no-untyped-call]
        yield "backward"
        self.optimizer.step()
        self._steps += 1
        yield "update"

    def is_exam_due(self) -> bool:
        """Every so many looks while the net learns, and at once when it stands still.

        A weight's version tells when weights were put back after a divergence, which is no step.
        """
        state = (self._steps, self.net.encoder[0].weight._version)
        moved, self._looked = self._steps != self._looked, self._steps
        self._looks += moved
        is_hurried = self._steps - self._examined_at >= HURRY * self._looks
        wait = LOOKS_BETWEEN if is_hurried else LOOKS_AT_EASE
        wait = min(wait, 3 * self._exams)  # at the start, when most happens, they come closer together
        if state == self._examined or (moved and self._looks < wait):
            return False
        self._examined, self._examined_at, self._looks = state, self._steps, 0
        self._exams += 1
        return True

    def state(self) -> State:
        return {
            **super().state(),
            "steps": self._steps,
            "looks": self._looks,
            "looked": self._looked,
            "exams": self._exams,
            "examined": -1 if self._examined is None else self._examined[0],
            "examined_at": self._examined_at,
        }

    def restore(self, parts: Parts) -> None:
        lacking = self.lacking()
        if lacking:
            raise lacking
        super().restore(parts)
        self._steps, self._looks, self._looked = (parts.number(name) for name in ("steps", "looks", "looked"))
        self._exams, self._examined_at = parts.number("exams"), parts.number("examined_at")
        examined = parts.number("examined")
        self._examined = None if examined < 0 else (examined, self.net.encoder[0].weight._version)

    def graph(self) -> Graph:
        pictures = torch.zeros(2, 28, 28, dtype=torch.uint8)
        return Graph(CodeAndPicture(self.net), pictures, "pictures", ("code", "rebuilt"))

    def measure(self) -> Metrics:
        codes = self.darkroom.codes
        return codes.sit(self.net, self.noise) if codes and self.is_exam_due() else {}

    def symptoms(self) -> Metrics:
        codes = self.darkroom.codes
        return coder_numbers(self.net, codes.pictures[:JUDGED], codes.average_error()) if codes else {}

    def measure_fully(self) -> Metrics:
        codes = self.darkroom.codes
        return codes.sit_fully(self.net, self.noise) if codes else {}

    def look(self, *, closely: bool) -> Pictures:
        return self.darkroom.look(self.noise)

    def tune(self, config: Config) -> None:
        super().tune(config)
        assert isinstance(config, AutoencoderConfig)
        if config.corruption != self.noise:
            self._examined = None
        self.noise, self.kl_weight = config.corruption, config.kl

    def probe(self, name: str, value: Any) -> None:
        if not self.darkroom.probe(name, value):
            super().probe(name, value)


AUTOENCODER = Lesson(
    key="autoencoder",
    config=AutoencoderConfig,
    build=Autoencoding,
    presets={
        "shipped": Preset(AutoencoderConfig(), course=False),
        "404": Preset(AutoencoderConfig(start="scratch", lr=0.005)),
        "plane": Preset(AutoencoderConfig(start="scratch", lr=0.005, latent="2"), course=False),
        "denoising": Preset(AutoencoderConfig(start="scratch", lr=0.005, corruption=0.5), course=False),
        "vae": Preset(AutoencoderConfig(start="scratch", lr=0.002, coder="vae", narrow=32), course=False),
    },
    panels=("latent", "plane", "rebuilt", "drop", "loss", "passage"),
    pace=10,
    aims=("test_loss", "knn_accuracy"),
)
