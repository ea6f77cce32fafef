"""The shipped reader reads what people draw, doubts what is no digit, and comes out of its own training again."""

import re
import time
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from playground.data.digits import Digits, load
from playground.data.ink import like_mnist, plain
from playground.data.photo import from_image
from playground.reader import scribbles
from playground.reader.drawings import Drawing, on_pad, placed, read_pen
from playground.reader.evaluate import doubtful, figures, read_all
from playground.reader.net import DIGITS, Reader, probabilities
from playground.reader.read import WEIGHTS, load_reader, read
from playground.reader.train import train

# One stroke or two per digit in a schoolbook hand, on a 4×6 grid; written here, in no data set.
HAND = {
    0: "20 10 02 04 16 26 36 44 42 30 20",
    1: "02 20 26",
    2: "01 10 30 41 42 06 46",
    3: "01 10 30 41 32 23 33 44 45 36 16 05",
    4: "30 04 44|32 36",
    5: "40 00 02 32 43 45 36 06",
    6: "30 11 03 05 16 36 45 44 33 13 04",
    7: "00 40 16",
    8: "41 20 01 12 34 45 26 05 14 32 41",
    9: "41 20 01 02 13 33 42 41 44 26",
}


def written(digit: int) -> list[np.ndarray]:
    return [np.array([[int(p[0]), int(p[1])] for p in line.split()], float) for line in HAND[digit].split("|")]


@pytest.fixture(scope="module")
def mnist(data: Path) -> Digits:
    return load(data, mirrors=[])


@pytest.fixture(scope="module")
def kept(data: Path) -> list[Drawing]:
    file = data / "pen_strokes.jsonl"
    if not file.is_file():
        pytest.skip("no pen_strokes.jsonl in the data folder")
    return read_pen(file)[1]


@pytest.mark.parametrize("digit", range(10))
def test_reads_a_schoolbook_hand_with_the_switch_on_and_off(digit: int) -> None:
    rng = np.random.default_rng(digit)
    for size, brush in ((0.45, 12 / 280), (0.6, 18 / 280), (0.8, 26 / 280)):
        spot = placed(written(digit), size, rng, brush)
        for picture in (like_mnist(spot, brush), plain(spot, brush)):
            chances = read(picture)
            assert int(chances.argmax()) == digit
            assert chances[digit] > 0.5


def test_gives_ten_probabilities() -> None:
    chances = read(like_mnist(written(3), 0.06))
    assert chances.shape == (10,)
    assert chances.dtype == np.float32
    assert chances.min() >= 0
    assert chances.sum() == pytest.approx(1, abs=1e-5)


def test_doubt_is_spread_evenly() -> None:
    sure, doubt = torch.zeros(11), torch.zeros(11)
    sure[4] = doubt[DIGITS] = 50
    found = probabilities(torch.stack([sure, doubt]))
    assert found[0, 4] == pytest.approx(1)
    assert torch.allclose(found[1], torch.full((10,), 0.1))


@pytest.mark.parametrize("picture", [np.zeros((28, 28)), np.zeros((1, 28, 28), np.uint8), np.zeros((20, 20), np.uint8)])
def test_refuses_what_is_no_picture(picture: np.ndarray) -> None:
    with pytest.raises(ValueError, match="28"):
        read(picture)


def test_no_digit_gets_a_low_confidence() -> None:
    for name, pictures in doubtful().items():
        assert read_all(load_reader(), pictures).amax(1).mean() < 0.5, name


def test_learned_and_measured_scribbles_are_different_kinds() -> None:
    names = set(scribbles.LEARNED) & set(scribbles.UNSEEN)
    assert names == {"letters"}  # the alphabet is in two parts
    assert not set(scribbles.LEARNED_LETTERS) & set(scribbles.UNSEEN_LETTERS)


def test_answers_in_milliseconds() -> None:
    picture = like_mnist(written(5), 0.06)
    read(picture)
    times = []
    for _ in range(9):
        start = time.perf_counter()
        read(picture)
        times.append(time.perf_counter() - start)
    assert min(times) < 0.02


def test_is_small() -> None:
    assert sum(p.numel() for p in Reader().parameters()) < 150_000


def test_drawings_lie_on_the_pad_where_they_are_put() -> None:
    rng = np.random.default_rng(0)
    for _ in range(50):
        spot, brush = on_pad(written(8), rng)
        points = np.concatenate(spot)
        assert points.min() >= brush / 2 - 1e-9
        assert points.max() <= 1 - brush / 2 + 1e-9
        assert 0.3 < np.ptp(points, axis=0).max() < 0.91


def test_the_card_says_what_the_weights_do(mnist: Digits, kept: list[Drawing]) -> None:
    found = figures(load_reader(), mnist, kept)
    card = (WEIGHTS.with_suffix(".md")).read_text(encoding="utf-8")
    said = {name.strip(): float(value) for name, value in re.findall(r"^(.*?) +([\d.]+) %$", card, re.MULTILINE)}
    assert said.keys() == found.keys()
    for name, value in found.items():
        assert said[name] == pytest.approx(100 * value, abs=0.15), name  # other processors round otherwise
    assert found["MNIST test: right"] >= 0.995
    assert found["pen, switch on: right"] >= 0.985
    assert found["pen, switch off: right"] >= 0.93


def test_reads_mnist_from_picture_files(mnist: Digits) -> None:
    from PIL import Image

    files = [Image.fromarray(255 - image).resize((112, 112)) for image in mnist.test_images[:200].numpy()]
    found = read_all(load_reader(), np.stack([from_image(file) for file in files])).argmax(1)
    assert (found == mnist.test_labels[:200]).float().mean() >= 0.97


def test_the_kept_third_is_apart(data: Path, kept: list[Drawing]) -> None:
    learned = {str([line.tolist() for line in drawing.lines]) for drawing in read_pen(data / "pen_strokes.jsonl")[0]}
    assert len(kept) == 1000
    assert len(learned) == 2000
    assert not any(str([line.tolist() for line in drawing.lines]) in learned for drawing in kept)


def test_training_learns_and_repeats(tmp_path: Path) -> None:
    """On schoolbook digits alone: what was saved answers as what was trained, the same seed gives the same weights."""
    rng = np.random.default_rng(0)
    labels = torch.arange(200) % 10
    pictures = [like_mnist([line + rng.normal(0, 0.15, line.shape) for line in written(int(k))], 0.06) for k in labels]
    images = torch.from_numpy(np.stack(pictures))
    pen = [Drawing(k, written(k)) for k in range(10)]
    digits = Digits(images, labels, images, labels, "mnist")
    first, twin, other = (train(digits, pen, steps=3, variants=2, seed=seed).state_dict() for seed in (3, 3, 4))
    assert all(torch.equal(first[name], twin[name]) for name in first)
    assert not torch.equal(first["head.weight"], other["head.weight"])
    net = train(digits, pen, steps=20, variants=2, seed=3)
    assert (read_all(net, images).argmax(1) == labels).float().mean() > 0.6  # chance is 0.1
    save_file({name: value.contiguous() for name, value in net.state_dict().items()}, tmp_path / "net.safetensors")
    loaded = load_reader(tmp_path / "net.safetensors")
    assert torch.allclose(read_all(loaded, images), read_all(net, images), atol=1e-5)  # the memory layouts differ
