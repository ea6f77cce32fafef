"""Small pieces of syntax trees."""

from __future__ import annotations

import ast
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from typing import Any

import torch

from playground.script.values import Bundle, Closure, Known, Record, Value

COMMENT, SHAPE = "§c ", "§s "  # statements that become comments when the program is laid out


def name_node(name: str) -> ast.Name:
    return ast.Name(name, ast.Load())


def assign_node(target: ast.expr, value: ast.expr) -> ast.Assign:
    return ast.Assign([target], value)


def assignment(name: str, value: ast.expr) -> ast.Assign:
    return assign_node(ast.Name(name, ast.Store()), value)


def names_in(values: Iterable[Value | None]) -> Iterator[str]:
    """The variables that values are made of."""
    for value in values:
        if isinstance(value, ast.expr):
            yield from (part.id for part in ast.walk(value) if isinstance(part, ast.Name))
        elif isinstance(value, Bundle):
            yield from names_in(value.members)
        elif isinstance(value, Record):
            yield from names_in(value.entries.values())
        elif isinstance(value, Closure):
            yield from names_in(value.scope.every_value())


def is_short(node: ast.expr) -> bool:
    """Whether it may stand in several places: a name, a number, the parameters of a net, some of them."""
    if isinstance(node, ast.List):
        return all(isinstance(part, (ast.Name, ast.Attribute, ast.Subscript)) for part in node.elts)
    return isinstance(node, (ast.Name, ast.Constant)) or ast.unparse(node).endswith(".parameters()")


def renamed(node: ast.expr, names: Mapping[str, str]) -> ast.expr:
    """A copy in which names are other ones."""
    copy = deepcopy(node)
    for part in ast.walk(copy):
        if isinstance(part, ast.Name):
            part.id = names.get(part.id, part.id)
    return copy


def renamed_in(statements: Iterable[ast.stmt], old: str, new: str) -> None:
    """A variable bears another name in all of them."""
    for part in (part for statement in statements for part in ast.walk(statement)):
        if isinstance(part, ast.Name) and part.id == old:
            part.id = new


CHANGES = ("append", "extend", "insert", "add", "update", "pop", "popitem", "remove", "discard", "clear", "sort")


def changes(node: ast.AST) -> str | None:
    """The name of the list or dictionary that a call, or an assignment to a place, changes."""
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=attribute)) if attribute in CHANGES:
            return name
        case ast.Subscript(value=ast.Name(id=name), ctx=ast.Store()):
            return name
    return None


DRAWS = ("rand", "normal", "bernoulli", "multinomial", "uniform", "poisson", "exponential_", "sample")


def is_random(node: ast.AST) -> bool:
    """Whether it draws random numbers: then it must happen once, and at its place."""
    called = (part.func for part in ast.walk(node) if isinstance(part, ast.Call))
    names = (part.attr if isinstance(part, ast.Attribute) else getattr(part, "id", "") for part in called)
    return any(word in name for name in names for word in DRAWS)


def uses_of(name: str, node: ast.AST) -> int:
    """How often a name is read; what a loop reads counts as often, for it is read anew each time."""
    count = 0
    for part in ast.iter_child_nodes(node):
        many = isinstance(part, (ast.ListComp, ast.GeneratorExp, ast.DictComp, ast.Lambda, ast.For, ast.While))
        count += uses_of(name, part) * (2 if many else 1)
    return count + (isinstance(node, ast.Name) and node.id == name)


def is_cpu(value: Any) -> bool:
    """Whether it is the device of the page: the program has all on the CPU, wherever the page computes."""
    return isinstance(value, Known) and isinstance(value.value, torch.device)


def is_on_cpu(keyword: str, value: Value) -> bool:
    """Whether an argument only says that something shall be on the CPU, where it is without it."""
    return is_cpu(value) or (keyword == "device" and isinstance(value, ast.Attribute) and value.attr == "device")


def is_container(thing: Any) -> bool:
    return isinstance(thing, (list, dict, set, deque))


def is_record(thing: Any) -> bool:
    """Whether it is a class of named tuples."""
    return isinstance(thing, type) and issubclass(thing, tuple) and hasattr(thing, "_fields")


def is_hashable(thing: Any) -> bool:
    try:
        hash(thing)
    except TypeError:
        return False
    return True


def label(member: Value) -> str:
    """What tells a member apart: the name that it bears itself."""
    if isinstance(member, Bundle):
        return label(member.members[0])
    name = getattr(member.value, "name", "") if isinstance(member, Known) else ""
    return name if isinstance(name, str) and name.isidentifier() else ""
