"""Finds the syntax tree of a live function or class, with the comments that say shapes."""

from __future__ import annotations

import ast
import functools
import inspect
import re
import sys
from types import CodeType, FunctionType, ModuleType
from typing import Any

HOME = ("playground.",)  # whose functions are ours
SHAPE = re.compile(r"#\s+(\([^()#]*\)[^#]*)$")  # a comment such as "# (batch, 28, 64)" says the same in every language


def is_ours(thing: Any) -> bool:
    """Whether a function or a class is of this package."""
    return (getattr(thing, "__module__", None) or "").startswith(HOME)


@functools.cache
def _module(name: str) -> tuple[ast.Module, list[str]]:
    text = inspect.getsource(sys.modules[name])
    return ast.parse(text), text.splitlines()


def module_node(module: ModuleType) -> ast.Module:
    return _module(module.__name__)[0]


def function_node(function: FunctionType) -> ast.FunctionDef | ast.Lambda:
    """The definition of a function, which may be a lambda in a table."""
    module, _ = _module(function.__module__)
    line = function.__code__.co_firstlineno
    found: list[ast.Lambda] = []
    for node in ast.walk(module):
        if isinstance(node, ast.FunctionDef) and node.name == function.__name__:
            first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
            if first == line:
                return node
        if isinstance(node, ast.Lambda) and node.lineno == line:
            found.append(node)
    if len(found) > 1:
        found = [node for node in found if _code(node).co_code == function.__code__.co_code]
    return found[0]


def _code(node: ast.Lambda) -> CodeType:
    outer = compile(ast.Expression(node), "", "eval")
    return next(constant for constant in outer.co_consts if isinstance(constant, CodeType))


def class_node(kind: type) -> ast.ClassDef:
    module, _ = _module(kind.__module__)
    return next(node for node in module.body if isinstance(node, ast.ClassDef) and node.name == kind.__name__)


def shape_comment(function: Any, node: ast.stmt) -> str:
    """The shape that the last line of a statement tells of; empty when it tells of none."""
    _, lines = _module(function.__module__)
    line = lines[node.end_lineno - 1] if node.end_lineno and node.end_lineno <= len(lines) else ""
    found = SHAPE.search(line)
    return found.group(1).strip() if found else ""
