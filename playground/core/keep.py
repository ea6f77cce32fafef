"""Keeps a run in one safetensors file and makes a run of such a file again; a file is hostile until it is checked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import safetensors.torch
import torch
from safetensors import SafetensorError

from playground.core import weights
from playground.core.lesson import Lesson
from playground.core.refusal import BadValue, echo
from playground.core.run import Edit, Run
from playground.core.state import Parts

FORMAT = "neural-playground run"
VERSION = 1
LARGEST = 64_000_000  # bytes of a file that is read
LARGEST_HEADER = 4_000_000  # bytes of its description


@dataclass(frozen=True)
class Kept:
    """What stood in a file: whose run it is, under which settings, and its state."""

    lesson: str
    config: Mapping[str, str]
    first: Mapping[str, str]  # what the run began with, before anything live was changed
    parts: Parts
    edits: list[Any]


def write(run: Run, lesson: str) -> bytes:
    """The run as a file; a step that is half done is finished first. Raises BadValue where none could be opened."""
    parts = Parts.of(run.state())
    size = sum(value.nbytes for value in parts.tensors.values())
    if size > LARGEST - LARGEST_HEADER:
        raise BadValue("bad_keep_size", size=f"{size / 1e6:.0f}", most=LARGEST // 1_000_000)
    header = {
        "format": FORMAT,
        "version": str(VERSION),
        "torch": torch.__version__,
        "lesson": lesson,
        "config": json.dumps(run.config.written()),
        "first": json.dumps(run.first.written()),
        "plain": json.dumps(parts.plain),
        "edits": json.dumps(list(run.edits)),
    }
    return safetensors.torch.save(parts.tensors, metadata=header)


def read(data: bytes) -> Kept:
    """What is in a file; raises BadValue for one that is no run, is damaged or comes from a later version."""
    if len(data) > LARGEST:
        raise BadValue("bad_run_size", size=f"{len(data) / 1e6:.0f}", most=LARGEST // 1_000_000)
    header = _header(data)
    if header.get("format") == weights.FORMAT:
        raise BadValue("bad_run_weights", lesson=echo(header.get("lesson")))
    if header.get("format") != FORMAT:
        raise BadValue("bad_run_foreign")
    version = header.get("version", "")
    if version != str(VERSION):
        raise BadValue("bad_run_version", version=echo(version), known=VERSION)
    try:
        tensors = safetensors.torch.load(data)
        config, first, plain, edits = (json.loads(header[name]) for name in ("config", "first", "plain", "edits"))
    except (SafetensorError, KeyError, ValueError, RecursionError) as error:
        raise BadValue("bad_run_file") from error
    if not (all(isinstance(part, dict) for part in (config, first, plain)) and isinstance(edits, list)):
        raise BadValue("bad_run_file")
    return Kept(str(header.get("lesson")), _texts(config), _texts(first), Parts(tensors, plain), edits)


def _texts(values: Mapping[Any, Any]) -> dict[str, str]:
    return {str(name): str(value) for name, value in values.items()}


def _header(data: bytes) -> Mapping[str, str]:
    """The description at the head of a safetensors file: its length in 8 bytes, then JSON."""
    size = int.from_bytes(data[:8], "little")
    if len(data) < 9 or size > min(LARGEST_HEADER, len(data) - 8):
        raise BadValue("bad_run_file")
    try:
        header = json.loads(data[8 : 8 + size])
        metadata = header.get("__metadata__", {}) if isinstance(header, dict) else {}
    except (ValueError, RecursionError) as error:
        raise BadValue("bad_run_file") from error
    return metadata if isinstance(metadata, dict) else {}


def reopened(kept: Kept, lesson: Lesson, device: torch.device) -> Run:
    """The run as it was; raises BadValue where the file does not fit the lesson."""
    if kept.lesson != lesson.key:
        raise BadValue("bad_run_lesson", lesson=echo(kept.lesson))
    run = Run(lesson.build, lesson.config.read(kept.config), device)
    run.restore(kept.parts)
    run.first = lesson.config.read(kept.first)
    run.edits.extend(_edit(edit, run) for edit in kept.edits)
    run.edited = len(run.edits)
    return run


def _edit(edit: Any, run: Run) -> Edit:
    """What was done by hand once, checked like everything else in the file."""
    if not (isinstance(edit, list) and len(edit) == 3 and type(edit[0]) is int and isinstance(edit[1], str)):
        raise BadValue("bad_run_part", part="edits")
    step, what, value = edit
    if what == "config":
        if not isinstance(value, dict):
            raise BadValue("bad_run_part", part="edits")
        value = _texts(value)
        type(run.config).read(value)
    elif run.is_repeatable(what):
        run.check(what, value)
    return step, what, value
