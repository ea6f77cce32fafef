"""The optimizer race: one net, the same weights, the same batches, and as many ways down as there are lanes."""

from __future__ import annotations

import torch

from playground.core.lanes import lane
from playground.core.lesson import Lesson, Preset
from playground.core.trainer import Trainer
from playground.lessons.racing.config import RaceConfig
from playground.lessons.racing.race import NetRace
from playground.lessons.racing.surfaces import SURFACES
from playground.lessons.racing.terrain import TerrainRace


def build(config: RaceConfig, device: torch.device) -> Trainer:
    return TerrainRace(config, device) if config.work in SURFACES else NetRace(config, device)


SCHEDULED = tuple(
    lane(slot, "momentum", 0.1, schedule)
    for slot, schedule in enumerate(("constant", "step", "cosine", "onecycle", "warmup", "plateau"))
)
SPIRAL = (
    lane(0, "sgd", 0.3),
    lane(1, "momentum", 0.1),
    lane(2, "rmsprop", 0.005),
    lane(3, "adam", 0.01),
    lane(4, "muon", 0.02),
)
DIGITS = (
    lane(0, "sgd", 0.1),
    lane(1, "momentum", 0.05),
    lane(2, "adagrad", 0.02),
    lane(3, "adam", 0.003),
)
ROSENBROCK = (
    lane(0, "sgd", 0.0005),
    lane(1, "momentum", 0.0005),
    lane(2, "rmsprop", 0.01),
    lane(3, "adam", 0.1),
    lane(5, "lbfgs", 0.3),
)
SADDLE = (
    lane(0, "sgd", 0.02),
    lane(1, "momentum", 0.02),
    lane(2, "rmsprop", 0.02),
    lane(3, "adam", 0.05),
    lane(4, "adagrad", 0.2),
)

RACE = Lesson(
    key="race",
    config=RaceConfig,
    build=build,
    presets={
        "306": Preset(RaceConfig()),
        "fan": Preset(RaceConfig(fan=True), course=False),
        "schedules": Preset(RaceConfig(lanes=SCHEDULED, steps=768), course=False),
        "spiral": Preset(
            RaceConfig(work="spiral", samples=300, depth=2, hidden=16, activation="tanh", lanes=SPIRAL, steps=1500),
            course=False,
        ),
        "digits": Preset(RaceConfig(work="digits", hidden=32, batch=64, lanes=DIGITS, steps=940), course=False),
        "trails": Preset(RaceConfig(work="rosenbrock", lanes=ROSENBROCK, steps=300), course=False),
        "saddle": Preset(RaceConfig(work="saddle", lanes=SADDLE, steps=150), course=False),
    },
    panels=("podium", "laps", "sweep", "fits", "tiles", "answers", "landscape"),
    pace=4,
    aims=("leader",),
)
