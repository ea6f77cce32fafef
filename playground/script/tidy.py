"""Takes out of a program what nothing in it reads."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence

from playground.script.nodes import SHAPE

HARMLESS = {"float", "long", "mean", "sum", "detach", "item", "array", "zeros", "ones", "numpy"}  # they only compute


def tidy(bodies: Iterable[list[ast.stmt]]) -> None:
    """Leave out assignments to variables that are never read, as long as only computing happens in them."""
    blocks = [block for body in bodies for block in _blocks(body)]
    _forget_attributes(blocks)
    while True:
        read = {
            part.id
            for block in blocks
            for statement in block
            for part in ast.walk(statement)
            if isinstance(part, ast.Name) and not isinstance(part.ctx, ast.Store)
        }
        unread = [(block, place) for block in blocks for place in range(len(block)) if _is_unread(block[place], read)]
        if not unread:
            return
        for block, place in reversed(unread):
            del block[place : place + (2 if _is_shape(block[place + 1 : place + 2]) else 1)]


def _forget_attributes(blocks: Sequence[list[ast.stmt]]) -> None:
    """Leave out what objects of the program's small classes keep although nobody asks them for it."""
    parts = [part for block in blocks for statement in block for part in ast.walk(statement)]
    read = {part.attr for part in parts if isinstance(part, ast.Attribute) and isinstance(part.ctx, ast.Load)}
    for part in parts:
        if isinstance(part, ast.ClassDef) and not part.bases:
            for method in part.body:
                if isinstance(method, ast.FunctionDef):
                    method.body = [line for line in method.body if not _is_forgotten(line, read)] or [ast.Pass()]


def _is_forgotten(statement: ast.stmt, read: set[str]) -> bool:
    match statement:
        case ast.Assign(targets=[ast.Attribute(value=ast.Name(id="self"), attr=name)], value=value):
            return name not in read and _only_computes(value)
    return False


def _only_computes(value: ast.expr) -> bool:
    calls = (part.func for part in ast.walk(value) if isinstance(part, ast.Call))
    return all(isinstance(call, ast.Attribute) and call.attr in HARMLESS for call in calls)


def _blocks(body: list[ast.stmt]) -> Iterator[list[ast.stmt]]:
    yield body
    for statement in body:
        for name in ("body", "orelse"):
            if inner := getattr(statement, name, None):
                yield from _blocks(inner)


def _is_unread(statement: ast.stmt, read: set[str]) -> bool:
    if not isinstance(statement, ast.Assign) or not all(isinstance(target, ast.Name) for target in statement.targets):
        return False
    names = {part.id for part in statement.targets if isinstance(part, ast.Name)}
    return not names & read and _only_computes(statement.value)


def _is_shape(after: list[ast.stmt]) -> bool:
    """Whether the next statement is the comment with the shape of what is left out."""
    if not after or not isinstance(after[0], ast.Expr) or not isinstance(after[0].value, ast.Constant):
        return False
    return str(after[0].value.value).startswith(SHAPE)
