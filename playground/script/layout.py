"""Lays a program out as text or as a notebook: imports, sections, comments, short lines."""

from __future__ import annotations

import ast
import json
import re
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from playground.script.nodes import COMMENT, SHAPE

LONGEST = 100  # characters of a line, where a bracket allows to break it
STANDARD = {
    "base64": "import base64",
    "contextlib": "import contextlib",
    "copy": "import copy",
    "gzip": "import gzip",
    "math": "import math",
    "urllib": "import urllib.request",
    "zlib": "import zlib",
    "Path": "from pathlib import Path",
}
IMPORTS = {
    "gymnasium": "import gymnasium",
    "plt": "import matplotlib.pyplot as plt",
    "np": "import numpy as np",
    "torch": "import torch",
    "nn": "from torch import nn",
    "functional": "from torch.nn import functional",
    "load_file": "from safetensors.torch import load_file",
}
_COMMENT = re.compile(rf"^(\s*)(\"\"\"|['\"]){COMMENT}(.*)\2$")
_CLASS = re.compile(r"^(class .*\n)\n")  # the tree's own printer leaves a line free under it
_TUPLE = re.compile(r"^(\s*(?:[\w.\[\], ]+ = |return |yield ))\((.*)\)$")
_SINGLE = re.compile(r"(\bf|\br|)'([^']*)'")
_ONE = re.compile(r"^(\s*)(\w+), = ")
_GIVEN = re.compile(r"^\s*\w+ = ")
_SHAPE = re.compile(rf"^\s*(['\"]){SHAPE}(.*)\1$")


@dataclass
class Section:
    """A part of the program under a heading."""

    heading: str
    definitions: list[ast.stmt] = field(default_factory=list)  # classes and functions stand before what uses them
    lines: list[ast.stmt] = field(default_factory=list)

    @property
    def body(self) -> list[ast.stmt]:
        return [*self.definitions, *self.lines]


@dataclass(frozen=True)
class Program:
    """A whole program: what it says of itself, its sections, and the files that must lie beside it."""

    about: str
    sections: Sequence[Section]
    files: tuple[Path, ...] = ()

    def script(self) -> str:
        """As one Python file."""
        text = f"{_docstring(self.about)}\n\n{_imports(self.sections)}\n"
        was_apart = False
        for section in self.sections:
            if section.body:
                gap = "\n\n" if was_apart or _is_apart(section.body[0]) else "\n"
                text += f"{gap}# {section.heading}\n{code(section.body)}\n"
                was_apart = _is_apart(section.body[-1])
        return text

    def notebook(self) -> str:
        """As a Jupyter notebook, format 4.5: a cell for each section."""
        cells = [_cell("markdown", self.about, 0), _cell("code", _imports(self.sections), 1)]
        for place, section in enumerate(section for section in self.sections if section.body):
            cells.append(_cell("markdown", f"## {section.heading}", 2 * place + 2))
            cells.append(_cell("code", code(section.body), 2 * place + 3))
        kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
        metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
        book = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
        return json.dumps(book, ensure_ascii=False, indent=1) + "\n"


def _docstring(text: str) -> str:
    return '"""' + text.replace("\\", "\\\\").replace('"""', "'''") + '\n"""'


def _cell(kind: str, text: str, number: int) -> dict[str, object]:
    cell: dict[str, object] = {"cell_type": kind, "id": f"cell-{number}", "metadata": {}}
    if kind == "code":
        cell |= {"execution_count": None, "outputs": []}
    return cell | {"source": text.splitlines(keepends=True)}


def _imports(sections: Iterable[Section]) -> str:
    used = {
        part.id
        for section in sections
        for statement in section.body
        for part in ast.walk(statement)
        if isinstance(part, ast.Name)
    }
    groups = [[line for name, line in table.items() if name in used] for table in (STANDARD, IMPORTS)]
    return "\n\n".join("\n".join(lines) for lines in groups if lines)


def code(body: Sequence[ast.stmt]) -> str:
    """Statements as text: definitions stand apart, markers become comments, long lines are broken at a bracket."""
    lines: list[str] = []
    was_apart = False
    for statement in body:
        is_apart = _is_apart(statement)
        if lines and (is_apart or was_apart):
            lines += ["", ""]
        lines += _CLASS.sub(r"\1", ast.unparse(ast.fix_missing_locations(statement))).splitlines()
        was_apart = is_apart
    return "\n".join(_shortened(_alone(_bared(_requoted(line))) for line in _commented(lines))).strip("\n")


def _is_apart(statement: ast.stmt) -> bool:
    """Whether two lines stay free around it."""
    return isinstance(statement, (ast.FunctionDef, ast.ClassDef))


def _alone(line: str) -> str:
    """A tuple of one shows its brackets."""
    return _ONE.sub(r"\1(\2,) = ", line)


def _bared(line: str) -> str:
    """`a, b = 1, 2` without the brackets that the syntax tree's own printer puts."""
    found = _TUPLE.match(line)
    if not found or len(_split(found.group(2))) < 2:
        return line
    return found.group(1) + found.group(2) if _closes_at_end(line, len(found.group(1))) else line


def _closes_at_end(line: str, opening: int) -> bool:
    """Whether the bracket that opens there closes with the line."""
    depth = 0
    for place, sign, is_text in _signs(line):
        if place >= opening and not is_text:
            depth += (sign in "([{") - (sign in ")]}")
            if depth == 0:
                return place == len(line) - 1
    return False


def _requoted(line: str) -> str:
    """Texts in double quotes, as most style guides want them."""
    return _SINGLE.sub(r'\1"\2"', line) if '"' not in line and "\\" not in line else line


def _commented(lines: Iterable[str]) -> list[str]:
    found: list[str] = []
    for line in lines:
        if shape := _SHAPE.match(line):
            found[-1] += f"  # {shape.group(2)}"
        elif comment := _COMMENT.match(line):
            width = LONGEST - len(comment.group(1)) - 2
            rows = textwrap.wrap(comment.group(3), width, break_long_words=False, break_on_hyphens=False)
            found += [f"{comment.group(1)}# {row}" for row in rows]
        else:
            found.append(line)
    return found


def _shortened(lines: Iterable[str]) -> Iterable[str]:
    for line in lines:
        if len(line) <= LONGEST or line.lstrip().startswith("#"):
            yield line
        else:
            yield from _broken(line)


def _broken(line: str) -> list[str]:
    """A long line in several: a call or a literal opens, its members stand below, it closes."""
    margin = line[: len(line) - len(line.lstrip())]
    if summed := _summed(line):
        name, *halves = summed
        return [f"{name}(", *(f"{margin}    {half}" for half in halves), f"{margin})"]
    try:
        place = _bracket(line)
    except ValueError:
        return [line]
    first, last = place
    if parts := _comprehension(line[first + 1 : last]):
        indented = [f"{margin}    {part}" for part in parts]
        return [line[: first + 1], *_shortened(indented), margin + line[last:]]
    inside = _split(line[first + 1 : last])
    rows: list[str] = []
    for member in inside:
        piece = f"{member},"
        if rows and len(margin) + 4 + len(rows[-1]) + 1 + len(piece) <= LONGEST:
            rows[-1] += f" {piece}"
        else:
            rows.append(piece)
    if len(inside) == 1 and not line[first + 1 : last].endswith(","):
        rows[-1] = rows[-1][:-1]
    return [line[: first + 1], *_shortened(f"{margin}    {row}" for row in rows), margin + line[last:]]


def _summed(line: str) -> tuple[str, str, str] | None:
    """The name that a sum is given to, with the two halves of the sum, the sign before the second."""
    depth, places = 0, list[int]()
    for place, sign, is_text in _signs(line):
        depth += 0 if is_text else (sign in "([{") - (sign in ")]}")
        if depth == 0 and not is_text and line[place : place + 3] in (" + ", " - "):
            places.append(place)
    given = _GIVEN.match(line)
    if not given or not places or "#" in line:
        return None
    place = min(places, key=lambda number: abs(number - len(line) // 2))
    return given.group(), line[given.end() : place], line[place + 1 :]


def _comprehension(text: str) -> tuple[str, str] | None:
    """What is collected, and from where; None of what is no comprehension."""
    depth = 0
    for place, sign, is_text in _signs(text):
        if not is_text:
            depth += (sign in "([{") - (sign in ")]}")
        if depth == 0 and not is_text and text.startswith(" for ", place):
            return text[:place], text[place + 1 :]
    return None


def _bracket(line: str) -> tuple[int, int]:
    """Where the widest bracket of a line opens and closes; ValueError where there is none."""
    stack: list[int] = []
    pairs: list[tuple[int, int]] = []
    for place, sign, is_text in _signs(line):
        if is_text:
            continue
        if sign in "([{":
            stack.append(place)
        elif sign in ")]}" and stack:
            pairs.append((stack.pop(), place))
    return max(pairs, key=lambda pair: (pair[1] - pair[0], -pair[0]))


def _split(text: str) -> list[str]:
    depth, parts, current = 0, [], ""
    for _, sign, is_text in _signs(text):
        if not is_text:
            depth += (sign in "([{") - (sign in ")]}")
        if sign == "," and depth == 0 and not is_text:
            parts.append(current.strip())
            current = ""
        else:
            current += sign
    return [*parts, current.strip()] if current.strip() else parts


def _signs(line: str) -> Iterable[tuple[int, str, bool]]:
    """Each character with its place, and whether it stands in a text."""
    quote = ""
    for place, sign in enumerate(line):
        was_quoted = bool(quote)
        if quote:
            if sign == quote and line[place - 1] != "\\":
                quote = ""
        elif sign in "'\"":
            quote = sign
        yield place, sign, was_quoted or bool(quote)
