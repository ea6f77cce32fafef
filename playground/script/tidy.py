"""Takes out of a program what nothing in it reads."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from playground.script.specialise import SHAPE

HARMLESS = {"float", "long", "mean", "sum", "detach", "item"}  # calls that only compute


def tidy(bodies: Iterable[list[ast.stmt]]) -> None:
    """Leave out assignments to variables that are never read, as long as only computing happens in them."""
    blocks = [block for body in bodies for block in _blocks(body)]
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
    calls = (part.func for part in ast.walk(statement.value) if isinstance(part, ast.Call))
    return not names & read and all(isinstance(call, ast.Attribute) and call.attr in HARMLESS for call in calls)


def _is_shape(after: list[ast.stmt]) -> bool:
    """Whether the next statement is the comment with the shape of what is left out."""
    if not after or not isinstance(after[0], ast.Expr) or not isinstance(after[0].value, ast.Constant):
        return False
    return str(after[0].value.value).startswith(SHAPE)
