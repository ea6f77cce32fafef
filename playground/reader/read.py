"""Answers a drawing at once: the shipped weights, loaded on first use, on the CPU."""

from functools import cache
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file

from playground.data.ink import SIDE, Picture
from playground.reader.net import Reader, normalised, probabilities

WEIGHTS = Path(__file__).parents[2] / "assets" / "reader.safetensors"


def load_reader(path: Path = WEIGHTS) -> Reader:
    """The net in eval mode, on the CPU."""
    net = Reader()
    net.load_state_dict(load_file(path))
    net.eval()
    return net


@cache
def shipped() -> Reader:
    return load_reader()


def read(image: Picture) -> NDArray[np.float32]:
    """Ten probabilities (10,) for one picture (28, 28) uint8, white ink on black; doubt is spread over all ten."""
    if image.shape != (SIDE, SIDE) or image.dtype != np.uint8:
        raise ValueError(f"a picture is (28, 28) uint8, not {image.shape} {image.dtype}")
    with torch.inference_mode():
        chances = probabilities(shipped()(normalised(torch.tensor(image).unsqueeze(0).float() / 255)))
    return np.asarray(chances[0].numpy(), dtype=np.float32)
