"""A kept run goes on as if it had never stopped; whatever else calls itself a run is refused in a sentence."""

from __future__ import annotations

import json
import pickle
from dataclasses import replace

import numpy as np
import pytest
import safetensors.torch
import torch

from playground.core.keep import LARGEST, read, reopened, write
from playground.core.lesson import Lesson
from playground.core.refusal import BadValue
from playground.core.run import Run
from playground.core.supervised import OPTIMIZERS
from playground.data.digits import small_digits
from playground.data.shelf import DIGITS
from playground.lessons import LESSONS
from playground.lessons.regression import REGRESSION, RegressionConfig
from playground.text import LANGUAGES, Text

CPU = torch.device("cpu")
CASES = [(lesson, name) for lesson in LESSONS if lesson.keeps for name in lesson.presets]


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """scikit-learn's digits stand in for MNIST."""
    monkeypatch.setattr(DIGITS, "digits", small_digits())


def go(run: Run, steps: int) -> Run:
    run.advance(steps=steps)
    run.peek()
    return run


def assert_same_future(run: Run, again: Run, steps: int) -> None:
    """Bit for bit: weights, losses and measured numbers."""
    for one in (run, again):
        go(one, steps)
    assert run.step == again.step
    assert all(torch.equal(a, b) for a, b in zip(run.weights(), again.weights(), strict=True))
    assert list(run.history.series) == list(again.history.series)
    for name, series in run.history.series.items():
        for mine, theirs in zip(series.shown(10_000), again.history.series[name].shown(10_000), strict=True):
            assert np.array_equal(mine, theirs), name


@pytest.mark.parametrize(("lesson", "preset"), CASES, ids=lambda value: getattr(value, "key", value))
def test_it_goes_on_as_if_it_had_never_stopped(lesson: Lesson, preset: str) -> None:
    config = replace(lesson.presets[preset].config, steps=0)
    run = go(Run(lesson.build, config, CPU), 7)
    torch.rand(3)  # other people's random numbers move on meanwhile
    again = reopened(read(write(run, lesson.key)), lesson, CPU)
    assert again.step == 7
    assert again.config == run.config
    assert_same_future(run, again, 9)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_every_optimizer_keeps_its_state(optimizer: str) -> None:
    run = go(Run(REGRESSION.build, RegressionConfig(optimizer=optimizer, lr=0.01, batch=16, steps=0), CPU), 11)
    assert_same_future(run, reopened(read(write(run, "regression")), REGRESSION, CPU), 13)


def test_what_was_changed_live_is_kept() -> None:
    run = go(Run(REGRESSION.build, RegressionConfig(steps=500), CPU), 5)
    run.tune(run.config.changed({"lr": 0.03, "own": [(0, 0, 0), (1, 1, 0), (0.5, 0.2, 0)]}))
    go(run, 5)
    run.probe("weight", {"layer": 0, "unit": 0, "source": 0, "value": 0.5})
    again = reopened(read(write(run, "regression")), REGRESSION, CPU)
    assert list(again.edits) == list(run.edits)
    assert_same_future(run, again, 10)


def test_a_half_done_step_is_finished_first() -> None:
    run = Run(REGRESSION.build, RegressionConfig(), CPU)
    run.advance_stage()
    run.advance_stage()
    again = reopened(read(write(run, "regression")), REGRESSION, CPU)
    assert again.step == run.step == 1
    assert_same_future(run, again, 3)


def test_a_limit_that_was_passed_stays_passed() -> None:
    run = go(Run(REGRESSION.build, RegressionConfig(steps=10), CPU), 10)
    assert run.stop
    run.resume()
    go(run, 4)
    again = reopened(read(write(run, "regression")), REGRESSION, CPU)
    assert_same_future(run, again, 100)
    assert again.step == 20


def broken(name: str, **changes: object) -> bytes:
    """A kept run with one tensor or one field of its header changed."""
    data = write(go(Run(REGRESSION.build, RegressionConfig(batch=16, optimizer="adam"), CPU), 3), "regression")
    size = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + size])["__metadata__"]
    tensors = safetensors.torch.load(data)
    if name in tensors:
        tensors[name] = changes["value"]  # type: ignore[assignment]
    elif name in header:
        header[name] = changes["value"]
    else:
        plain = json.loads(header["plain"])
        assert name in plain, sorted(plain)
        header["plain"] = json.dumps({**plain, name: changes["value"]})
    return safetensors.torch.save(tensors, metadata=header)


WEIGHT = "trainer.net.0.weight"
HOSTILE = {
    "empty": b"",
    "text": b"a plain text that is long enough to be something else",
    "pickle": pickle.dumps({"a": 1}),
    "torch zip": b"PK\x03\x04" + b"0" * 400,
    "endless header": (2**63).to_bytes(8, "little") + b"{}",
    "deep header": (100_000).to_bytes(8, "little") + b"[" * 100_000,
    "list for a header": (2).to_bytes(8, "little") + b"[]",
    "other safetensors": safetensors.torch.save({"weight": torch.zeros(3)}),
    "truncated": broken(WEIGHT, value=torch.zeros(10, 1))[:-40],
    "later version": broken("version", value="2"),
    "another lesson": broken("lesson", value="digits"),
    "no such setting": broken("config", value='{"lr": "fast"}'),
    "settings that are a list": broken("config", value="[]"),
    "wrong shape": broken(WEIGHT, value=torch.zeros(10, 2)),
    "wrong type": broken(WEIGHT, value=torch.zeros(10, 1, dtype=torch.float64)),
    "not a number": broken(WEIGHT, value=torch.full((10, 1), float("nan"))),
    "optimizer of another shape": broken("trainer.optimizer.0.exp_avg", value=torch.zeros(4)),
    "step that is a word": broken("step", value="many"),
    "step before the first": broken("step", value=-1),
    "an order twice": broken("trainer.batches.order", value=torch.zeros(100, dtype=torch.long)),
    "order of other data": broken("trainer.batches.order", value=torch.arange(7)),
    "place outside": broken("trainer.batches.place", value=900),
    "random state too short": broken("random", value=torch.zeros(3, dtype=torch.uint8)),
    "random state of nonsense": broken("random", value=torch.full((5056,), 255, dtype=torch.uint8)),
    "history that runs back": broken("history.0.loss.steps", value=torch.tensor([2, 1, 0])),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_file_is_refused_in_both_languages(case: str) -> None:
    with pytest.raises(BadValue) as refused:
        reopened(read(HOSTILE[case]), REGRESSION, CPU)
    for language in LANGUAGES:
        assert "{" not in Text(language).refusal(refused.value)


def test_a_file_too_large_is_not_even_read() -> None:
    with pytest.raises(BadValue) as refused:
        read(bytes(LARGEST + 1))
    assert refused.value.key == "bad_run_size"


def test_a_number_that_is_no_number_is_refused() -> None:
    for value in (True, None, [], 1.5, "1"):
        with pytest.raises(BadValue):
            reopened(read(broken("trainer.batches.epoch", value=value)), REGRESSION, CPU)
