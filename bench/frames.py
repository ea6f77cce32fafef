"""What a whole frame (look, read, encode) costs the server, beside the training step it shares the time with."""

from __future__ import annotations

import statistics
import time

import torch

from playground.lessons.classifier import CLASSIFIER, ClassifierConfig
from playground.lessons.gan import GAN, GanConfig
from playground.lessons.regression import REGRESSION, RegressionConfig
from playground.text import Text
from playground.ui.seat import Seat

ROUNDS = 200
WIDEST = (16,) * 8


def report() -> None:
    torch.set_num_threads(1)
    print("\nOne frame: look, read and encode (median)")
    cases = (
        ("regression 301", REGRESSION, RegressionConfig()),
        ("classifier 302, 100×100", CLASSIFIER, ClassifierConfig()),
        ("classifier 2-8-8-2, 100×100", CLASSIFIER, ClassifierConfig(data="spirals", layers=(8, 8), activation="tanh")),
        ("classifier 8 layers of 16", CLASSIFIER, ClassifierConfig(layers=WIDEST)),
        ("GAN 406", GAN, GanConfig()),
    )
    for name, lesson, config in cases:
        seat = Seat(lesson, Text("en"), torch.device("cpu"))
        seat.renew(config)
        seat.run.advance(steps=50)
        seat.frame()
        times = []
        for _ in range(ROUNDS):
            began = time.perf_counter()
            text = seat.frame()
            times.append(time.perf_counter() - began)
        print(f"  {name:28} {1000 * statistics.median(times):6.2f} ms  {len(text) / 1000:6.1f} kB")


if __name__ == "__main__":
    report()
