"""Chooses the device once, at the start; everything else gets it as an argument."""

from __future__ import annotations

import torch

from playground.core.refusal import BadValue, echo

WISHES = ("auto", "cuda", "mps", "cpu")


def available() -> list[str]:
    """The kinds of device of this machine, best first."""
    kinds = ["cuda"] if torch.cuda.is_available() else []
    kinds += ["mps"] if torch.backends.mps.is_available() else []
    return [*kinds, "cpu"]


def choose(wish: str = "auto") -> torch.device:
    """The device for a wish such as "auto", "cpu" or "cuda:1"; raises BadValue when this machine lacks it."""
    kinds = available()
    if wish == "auto":
        return torch.device(kinds[0])
    kind, _, index = wish.partition(":")
    if kind not in kinds or (index and not (kind == "cuda" and index.isdigit())):
        raise BadValue("bad_device", value=echo(wish), options=", ".join(["auto", *kinds]))
    if index and int(index) >= torch.cuda.device_count():
        raise BadValue("bad_device", value=echo(wish), options=", ".join(["auto", *kinds]))
    return torch.device(wish)
