"""The digits lesson: what it learns, what it shows of the inside of a net, and the pad."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace

import numpy as np
import pytest
import torch
from sklearn.decomposition import PCA
from sklearn.metrics import confusion_matrix
from torch import nn
from torch.nn.functional import conv2d, cross_entropy

from playground.core.refusal import BadValue
from playground.core.run import Run
from playground.data.digits import small_digits
from playground.data.shelf import DIGITS
from playground.lessons import digits
from playground.lessons.digit_nets import Cnn, Recurrent, make_net
from playground.lessons.digits import DIGITS_LESSON, DigitsConfig
from playground.lessons.exam import Exam
from playground.lessons.inside import inside, patch

CPU = torch.device("cpu")
SEVEN = {"strokes": [[[0.3, 0.2], [0.7, 0.2], [0.4, 0.8]]], "brush": 0.06, "normalise": True}


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """scikit-learn's digits stand in for MNIST: real ones, and there on every machine."""
    monkeypatch.setattr(DIGITS, "digits", small_digits())


def test_the_cnn_is_the_course_s_net() -> None:
    net = Cnn(16)
    course = nn.Sequential(
        nn.Conv2d(1, 16, 5, 1, 2), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(16, 32, 5, 1, 2), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(1568, 10),
    )  # fmt: skip
    for mine, theirs in zip(net.parameters(), course.parameters(), strict=True):
        assert mine.shape == theirs.shape
        theirs.data.copy_(mine)
    pictures = small_digits().test_images[:20]
    assert torch.allclose(net(pictures), course(pictures.unsqueeze(1) / 255), atol=1e-5)


@pytest.mark.parametrize("kind", ["lstm", "gru", "rnn"])
def test_the_recurrent_nets_read_rows(kind: str) -> None:
    net = make_net(kind, 16, 64)
    assert isinstance(net, Recurrent)
    pictures = small_digits().test_images[:5]
    states, _ = net.rnn(pictures / 255)
    assert torch.allclose(net(pictures), net.out(states[:, -1]), atol=1e-6)


def test_learning_is_that_of_a_plain_loop() -> None:
    config = DigitsConfig(steps=30)
    run = Run(DIGITS_LESSON.build, config, CPU)
    while run.stop is None:
        run.advance(steps=7)
        run.probe("draw", SEVEN)
        run.peek()
    torch.manual_seed(config.seed + 1)
    net = Cnn(16)
    optimizer = torch.optim.Adam(net.parameters(), lr=config.lr, fused=True)
    digits = small_digits()
    order: list[torch.Tensor] = []
    for _ in range(30):
        if not order:
            order = list(torch.split(torch.randperm(1500), config.batch))
        rows = order.pop(0)
        optimizer.zero_grad()
        cross_entropy(net(digits.train_images[rows]), digits.train_labels[rows]).backward()
        optimizer.step()
    assert all(torch.equal(a, b) for a, b in zip(run.weights(), net.parameters(), strict=True))


def test_patch_times_kernel_is_what_the_layer_puts_out() -> None:
    torch.manual_seed(0)
    net = Cnn(8)
    drawing = small_digits().test_images[:1]
    with torch.no_grad():
        first = conv2d(net.scaled(drawing), net.conv1.weight, net.conv1.bias, padding=2)
        second = conv2d(net.pool(first.relu()), net.conv2.weight, net.conv2.bias, padding=2)
        for panel, maps, spot in (("maps1", first, (3, 0, 27)), ("maps2", second, (11, 7, 5))):
            channel, x, y = spot
            seen = patch(net, drawing, (panel, channel, x, y))
            assert float(seen.sum + seen.bias) == pytest.approx(float(maps[0, channel, y, x]), abs=1e-4)


def test_saliency_is_the_gradient_and_leaves_the_net_alone() -> None:
    torch.manual_seed(0)
    net = make_net("mlp", 16, 32)
    drawing = small_digits().test_images[:1]
    pictures = inside(net, drawing, None)
    assert all(parameter.grad is None for parameter in net.parameters())
    pixels = drawing.float().requires_grad_()
    net(pixels).max().backward()
    assert pixels.grad is not None
    expected = pixels.grad / pixels.grad.abs().max()
    shown = (pictures["saliency"].values - 128) / 127  # type: ignore[attr-defined]
    assert torch.allclose(shown, expected, atol=1 / 127)


def test_the_exam_agrees_with_scikit_learn() -> None:
    torch.manual_seed(0)
    net = make_net("mlp", 16, 32)
    digits = small_digits()
    exam = Exam(digits.test_images, digits.test_labels, nullcontext())
    with torch.no_grad():
        accuracy = float(exam.sit(net))
        guesses = net(digits.test_images).argmax(1)
        features = net.features(digits.test_images).numpy()
    pictures = exam.look()
    expected = confusion_matrix(digits.test_labels, guesses, labels=range(10))
    assert np.array_equal(pictures["confusion"].values.numpy(), expected)  # type: ignore[attr-defined]
    assert accuracy == pytest.approx(np.trace(expected) / expected.sum())
    plane = pictures["cloud"].xyz.numpy()  # type: ignore[attr-defined]
    oracle = PCA(2).fit_transform(features)
    for axis in (0, 1):
        assert abs(np.corrcoef(plane[:, axis], oracle[:, axis])[0, 1]) > 0.999


def test_a_cell_opens_its_pictures() -> None:
    run = Run(DIGITS_LESSON.build, DigitsConfig(net="mlp"), CPU)
    matrix = run.peek().pictures["confusion"].values  # type: ignore[attr-defined]
    truth, guess = map(int, np.unravel_index(matrix.argmax(), matrix.shape))
    run.probe("cell", [truth, guess])
    wrong = run.peek().pictures["wrong"]
    assert set(wrong.truth) == {truth}  # type: ignore[attr-defined]
    assert set(wrong.guess) == {guess}  # type: ignore[attr-defined]
    assert len(wrong.values) == min(24, matrix.max())  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "junk",
    [
        7, "x", [], {}, {"strokes": "x", "brush": 0.06}, {"strokes": [[[0.5, float("nan")]]], "brush": 0.06},
        {"strokes": [[[0.5, 0.5]]] * 201, "brush": 0.06}, {"strokes": [[[0.5, 0.5]] * 1_000_000], "brush": 0.06},
        {"strokes": [], "brush": 9}, {"strokes": [], "brush": True},
    ],
)  # fmt: skip
def test_hostile_drawings_are_refused_and_the_old_one_stays(junk: object) -> None:
    run = Run(DIGITS_LESSON.build, DigitsConfig(net="mlp"), CPU)
    run.probe("draw", SEVEN)
    before = run.peek().pictures["seen"].values  # type: ignore[attr-defined]
    with pytest.raises(BadValue):
        run.probe("draw", junk)
    assert np.array_equal(run.peek().pictures["seen"].values, before)  # type: ignore[attr-defined]


def test_the_pad_reads_before_the_data_are_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(DIGITS, "digits", None)
    monkeypatch.setattr(DIGITS, "ask", lambda: DIGITS.digits)
    run = Run(DIGITS_LESSON.build, DigitsConfig(), CPU)
    lacking = run.lacking()
    assert lacking is not None
    assert lacking.key == "loading"
    run.probe("draw", SEVEN)
    assert run.peek().pictures["bars_shipped"].values.argmax() == 7  # type: ignore[attr-defined]
    monkeypatch.setattr(DIGITS, "digits", small_digits())
    assert run.lacking() is None
    assert run.advance(steps=3) == 3
    assert run.remark() == "small_digits"


def test_three_nets_side_by_side_read_one_drawing() -> None:
    run = Run(DIGITS_LESSON.build, DigitsConfig(net="all", steps=5), CPU)
    run.probe("draw", SEVEN)
    run.advance()
    frame = run.peek()
    for name in ("cnn", "lstm", "mlp"):
        assert frame.pictures[f"bars_{name}"].values.sum() == pytest.approx(1, abs=1e-5)  # type: ignore[attr-defined]
        assert {name, f"{name}_accuracy"} <= set(frame.metrics)


def test_teaching_ones_hand_is_measured_before_and_after() -> None:
    run = Run(DIGITS_LESSON.build, DigitsConfig(net="mlp", steps=60), CPU)
    with pytest.raises(BadValue):
        run.probe("teach", None)
    run.advance()
    run.probe("draw", SEVEN)
    run.probe("correct", 3)  # a style of one's own
    run.probe("teach", None)
    values = run.peek().pictures["taught"].values  # type: ignore[attr-defined]
    assert values[0].tolist() == [0, 1]
    assert values[1, 1] > values[1, 0] - 0.1  # rehearsal keeps what it knew
    with pytest.raises(BadValue):
        run.probe("correct", 10)


def test_the_kernels_change_is_shown() -> None:
    """Nothing has moved at the start; after some steps something has."""
    run = Run(DIGITS_LESSON.build, replace(DigitsConfig(), steps=5), CPU)
    still = run.peek().pictures["change"].values  # type: ignore[attr-defined]
    assert np.all(still == 128)
    run.advance()
    assert not np.all(run.peek().pictures["change"].values == 128)  # type: ignore[attr-defined]


@pytest.mark.parametrize("net", ["cnn", "lstm", "all"])
def test_bfloat16_changes_the_arithmetic_and_not_the_weights(net: str) -> None:
    """The same first weights, kept in float32; the losses differ in the third digit, as 8 bits must make them."""
    if net != "cnn" and not digits._has_lstm(CPU):
        with pytest.raises(BadValue, match="bad_precision"):
            Run(DIGITS_LESSON.build, DigitsConfig(net=net, precision="bfloat16"), CPU)
        return
    losses = {}
    for precision in ("float32", "bfloat16"):
        run = Run(DIGITS_LESSON.build, DigitsConfig(net=net, precision=precision, steps=3), CPU)
        run.advance(steps=3)
        frame = run.peek()
        assert all(weight.dtype == torch.float32 for weight in run.weights())
        assert frame.pictures["cloud"].xyz.dtype == np.float32
        losses[precision] = next(iter(run.history.series.values())).shown(3)[1]
    assert losses["bfloat16"] != pytest.approx(losses["float32"], rel=1e-5)
    assert losses["bfloat16"] == pytest.approx(losses["float32"], rel=3e-2)


def test_a_new_run_keeps_what_the_visitor_drew_and_named() -> None:
    """Also when another kind of trainer follows; what the old net was taught is not said of the new one."""
    first = Run(DIGITS_LESSON.build, DigitsConfig(net="mlp", steps=2), CPU)
    first.advance(steps=2)
    first.probe("draw", SEVEN)
    first.probe("correct", 7)
    first.peek()
    first.probe("teach", None)
    assert "taught" in first.peek().pictures
    previous = first
    for net in ("all", "lstm"):
        run = Run(DIGITS_LESSON.build, DigitsConfig(net=net), CPU)
        run.inherit(previous)
        pictures = run.peek().pictures
        assert (pictures["seen"].values == first.peek().pictures["seen"].values).all()
        assert pictures["hand"].truth.tolist() == [7]
        assert "taught" not in pictures
        previous = run
