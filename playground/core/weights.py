"""Writes the weights of a run alone, as a state_dict that any torch program loads into its own net."""

from __future__ import annotations

import json

import safetensors.torch
import torch

from playground.core.refusal import BadValue
from playground.core.run import Run

FORMAT = "neural-playground weights"


def write(run: Run, lesson: str) -> bytes:
    """`0.weight` … of a single net, `painter.0.weight` … of several; the description says which nets they are."""
    nets = run.named_nets()
    if not nets:
        raise BadValue("bad_no_net")
    header = {
        "format": FORMAT,
        "torch": torch.__version__,
        "lesson": lesson,
        "step": str(run.step),
        "config": json.dumps(run.config.written()),
        **{f"net {name}".strip(): repr(net) for name, net in nets.items()},
    }
    tensors = {
        f"{name}.{key}".lstrip("."): value.contiguous()
        for name, net in nets.items()
        for key, value in net.state_dict().items()
    }
    return safetensors.torch.save(tensors, metadata=header)
