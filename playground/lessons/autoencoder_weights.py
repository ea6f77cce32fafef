"""The shipped weights of the autoencoder: taken over where they fit, passed over with a reason where they do not."""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from playground.lessons.autoencoder_nets import Autoencoder

WEIGHTS = Path(__file__).parents[2] / "assets" / "autoencoder.safetensors"


def _shapes(state: dict[str, Tensor]) -> dict[str, torch.Size]:
    return {name: value.shape for name, value in state.items()}


def take_shipped(net: nn.Module, path: Path | None = None) -> str:
    """Load the shipped weights into the net; returns the text key of what stands against it, empty when nothing does.

    A net of another shape and a file that is damaged or gone leave the net's first weights as they are.
    """
    with torch.device("meta"):  # only the shapes are wanted: no memory, and no random numbers of the run
        fitting = _shapes(Autoencoder().state_dict())
    if _shapes(net.state_dict()) != fitting:
        return "weights_unfit"
    try:
        state = load_file(path or WEIGHTS)
    except (OSError, SafetensorError):
        return "weights_damaged"
    sound = all(value.is_floating_point() and bool(value.isfinite().all()) for value in state.values())
    if _shapes(state) != fitting or not sound:
        return "weights_damaged"
    net.load_state_dict(state)
    return ""
