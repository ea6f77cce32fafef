"""Weights alone load into a plain torch net of the architecture that the file prints, and it answers bit for bit."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest
import torch
from safetensors import safe_open
from torch import Tensor, nn

from playground.core import weights
from playground.core.keep import read
from playground.core.lesson import Lesson
from playground.core.refusal import BadValue
from playground.core.run import Run
from playground.data.digits import small_digits
from playground.data.shelf import DIGITS
from playground.lessons import LESSONS
from playground.lessons.race import RACE
from playground.lessons.racing.surfaces import SURFACES
from playground.lessons.regression import REGRESSION, RegressionConfig
from playground.text import LANGUAGES, Text

CPU = torch.device("cpu")
CASES = [(lesson, name) for lesson in LESSONS for name, preset in lesson.presets.items()]
CASES = [(lesson, name) for lesson, name in CASES if getattr(lesson.presets[name].config, "work", "") not in SURFACES]


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """scikit-learn's digits stand in for MNIST."""
    monkeypatch.setattr(DIGITS, "digits", small_digits())


def opened(data: bytes, path: Any) -> tuple[dict[str, Tensor], dict[str, str]]:
    """What safetensors' own reader finds in the file."""
    path.write_bytes(data)
    with safe_open(path, "pt") as file:
        return {name: file.get_tensor(name) for name in file.keys()}, file.metadata()  # noqa: SIM118


def built(printed: str) -> nn.ModuleDict:
    """Torch's own modules as the printed net lists them, by their dotted names without dots."""
    found, path = {}, []
    for line in printed.splitlines():
        entry = re.match(r"( *)\((\w+)\): (.*)", line)
        if not entry:
            continue
        depth = len(entry[1]) // 2 - 1
        path[depth:] = [entry[2]]
        if (kind := entry[3].split("(")[0]) and hasattr(nn, kind) and entry[3].endswith(")"):
            found["-".join(path)] = eval(f"nn.{entry[3]}", {"nn": nn})  # what torch prints of a layer makes it again
    return nn.ModuleDict(found)


@pytest.mark.parametrize(("lesson", "preset"), CASES, ids=lambda value: getattr(value, "key", value))
def test_every_net_can_be_built_again_from_what_is_printed(lesson: Lesson, preset: str, tmp_path: Any) -> None:
    """All names and shapes are those of torch's own layers, and each layer answers as the lesson's."""
    run = Run(lesson.build, replace(lesson.presets[preset].config, steps=0), CPU)
    run.advance(steps=3)
    tensors, header = opened(weights.write(run, lesson.key), tmp_path / "w.safetensors")
    assert (header["lesson"], header["step"]) == (lesson.key, "3")
    assert json.loads(header["config"])["seed"] == "1"
    for name, net in run.named_nets().items():
        plain = built(header[f"net {name}".strip()])
        start = f"{name}." if name else ""
        own = {key.removeprefix(start): value for key, value in tensors.items() if key.startswith(start)}
        assert own.keys() == net.state_dict().keys()
        plain.load_state_dict({_key(key): value for key, value in own.items()})
        assert all(value.is_contiguous() for value in own.values())
        for layer, module in plain.items():
            theirs = net.get_submodule(layer.replace("-", "."))
            if isinstance(module, nn.Linear):
                probe = torch.rand(5, module.in_features)
                assert torch.equal(module(probe), theirs(probe))


def _key(name: str) -> str:
    *path, leaf = name.split(".")
    return f"{'-'.join(path)}.{leaf}"


def plain_regression(layers: nn.ModuleDict, x: Tensor) -> Tensor:
    return nn.Sequential(*layers.values())(x)


def plain_cnn(layers: nn.ModuleDict, pictures: Tensor) -> Tensor:
    value = (pictures.float() / 255).unsqueeze(1).contiguous(memory_format=torch.channels_last)
    value = torch.relu(layers["pool"](layers["conv1"](value)))
    return layers["out"](torch.relu(layers["pool"](layers["conv2"](value))).flatten(1))


def plain_lstm(layers: nn.ModuleDict, pictures: Tensor) -> Tensor:
    return layers["out"](layers["rnn"](pictures.float() / 255)[0][:, -1])


@pytest.mark.parametrize(
    ("lesson", "preset", "plain"),
    [("regression", "301", plain_regression), ("digits", "401", plain_cnn), ("digits", "402", plain_lstm)],
)
def test_a_plain_torch_net_answers_bit_for_bit(lesson: str, preset: str, plain: Any, tmp_path: Any) -> None:
    (found,) = (each for each in LESSONS if each.key == lesson)
    run = Run(found.build, replace(found.presets[preset].config, steps=0), CPU)
    run.advance(steps=3)
    tensors, header = opened(weights.write(run, lesson), tmp_path / "w.safetensors")
    layers = built(header["net"])
    layers.load_state_dict({_key(name): value for name, value in tensors.items()})
    layers = layers.to(memory_format=torch.channels_last)  # as the lesson's: convolutions sum in another order else
    (net,) = run.named_nets().values()
    given = torch.rand(7, 1) if lesson == "regression" else torch.randint(256, (7, 28, 28), dtype=torch.uint8)
    with torch.no_grad():
        assert torch.equal(plain(layers, given), net(given))


def test_writing_changes_nothing(tmp_path: Any) -> None:
    quiet, written = (Run(REGRESSION.build, RegressionConfig(batch=16, steps=0), CPU) for _ in range(2))
    for run in (quiet, written):
        run.advance(steps=4)
    weights.write(written, "regression")
    written.graph()
    for run in (quiet, written):
        run.advance(steps=4)
    assert all(torch.equal(a, b) for a, b in zip(quiet.weights(), written.weights(), strict=True))


def test_a_fan_holds_the_net_of_every_seed(tmp_path: Any) -> None:
    run = Run(RACE.build, RACE.presets["fan"].config, CPU)
    run.advance(steps=2)
    tensors, _ = opened(weights.write(run, "race"), tmp_path / "w.safetensors")
    rows = run.weights()[0].view(4, 16, -1)
    parts = [tensors[f"lane3_rmsprop.seed6.{name}"].flatten() for name in ("0.weight", "0.bias", "2.weight", "2.bias")]
    assert torch.equal(torch.cat(parts), rows[2, 5])


@pytest.mark.parametrize("ask", [lambda run: weights.write(run, "race"), lambda run: run.graph()])
def test_points_on_a_surface_are_no_net(ask: Any) -> None:
    with pytest.raises(BadValue) as refused:
        ask(Run(RACE.build, RACE.presets["saddle"].config, CPU))
    assert refused.value.key == "bad_no_net"


@pytest.mark.parametrize("language", LANGUAGES)
def test_weights_are_no_run(language: str) -> None:
    with pytest.raises(BadValue) as refused:
        read(weights.write(Run(REGRESSION.build, RegressionConfig(), CPU), "regression"))
    assert refused.value.key == "bad_run_weights"
    assert "regression" in Text(language).refusal(refused.value)
