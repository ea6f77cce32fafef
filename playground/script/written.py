"""What a class of the program is: which live objects it stands for, and which of their attributes are settings."""

from __future__ import annotations

import ast
import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from torch import nn

from playground.script.nodes import CHANGES
from playground.script.source import class_node
from playground.script.values import is_plain


@dataclass
class Written:
    """A class of the program: a kind of net, or another class, under the settings it was made with.

    `model` is a live object of it; `fixed` are the attributes of a class that is no net which only settings decide.
    """

    kind: type
    settings: Mapping[str, object]
    model: Any
    node: ast.ClassDef
    methods: set[str] = field(default_factory=set)
    fixed: set[str] = field(default_factory=set)
    beside: Sequence[str] = ()  # the classes of the objects that it is made of

    @property
    def is_net(self) -> bool:
        return issubclass(self.kind, nn.Module)

    def is_for(self, kind: type, settings: Mapping[str, object], beside: Sequence[str]) -> bool:
        return self.kind is kind and repr(self.settings) == repr(settings) and self.beside == beside

    def has(self, thing: Any) -> bool:
        """Whether a live object would be written as this class."""
        if self.kind is not type(thing) or self.model is thing:
            return self.model is thing
        if isinstance(thing, nn.Module):
            return _is_alike(self.model, thing)
        return all(getattr(self.model, name) == getattr(thing, name) for name in self.fixed)


@functools.cache
def changing(kind: type) -> frozenset[str]:
    """The attributes of a class that are given anew, or changed in place, after it was made."""
    found = set()
    for method in class_node(kind).body:
        if isinstance(method, ast.FunctionDef) and method.name not in ("__init__", "restore"):
            for part in ast.walk(method):
                match part:
                    case ast.Attribute(value=ast.Name(id="self"), attr=name, ctx=ast.Store()):
                        found.add(name)
                    case ast.Call(
                        func=ast.Attribute(value=ast.Attribute(value=ast.Name(id="self"), attr=name), attr=a)
                    ):
                        found |= {name} if a in CHANGES else set()
    return frozenset(found)


def _is_alike(one: nn.Module, other: nn.Module) -> bool:
    """Whether both would be written the same way: as large, and with the same plain attributes."""
    shapes = [[value.shape for value in net.state_dict().values()] for net in (one, other)]
    plain = [{name: value for name, value in vars(net).items() if is_plain(value)} for net in (one, other)]
    for attributes in plain:
        attributes.pop("training", None)
    return shapes[0] == shapes[1] and plain[0] == plain[1]
