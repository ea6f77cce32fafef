"""What an expression is worth while a program is being written: known now, or only when the program runs."""

from __future__ import annotations

import ast
import builtins
import contextlib
import copy
import functools
import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from types import FunctionType
from typing import Any

import numpy
import torch
from torch import nn
from torch.nn import functional

Plain = (int, float, str, bytes, bool, type(None))


@dataclass(frozen=True, eq=False)
class Known:
    """A value that is there already, such as a setting or a live net."""

    value: Any


@dataclass(frozen=True, eq=False)
class Bundle:
    """A tuple whose members are known or not, each for itself; labels tell them apart where they become variables."""

    members: Sequence[Value]
    labels: Sequence[str] = ()
    is_list: bool = False


@dataclass(frozen=True, eq=False)
class Record:
    """A dictionary whose keys are known and whose values may not be."""

    entries: dict[Any, Value]


@dataclass(frozen=True, eq=False)
class Closure:
    """A function that was written where it is used, with the names that it sees there."""

    node: ast.Lambda
    scope: Any


Value = Known | Bundle | Record | Closure | ast.expr

PURE = (
    *(len, min, max, abs, round, sum, range, int, float, str, bool, tuple, list, dict, zip, enumerate),
    *(isinstance, any, all, sorted, reversed, set, itertools.pairwise, getattr, type),
)


class Unwritable(Exception):
    """Something that a program cannot say; it names what it was."""


@functools.cache
def _libraries() -> dict[int, str]:
    """How a program writes what comes from a library, by identity."""
    rooms: list[tuple[str, Any]] = [
        *(("math", math), ("copy", copy), ("np", numpy), ("np.random", numpy.random), ("contextlib", contextlib)),
        *(("functional", functional), ("nn.init", nn.init), ("torch.optim", torch.optim), ("nn", nn)),
        *(("torch.optim.lr_scheduler", torch.optim.lr_scheduler), ("torch.autograd", torch.autograd), ("torch", torch)),
        ("", builtins),  # torch has names of its own for some of them
    ]
    found: dict[int, str] = {}
    for prefix, room in rooms:
        for name, thing in vars(room).items():
            if not name.startswith("_") and callable(thing) and not _is_alias(room, name, thing, found):
                found[id(thing)] = f"{prefix}.{name}" if prefix else name
        if prefix:
            found[id(room)] = prefix
    for dtype in (torch.float32, torch.float64, torch.int64, torch.uint8, torch.bool, torch.bfloat16):
        found[id(dtype)] = str(dtype)
    found[id(torch.channels_last)] = "torch.channels_last"
    return found


def _is_alias(room: Any, name: str, thing: Any, found: dict[int, str]) -> bool:
    """Whether NumPy has another name for it that more people know: the type's own, or a shorter one."""
    if room is not numpy or id(thing) not in found:
        return False
    known = found[id(thing)].removeprefix("np.")
    return known == thing.__name__ if isinstance(thing, type) else len(known) <= len(name)


def library_name(value: Any) -> str | None:
    """How a program writes a function, a class or a module of a library; None for everything else."""
    name = _libraries().get(id(value))
    if name is None and isinstance(value, FunctionType) and value.__module__.partition(".")[0] == "torch":
        _libraries.cache_clear()  # torch wraps some functions anew when a part of it is first needed
        name = _libraries().get(id(value))
    return name


def is_plain(value: Any) -> bool:
    """Whether a literal says all about it."""
    if isinstance(value, (tuple, list)):
        return all(is_plain(part) for part in value)
    if isinstance(value, dict):
        return all(is_plain(part) for pair in value.items() for part in pair)
    return isinstance(value, Plain)


def literal(value: Any) -> ast.expr:
    """The literal of a plain value; π is written by its name."""
    if isinstance(value, float) and value == math.pi:
        return expression("math.pi")
    if isinstance(value, float) and math.isnan(value):
        return expression("math.nan")
    if isinstance(value, float) and not math.isfinite(value):
        return expression("math.inf" if value > 0 else "-math.inf")
    return expression(repr(value))


def expression(code: str) -> ast.expr:
    return ast.parse(code, mode="eval").body
