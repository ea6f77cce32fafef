"""The program of a race: every lane of it, each kind and schedule, and what was changed by hand."""

import math
from typing import Any

import pytest
import torch

from playground.core.lanes import KINDS, SCHEDULES, LaneSpec, lane
from playground.core.run import Run
from playground.lessons.race import RACE
from playground.lessons.racing.config import RaceConfig
from tests.script.runs import CPU, printed, script_of

NEAR = 1e-4
START = (lane(0, "sgd", 0.05), lane(1, "adam", 0.01, "cosine"), lane(2, "momentum", 0.02))


def raced(first: int, *changes: tuple[dict[str, Any], int], **values: Any) -> Run:
    run = Run(RACE.build, RaceConfig(**values), CPU)
    run.advance(first)
    for change, more in changes:
        run.tune(run.config.changed(change))
        run.advance(more)
    return run


def far_off(run: Run, told: dict[int, dict[str, str]]) -> list[str]:
    """The lanes whose losses are not those of the page's chart; a fan's program prints means, the chart medians."""
    laps = run.peek().pictures["laps"]
    assert laps.stride == 1
    wrong = [] if max(told) == run.step else [f"ends at {max(told)}"]
    for step, metrics in told.items():
        numbers = [float(text) for name, text in metrics.items() if name != "leader"]
        for name, text in metrics.items():
            if name != "leader" and not math.isfinite(float(text)):
                wrong.append(f"step {step}: {name} {text}")
        expected = sorted(value for value in laps.losses[:, step - 1].tolist() if value >= 0)
        for value in expected if laps.low is None else []:
            if not any(abs(number - value) <= NEAR * value + 1e-9 for number in numbers):
                wrong.append(f"step {step}: no lane has {value:.6g} among {metrics}")
    leaders = run.history.series["leader"].shown(10**9)
    kept = dict(zip(*(part.tolist() for part in leaders), strict=True))
    for step, metrics in told.items():
        value = kept[step - 1]
        if abs(float(metrics["leader"]) - value) > NEAR * value + 1e-9:
            wrong.append(f"step {step}: leader {metrics['leader']} instead of {value:.6g}")
    return wrong


def beside(kind: str, schedule: str = "constant") -> tuple[LaneSpec, ...]:
    """A lane with options that are none of the defaults, beside plain SGD."""
    options = {
        name: option.default + 1 if option.integer else (option.default + option.low) / 2
        for name, option in KINDS[kind].options.items()
    }
    return lane(0, "sgd", 0.05), lane(1, kind, KINDS[kind].rate, schedule, **options)


def every_kind() -> dict[str, Run]:
    runs = {f"{kind} net": raced(5, lanes=beside(kind), depth=2) for kind in KINDS}
    return runs | {f"{kind} map": raced(5, lanes=beside(kind), work="ravine") for kind in KINDS if kind != "muon"}


def every_schedule() -> dict[str, Run]:
    runs = {f"{name} net": raced(30, lanes=beside("adam", name), steps=30) for name in SCHEDULES}
    runs |= {f"{name} map": raced(30, lanes=beside("adam", name), steps=30, work="himmelblau") for name in SCHEDULES}
    return runs | {"muon plateau": raced(26, lanes=beside("muon", "plateau"), steps=26, depth=2)}


def by_hand() -> dict[str, Run]:
    """Lanes that come, go and change during the race, and points that are thrown back to another start."""
    second = (lane(0, "sgd", 0.05), lane(1, "adam", 0.02, "cosine", beta1=0.5), lane(3, "rmsprop", 0.01, "step"))
    third = (lane(0, "sgd", 0.08, "onecycle"), lane(1, "adam", 0.02), lane(3, "rmsprop", 0.01, "exponential"))
    fourth = (lane(0, "momentum", 0.08), lane(1, "adam", 0.02, "plateau"), lane(3, "rmsprop", 0.005, "exponential"))
    last = (lane(0, "momentum", 0.08, decay=0.1), lane(1, "adam", 0.01, "plateau"), lane(5, "lbfgs", 0.1))
    muon = lane(0, "sgd", 0.05), lane(1, "muon", 0.02)
    muon_later = lane(0, "sgd", 0.06), lane(1, "muon", 0.01, momentum=0.8, decay=0.1), lane(2, "adam", 0.01)
    changes = [({"lanes": lanes}, 6) for lanes in (second, third, fourth, last)]
    short = [({"lanes": lanes}, 2) for lanes in (second, fourth, last)]
    return {
        "lanes": raced(5, *changes, lanes=START, steps=48),
        "fan": raced(3, *short, lanes=START, steps=48, fan=True, samples=60),
        "muon": raced(4, ({"lanes": muon_later}, 4), ({"lanes": muon}, 4), lanes=muon, depth=2),
        "muon fan": raced(2, ({"lanes": muon_later[:2]}, 2), lanes=muon, depth=2, fan=True, samples=40),
        "before the start": raced(0, ({"lanes": second}, 0), ({"lanes": third}, 8), lanes=START),
        "moved": raced(0, ({"start_x": 2.0, "start_y": -1.0}, 12), work="himmelblau", lanes=START),
    }


def lost() -> dict[str, Run]:
    """Who diverges is out, and may start anew."""
    wild = (lane(0, "sgd", 0.05), lane(1, "sgd", 60.0), lane(2, "momentum", 50.0))
    tamed = {"lanes": (*wild[:2], lane(2, "momentum", 0.05))}
    balls = (lane(0, "sgd", 0.01), lane(1, "momentum", 2.0))
    return {"lost": raced(8, (tamed, 9), lanes=wild), "lost ball": raced(9, lanes=balls, work="beale")}


GROUPS = {"kinds": every_kind, "schedules": every_schedule, "by hand": by_hand, "lost": lost}
Told = dict[str, tuple[Run, dict[int, dict[str, str]]]]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Told]:
    """All runs with what their programs print: one process for all of them."""
    groups = {group: make() for group, make in GROUPS.items()}
    scripts = {name: script_of(run, RACE) for runs in groups.values() for name, run in runs.items()}
    lines = printed(scripts, tmp_path_factory.mktemp("race"))
    return {group: {name: (run, lines[name]) for name, run in runs.items()} for group, runs in groups.items()}


@pytest.mark.parametrize("group", GROUPS)
def test_every_lane_of_the_program_is_that_of_the_page(told: dict[str, Told], group: str) -> None:
    assert not {name: found for name, (run, lines) in told[group].items() if (found := far_off(run, lines))}


def test_lanes_that_diverge_are_among_the_runs(told: dict[str, Told]) -> None:
    net, ball = (run._trainer for run, _ in told["lost"].values())
    assert bool((net.record.died >= 0).any())
    assert bool((ball.descent.lost_at >= 0).any())


@pytest.mark.parametrize("fan", [False, True])
def test_a_plain_race_is_the_course_s_program(fan: bool) -> None:
    """No word of divergence, schedules or lists of optimizers where there is none of them."""
    script = script_of(raced(3, fan=fan, samples=40), RACE)
    assert "optimizer.zero_grad()" in script
    assert all(word not in script for word in ("pop(", "rates", "plateaus", "closure", "list("))
    assert torch.optim.SGD.__name__ in script
