"""How a program writes a value."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from playground.script.nodes import name_node
from playground.script.scope import Draft, Scope
from playground.script.values import (
    Bundle,
    Closure,
    Known,
    Record,
    Unwritable,
    Value,
    expression,
    is_plain,
    library_name,
    literal,
)

HOME = "playground."


class Lifting(Draft):
    """Values as expressions of the program, and what is known of their insides."""

    def value(self, node: ast.expr) -> Value:
        """What an expression is worth under what is known."""
        raise NotImplementedError

    def call(self, function: Any, *args: Value, **keywords: Value) -> Value:
        """Write what a function of ours does where it is called; returns what it is worth."""
        raise NotImplementedError

    def lifted(self, value: Value) -> ast.expr:
        """How the program writes a value."""
        if isinstance(value, ast.expr):
            return value
        if isinstance(value, Bundle):
            return ast.Tuple([self.lifted(part) for part in value.members], ast.Load())
        if isinstance(value, Record):
            keys: list[ast.expr | None] = [literal(key) for key in value.entries]
            return ast.Dict(keys, [self.lifted(part) for part in value.entries.values()])
        if isinstance(value, Closure):
            return self._lambda(value)
        thing = value.value
        if name := self.named(thing) or library_name(thing):
            return expression(name)
        if isinstance(thing, range):
            return expression(repr(thing).replace("range(0, ", "range("))
        if isinstance(thing, torch.Size):
            return literal(tuple(thing))
        if is_plain(thing):
            return literal(thing)
        if isinstance(thing, (tuple, list)):
            return ast.Tuple([self.lifted(Known(part)) for part in thing], ast.Load())
        holder = getattr(thing, "__self__", None)
        if holder is not None and hasattr(thing, "__name__"):
            return ast.Attribute(self.lifted(Known(holder)), thing.__name__, ast.Load())
        raise Unwritable(f"{type(thing).__name__}: {str(thing)[:60]}")

    def _lambda(self, closure: Closure) -> ast.expr:
        scope = Scope(closure.scope.function, {}, closure.scope)
        names = [parameter.arg for parameter in closure.node.args.args]
        scope.values |= {name: name_node(name) for name in names}
        with self.inside(scope):
            return ast.Lambda(closure.node.args, self.lifted(self.value(closure.node.body)))

    def members(self, value: Value) -> Sequence[Value] | None:
        """The members of a tuple whose length is known; None of everything else."""
        if isinstance(value, Bundle):
            return value.members
        if isinstance(value, Known) and self.named(value.value):
            return None
        if isinstance(value, Known) and isinstance(value.value, (tuple, list, range, dict)):
            return [Known(part) for part in value.value]
        if isinstance(value, ast.Tuple):
            return value.elts
        return None

    def _attribute(self, base: Value, attribute: str) -> Value:
        if isinstance(base, Bundle) and attribute in base.labels:
            return base.members[base.labels.index(attribute)]
        if not isinstance(base, Known):
            return ast.Attribute(self.lifted(base), attribute, ast.Load())
        thing = base.value
        if variable := self._variables.get((id(thing), attribute)):
            return name_node(variable)
        if isinstance(type(thing).__dict__.get(attribute), property) and self.named(thing) is None:
            getter = type(thing).__dict__[attribute].fget
            if (getter.__module__ or "").startswith(HOME) and any(key[0] == id(thing) for key in self._variables):
                return self.call(getter, base)
        if self.named(thing) and not isinstance(thing, type):
            found = getattr(thing, attribute)
            fixed = isinstance(thing, Tensor) and attribute in ("shape", "dtype")
            if fixed or (is_plain(found) and not isinstance(thing, Tensor)):
                return Known(found)
            return ast.Attribute(self.lifted(base), attribute, ast.Load())
        return Known(getattr(thing, attribute))
