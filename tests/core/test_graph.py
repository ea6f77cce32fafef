"""An ONNX graph says what the net says: ONNX Runtime is asked, in batches of any size."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import onnxruntime
import pytest
import torch

from playground.core import graph
from playground.core.nets import ACTIVATIONS
from playground.core.refusal import BadValue
from playground.core.run import Run
from playground.data.digits import small_digits
from playground.data.shelf import DIGITS
from playground.lessons import LESSONS
from playground.text import LANGUAGES, Text

CPU = torch.device("cpu")
BY_KEY = {lesson.key: lesson for lesson in LESSONS}
CASES: dict[str, tuple[str, dict[str, Any], str, list[str]]] = {
    **{f"regression {name}": ("regression", {"activation": name}, "x", ["y"]) for name in ACTIVATIONS},
    "classifier": ("classifier", {"classes": 3}, "points", ["logits"]),
    "features": ("classifier", {"features": ("x", "xx", "xy", "sin_y")}, "points", ["logits"]),
    "both heads": ("classifier", {"head": "both"}, "points", ["softmax", "sigmoid"]),
    **{f"digits {net}": ("digits", {"net": net}, "pictures", ["logits"]) for net in ("cnn", "lstm", "gru", "rnn")},
    "half precision": ("digits", {"net": "mlp", "precision": "bfloat16"}, "pictures", ["logits"]),
    "side by side": ("digits", {"net": "all"}, "pictures", ["cnn", "lstm", "mlp"]),
    "autoencoder": ("autoencoder", {"start": "scratch"}, "pictures", ["code", "rebuilt"]),
    "vae": ("autoencoder", {"start": "scratch", "coder": "vae"}, "pictures", ["code", "rebuilt"]),
    "tied": ("autoencoder", {"start": "scratch", "tied": True}, "pictures", ["code", "rebuilt"]),
    "gan": ("gan", {}, "ideas", ["paintings"]),
    "conditional": ("gan", {"conditional": True}, "ideas", ["paintings"]),
    "dqn": ("dqn", {"dueling": True}, "states", ["values"]),
    "race": ("race", {"fan": True}, "x", ["lane1_sgd", "lane2_momentum", "lane3_rmsprop", "lane4_adam"]),
    "race spiral": ("race", {"work": "spiral"}, "points", [f"lane{i + 1}_{k}" for i, k in enumerate(("sgd",))]),
    "race digits": ("race", {"work": "digits"}, "pictures", ["lane1_sgd"]),
}


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """scikit-learn's digits stand in for MNIST."""
    monkeypatch.setattr(DIGITS, "digits", small_digits())


def some(like: torch.Tensor, count: int) -> torch.Tensor:
    shape = (count, *like.shape[1:])
    return torch.randint(256, shape, dtype=torch.uint8) if like.dtype == torch.uint8 else torch.randn(shape)


@pytest.mark.parametrize("case", CASES)
def test_another_program_gives_the_same_answers(case: str) -> None:
    key, values, takes, gives = CASES[case]
    run = Run(BY_KEY[key].build, BY_KEY[key].config().changed({**values, "steps": 0}), CPU)
    run.advance(steps=3)
    drawn = run.graph()
    session = onnxruntime.InferenceSession(graph.write(drawn), providers=["CPUExecutionProvider"])
    (entry,) = session.get_inputs()
    assert (entry.name, entry.shape) == (takes, ["batch", *drawn.example.shape[1:]])
    assert entry.type == ("tensor(uint8)" if takes == "pictures" else "tensor(float)")
    names = [exit.name for exit in session.get_outputs()]
    assert names[: len(gives)] == gives
    for count in (1, 5):
        given = some(drawn.example, count)
        with torch.no_grad():
            answers = drawn.net(given)
        answers = answers if isinstance(answers, tuple) else (answers,)
        for answer, theirs in zip(answers, session.run(None, {takes: given.numpy()}), strict=True):
            assert len(theirs) == count
            assert np.allclose(answer.numpy(), theirs, rtol=1e-4, atol=1e-5)


def test_the_graph_is_the_net_that_learns() -> None:
    """Not another one beside it: the digits' whole answer from raw pictures."""
    run = Run(BY_KEY["digits"].build, BY_KEY["digits"].config(net="mlp"), CPU)
    run.advance(steps=2)
    pictures = torch.randint(256, (3, 28, 28), dtype=torch.uint8)
    session = onnxruntime.InferenceSession(graph.write(run.graph()), providers=["CPUExecutionProvider"])
    with torch.no_grad():
        assert np.allclose(run.net()(pictures).numpy(), session.run(None, {"pictures": pictures.numpy()})[0], atol=1e-5)


def test_cartpole_takes_states_as_gymnasium_tells_them() -> None:
    run = Run(BY_KEY["dqn"].build, replace(BY_KEY["dqn"].config(), world="mountaincar"), CPU)
    scale = torch.tensor(run._trainer.agent.world.kind.scale)  # type: ignore[attr-defined]
    states = torch.randn(4, len(scale))
    with torch.no_grad():
        assert torch.allclose(run.graph().net(states)[0], run.net()(states * scale))


def test_nobody_learns_meanwhile_and_nothing_is_changed() -> None:
    run = Run(BY_KEY["digits"].build, BY_KEY["digits"].config(), CPU)
    before = [weight.clone() for weight in run.weights()]
    modes = run.net().training
    torch.manual_seed(3)
    state = torch.get_rng_state()
    graph.write(run.graph())
    assert torch.equal(torch.get_rng_state(), state)
    assert run.net().training == modes
    assert all(torch.equal(a, b) for a, b in zip(before, run.weights(), strict=True))


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_the_package_it_says_what_to_do(language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graph, "find_spec", lambda name: None)
    with pytest.raises(BadValue) as refused:
        graph.write(Run(BY_KEY["regression"].build, BY_KEY["regression"].config(), CPU).graph())
    assert "requirements-extras.txt" in Text(language).refusal(refused.value)
