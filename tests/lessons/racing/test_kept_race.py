"""A race that was kept goes on as if it had never stopped: everybody's weights, optimizers, schedules and trails."""

import json
from dataclasses import replace

import numpy as np
import pytest
import safetensors.torch
import torch

from playground.core.keep import read, reopened, write
from playground.core.lanes import KINDS, SCHEDULES, lane
from playground.core.refusal import BadValue
from playground.core.run import Run
from playground.core.state import Parts
from playground.data.digits import small_digits
from playground.data.shelf import DIGITS
from playground.lessons.race import RACE
from playground.lessons.racing.config import RaceConfig
from playground.text import LANGUAGES, Text

SMALL = RaceConfig(samples=90, hidden=6, steps=60)
DEEP = replace(SMALL, depth=2)
FAST = lane(7, "sgd", 0.05)
BALLS = replace(
    RACE.presets["trails"].config, lanes=(lane(0, "sgd", 5e-4), lane(3, "adam", 0.1), lane(5, "lbfgs", 0.3)), steps=40
)
SADDLE = RACE.presets["saddle"].config


def each(**options):
    """A lane of every kind, and one more beside it."""
    return {
        kind: replace(DEEP, lanes=(lane(0, kind, KINDS[kind].rate, **options), lane(1, kind, KINDS[kind].rate / 3)))
        for kind in KINDS
    }


CASES = {
    **each(),
    **{
        f"{kind} {schedule}": replace(DEEP, lanes=(lane(2, kind, 0.02, schedule), FAST))
        for kind, schedule in zip(
            ("momentum", "adam", "muon", "sgd", "lbfgs", "nadam", "rmsprop"), SCHEDULES[1:], strict=True
        )
    },
    **{f"{kind} plateau": replace(DEEP, lanes=(lane(2, kind, 0.5, "plateau"), FAST)) for kind in ("adam", "muon")},
    "fan": replace(SMALL, fan=True, lanes=(*SMALL.lanes, lane(5, "adamw", 0.02, "plateau"))),
    "fan of singles": replace(DEEP, fan=True, lanes=(lane(0, "lbfgs", 0.2, iterations=2), lane(1, "muon", 0.02))),
    "whole batches": replace(SMALL, batch=0),
    "spiral": replace(RACE.presets["spiral"].config, samples=60, hidden=5),
    "digits": replace(RACE.presets["digits"].config, hidden=8),
    "some fall": replace(SMALL, fan=True, lanes=(lane(0, "sgd", 4.0), lane(1, "momentum", 100.0), FAST)),
    "surface": BALLS,
    "saddle": SADDLE,
}


@pytest.fixture(autouse=True)
def small(monkeypatch):
    """scikit-learn's digits stand in for MNIST."""
    monkeypatch.setattr(DIGITS, "digits", small_digits())


def go(run, steps):
    run.advance(steps=steps)
    run.peek()
    return run


def kept(run):
    return write(run, "race")


def again(run, device):
    torch.rand(3)  # other people's random numbers move on meanwhile
    return reopened(read(kept(run)), RACE, device)


def assert_same(run, other):
    """Everything that a file would hold, bit for bit, and everything that is drawn; only the clock may differ."""
    mine, theirs = Parts.of(run.state()), Parts.of(other.state())
    assert mine.tensors.keys() == theirs.tensors.keys()
    for name, value in mine.tensors.items():
        if "seconds" not in name:
            assert np.array_equal(value.numpy(), theirs.tensors[name].numpy(), value.is_floating_point()), name
    plain = [{name: value for name, value in parts.plain.items() if "seconds" not in name} for parts in (mine, theirs)]
    assert plain[0] == plain[1]
    pictures = run.peek().pictures, other.peek().pictures
    assert pictures[0].keys() == pictures[1].keys()
    for name, picture in pictures[0].items():
        for part, value in vars(picture).items():
            if isinstance(value, np.ndarray) and part != "seconds":
                assert np.array_equal(value, vars(pictures[1][name])[part], True), (name, part)


def assert_goes_on(run, device, steps=23):
    other = again(run, device)
    assert_same(run, other)
    for one in (run, other):
        go(one, steps)
    assert_same(run, other)
    return other


@pytest.mark.parametrize("case", CASES)
def test_it_goes_on_bit_for_bit(device, case):
    """Kept in the middle of an epoch, of a window of a plateau, and between two roll calls."""
    config = CASES[case]
    steps = 5 if any(spec.kind == "lbfgs" for spec in config.lanes) else 43
    run = go(Run(RACE.build, replace(config, steps=60), device), steps)
    assert_goes_on(run, device, min(steps, 23))


def test_it_goes_on_twice(device):
    run = go(Run(RACE.build, DEEP, device), 5)
    other = again(run, device)
    for one in (run, other):
        go(one, 12)
    assert_goes_on(other, device)


def test_a_fresh_race_can_be_kept(device):
    assert_goes_on(Run(RACE.build, SMALL, device), device)
    assert_goes_on(Run(RACE.build, BALLS, device), device)


def test_what_was_done_to_the_lanes_is_kept(device):
    """One came, one left, one has another rate, one another schedule, and one has lost its momentum for now."""
    first = (lane(0, "momentum", 0.02), lane(1, "adam", 0.02), lane(2, "rmsprop", 0.01), lane(4, "sgd", 0.5, "plateau"))
    run = go(Run(RACE.build, replace(SMALL, lanes=first), device), 21)
    later = (
        lane(0, "momentum", 0.01, momentum=0.0),
        lane(1, "adam", 0.01, "cosine"),
        lane(3, "nadam", 0.02, "onecycle"),
        lane(4, "sgd", 0.25, "plateau"),
    )
    run.tune(replace(SMALL, lanes=later, steps=90))  # the schedules of who is in the race stay as they were planned
    other = assert_goes_on(go(run, 14), device)
    again_fast = replace(SMALL, lanes=(lane(0, "momentum", 0.01), *later[1:]), steps=90)
    for one in (run, other):
        one.tune(again_fast)
        go(one, 10)
    assert_same(run, other)


def test_a_long_race_is_kept(device):
    """Its record has been thinned."""
    assert_goes_on(go(Run(RACE.build, replace(SMALL, hidden=2, steps=0), device), 450), device)


def test_a_lane_that_starts_anew_after_a_fall_is_kept(device):
    run = go(Run(RACE.build, replace(SMALL, lanes=(lane(0, "momentum", 100.0), FAST)), device), 40)
    assert run.peek().pictures["podium"].died[0] >= 0
    assert_goes_on(run, device)
    run.tune(replace(SMALL, lanes=(lane(0, "momentum", 0.01), FAST)))
    assert_goes_on(go(run, 9), device)


def test_a_fallen_lane_is_no_reason_to_refuse(device):
    """Between two roll calls its weights are no numbers."""
    run = go(Run(RACE.build, replace(SMALL, lanes=(lane(0, "momentum", 100.0), FAST)), device), 25)
    assert not bool(torch.isfinite(run.weights()[0]).all())
    assert_goes_on(run, device)


def test_the_sweep_of_the_finder_is_kept(device):
    run = go(Run(RACE.build, SMALL, device), 4)
    run.probe("finder", 1)
    sweep = again(run, device).peek().pictures["sweep"]
    assert sweep.slot == 1
    assert np.array_equal(sweep.losses, run.peek().pictures["sweep"].losses)


def test_a_ball_goes_on_past_the_planned_end(device):
    run = go(Run(RACE.build, replace(BALLS, steps=30), device), 30)
    assert run.stop.reason == "finished"
    run.resume()
    go(run, 12)
    other = assert_goes_on(run, device)
    start = run.config.changed({"start_x": -1.0, "start_y": 1.0})
    for one in (run, other):
        one.tune(start)
        go(one, 3)
    assert_same(run, other)


def test_a_race_too_large_to_be_opened_is_not_kept(device, monkeypatch):
    run = go(Run(RACE.build, SMALL, device), 2)
    monkeypatch.setattr("playground.core.keep.LARGEST", 4_001_000)
    with pytest.raises(BadValue) as refused:
        kept(run)
    for language in LANGUAGES:
        assert "{" not in Text(language).refusal(refused.value)


# Hostile files.

MIXED = replace(
    DEEP,
    lanes=(lane(0, "adam", 0.01), lane(1, "lbfgs", 0.1), lane(2, "sgd", 0.1, "plateau"), lane(3, "muon", 0.01)),
)
NAN, INF = float("nan"), float("inf")
WRONG = {
    "rows of another shape": ("trainer.rows", lambda old: old[:, 1:]),
    "rows of another type": ("trainer.rows", lambda old: old.double()),
    "out of another shape": ("trainer.out", lambda old: old[1:]),
    "a leader that is no number": ("trainer.leader", lambda old: old * NAN),
    "a step of its own": ("trainer.step", lambda old: -1),
    "an order twice": ("trainer.batches.order", lambda old: 0 * old),
    "an order of other data": ("trainer.batches.order", lambda old: old[:, 1:]),
    "a place outside": ("trainer.batches.place", lambda old: 99),
    "generators of nonsense": ("trainer.batches.generators", lambda old: 0 * old + 255),
    "a generator too few": ("trainer.batches.generators", lambda old: old[:0]),
    "a rate below 0": ("trainer.lanes.0.rates", lambda old: -old),
    "a rate beyond all": ("trainer.lanes.0.rates", lambda old: old + 1e9),
    "a rate that is no number": ("trainer.lanes.0.rates", lambda old: old * NAN),
    "a lane from the future": ("trainer.lanes.0.born", lambda old: 10**6),
    "a count beyond all": ("trainer.lanes.0.born", lambda old: 10**400),
    "seconds that are a word": ("trainer.lanes.0.seconds", lambda old: "long"),
    "a moment too short": ("trainer.lanes.0.optimizers.0.0.exp_avg", lambda old: old[:, :2]),
    "a moment that is one number": ("trainer.lanes.0.optimizers.0.0.exp_avg", lambda old: old[0, 0]),
    "whole moments": ("trainer.lanes.0.optimizers.0.0.exp_avg", lambda old: old.long()),
    "a step that counts parameters": ("trainer.lanes.0.optimizers.0.0.step", lambda old: old.expand(3)),
    "a memory of another width": ("trainer.lanes.1.optimizers.0.0.old_dirs", lambda old: old[:, 1:]),
    "a memory too short": ("trainer.lanes.1.optimizers.0.0.old_dirs", lambda old: old[1:]),
    "a memory too long": ("trainer.lanes.1.optimizers.0.0.old_dirs", lambda old: old.repeat(101, 1)),
    "iterations below 0": ("trainer.lanes.1.optimizers.0.0.n_iter", lambda old: -4),
    "no iterations": ("trainer.lanes.1.optimizers.0.0.n_iter", lambda old: None),
    "a loss that is a word": ("trainer.lanes.1.optimizers.0.0.prev_loss", lambda old: "low"),
    "a best that is no number": ("trainer.lanes.2.best", lambda old: old * NAN),
    "patience below 0": ("trainer.lanes.2.counts", lambda old: old - 9),
    "a window too long": ("trainer.lanes.2.window", lambda old: old.repeat(99, 1)),
    "a window of other seeds": ("trainer.lanes.2.window", lambda old: old.repeat(1, 2)),
    "muon without its others": ("trainer.lanes.3.optimizers.1.0.exp_avg", lambda old: old[:1]),
    "a record of other seeds": ("trainer.record.sums", lambda old: old[..., :0]),
    "sums that are no numbers": ("trainer.record.sums", lambda old: old + NAN),
    "a stride of 0": ("trainer.record.stride", lambda old: 0),
    "who fell in the future": ("trainer.record.died", lambda old: old + 99),
    "a trail that runs back": ("trainer.trails.visits.1.steps", lambda old: old.flip(0)),
    "a trail into the future": ("trainer.trails.visits.1.steps", lambda old: old + 99),
    "a trail too long": ("trainer.trails.visits.1.rows", lambda old: old.repeat(99, 1)),
    "no trail": ("trainer.trails.visits.1.rows", lambda old: old[:0]),
    "a slice of another space": ("trainer.trails.slice.axes", lambda old: old[:, 1:]),
    "a slice that is no number": ("trainer.trails.slice.box", lambda old: old * INF),
    "a sweep of nobody": ("trainer.sweep.slot", lambda old: 8),
    "a sweep too long": ("trainer.sweep.rates", lambda old: old.repeat(99)),
    "a sweep of two lengths": ("trainer.sweep.losses", lambda old: old[1:]),
}
WRONG_BALLS = {
    "places of other lanes": ("trainer.descent.places", lambda old: old[:, 1:]),
    "another start": ("trainer.descent.places", lambda old: old + 1),
    "no places": ("trainer.descent.places", lambda old: old[:0]),
    "too many places": ("trainer.descent.places", lambda old: old.repeat(9, 1, 1)),
    "places at infinity": ("trainer.descent.places", lambda old: torch.cat([old[:1], old[1:] * INF])),
    "heights too few": ("trainer.descent.heights", lambda old: old[1:]),
    "rates of other lanes": ("trainer.descent.rates", lambda old: old[:, 1:]),
    "lost in the future": ("trainer.descent.lost_at", lambda old: old + 9999),
    "a leader that is no number": ("trainer.leader", lambda old: old * INF),
}


def broken(data, name, change):
    """The file with one part changed."""
    size = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + size])["__metadata__"]
    tensors = safetensors.torch.load(data)
    plain = json.loads(header["plain"])
    assert name in tensors or name in plain, [*tensors, *plain]
    if name in tensors:
        tensors[name] = change(tensors[name]).contiguous()
    else:
        plain[name] = change(plain[name])
    return safetensors.torch.save(tensors, metadata={**header, "plain": json.dumps(plain)})


@pytest.fixture(scope="module")
def files():
    nets = go(Run(RACE.build, MIXED, torch.device("cpu")), 7)
    nets.probe("finder", 0)
    return {"nets": kept(nets), "balls": kept(go(Run(RACE.build, BALLS, torch.device("cpu")), 7))}


@pytest.mark.parametrize(
    ("kind", "case"), [*(("nets", case) for case in WRONG), *(("balls", case) for case in WRONG_BALLS)]
)
def test_a_hostile_race_is_refused(device, files, kind, case):
    name, change = {**(WRONG if kind == "nets" else WRONG_BALLS)}[case]
    with pytest.raises(BadValue) as refused:
        reopened(read(broken(files[kind], name, change)), RACE, device)
    assert refused.value.key in ("bad_run_part", "bad_run_data")
    for language in LANGUAGES:
        assert "{" not in Text(language).refusal(refused.value)
