"""Measures a reader the way it is used: MNIST, unseen drawings anywhere on the pad, and things that are no digit."""

import argparse
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from playground.data.digits import Digits, load
from playground.data.ink import SIDE, Picture, like_mnist, plain
from playground.reader import scribbles
from playground.reader.drawings import Drawing, figure_set, on_pad, read_pen
from playground.reader.net import Reader, normalised, probabilities

SEED = 2024  # of places, sizes and brushes; training never uses it
PLACES = 2  # how often each kept drawing is put on the pad
SCRIBBLES = 200  # of each kind


def read_all(net: Reader, images: Picture | Tensor) -> Tensor:
    """Ten probabilities for each uint8 picture. (n, 28, 28) → (n, 10)"""
    pictures = torch.as_tensor(images)
    device = next(net.parameters()).device
    with torch.inference_mode():
        chunks = [probabilities(net(normalised(part.to(device).float() / 255))) for part in torch.split(pictures, 500)]
    return torch.cat(chunks).cpu()


def figures(net: Reader, digits: Digits, kept: list[Drawing]) -> dict[str, float]:
    """Shares and mean confidences by name, each in 0..1; the confidence is the highest of the ten probabilities."""
    found: dict[str, float] = {}
    on, off, labels = figure_set(kept, SEED, PLACES)
    wanted = torch.from_numpy(labels)
    for name, images, truth in (
        ("MNIST test", digits.test_images, digits.test_labels),
        ("pen, switch on", on, wanted),
        ("pen, switch off", off, wanted),
    ):
        chances = read_all(net, images)
        found[f"{name}: right"] = (chances.argmax(1) == truth).float().mean().item()
        found[f"{name}: mean confidence"] = chances.amax(1).mean().item()
        found[f"{name}: confidence above 50 %"] = (chances.amax(1) > 0.5).float().mean().item()
    doubts = {name: read_all(net, images).amax(1) for name, images in doubtful().items()}
    every = torch.cat([doubt for name, doubt in doubts.items() if name.startswith("unseen")])
    found["no digit, all unseen kinds: mean confidence"] = every.mean().item()
    found["no digit, all unseen kinds: confidence above 50 %"] = (every > 0.5).float().mean().item()
    return found | {f"no digit, {name}: mean confidence": doubt.mean().item() for name, doubt in doubts.items()}


def doubtful() -> Mapping[str, Picture]:
    """No digits: kinds of scribble that training never saw, each with the switch on and off, and two extremes."""
    rng = np.random.default_rng(SEED)
    made: dict[str, Picture] = {}
    for name, draw in scribbles.UNSEEN.items():
        spots = [on_pad(draw(rng), rng) for _ in range(SCRIBBLES)]
        made[f"unseen {name}, switch on"] = np.stack([like_mnist(*spot) for spot in spots])
        made[f"unseen {name}, switch off"] = np.stack([plain(*spot) for spot in spots])
    made["blank"] = np.zeros((1, SIDE, SIDE), dtype=np.uint8)
    made["all ink"] = np.full((1, SIDE, SIDE), 255, dtype=np.uint8)
    return made


def table(found: Mapping[str, float]) -> str:
    return "\n".join(f"{name:<55} {100 * value:6.2f} %" for name, value in found.items())


def main(arguments: list[str] | None = None) -> None:
    from playground.reader.read import WEIGHTS, load_reader

    parser = argparse.ArgumentParser(prog="python -m playground.reader.evaluate", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder that holds MNIST, or gets it")
    parser.add_argument("--pen", type=Path, required=True, help="pen strokes, one JSON object per line")
    parser.add_argument("--weights", type=Path, default=WEIGHTS)
    chosen = parser.parse_args(arguments)
    torch.set_num_threads(1)
    digits = load(chosen.data)
    if digits.source != "mnist":
        parser.error("MNIST is neither in the folder nor reachable")
    print(table(figures(load_reader(chosen.weights), digits, read_pen(chosen.pen)[1])))


if __name__ == "__main__":
    main()
