"""Writes where a NumPy generator stands as a text that a file can hold, and reads it again."""

from __future__ import annotations

import re

import numpy as np

from playground.core.refusal import BadValue
from playground.core.state import Parts

WRITTEN = re.compile(r"([0-9a-f]{32})([0-9a-f]{31}[13579bdf])([01])([0-9a-f]{8})")  # PCG64's increment is odd


def written(dice: np.random.Generator) -> str:
    """The two numbers of 128 bits that PCG64 goes on from, and the half of a drawn one that it still holds."""
    state = dice.bit_generator.state
    numbers = state["state"]
    return f"{numbers['state']:032x}{numbers['inc']:032x}{state['has_uint32']}{state['uinteger']:08x}"


def restore(dice: np.random.Generator, parts: Parts, name: str) -> None:
    """Let a generator go on where a written one stood; raises BadValue for what was never written so."""
    text = parts.plain.get(name)
    found = WRITTEN.fullmatch(text) if isinstance(text, str) else None
    if not found:
        raise BadValue("bad_run_part", part=name[:80])
    state, increment, held, half = found.groups()
    dice.bit_generator.state = {
        "bit_generator": "PCG64",
        "state": {"state": int(state, 16), "inc": int(increment, 16)},
        "has_uint32": int(held),
        "uinteger": int(half, 16),
    }
