"""How a program writes a value."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from types import MethodType
from typing import Any

import torch
from torch import Tensor, nn

from playground.script.modules import module
from playground.script.nodes import name_node
from playground.script.scope import Draft, Scope
from playground.script.source import is_ours
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


class Lifting(Draft):
    """Values as expressions of the program, and what is known of their insides."""

    def value(self, node: ast.expr) -> Value:
        """What an expression is worth under what is known."""
        raise NotImplementedError

    def _silent(self, node: ast.expr) -> Value:
        """The same of what may never happen, or happen often: it writes no statements."""
        raise NotImplementedError

    def call(self, function: Any, *args: Value, **keywords: Value) -> Value:
        """Write what a function of ours does where it is called; returns what it is worth."""
        raise NotImplementedError

    def lifted(self, value: Value) -> ast.expr:
        """How the program writes a value."""
        if isinstance(value, ast.expr):
            return value
        if isinstance(value, Bundle):
            kind = ast.List if value.is_list else ast.Tuple
            return kind([self.lifted(part) for part in value.members], ast.Load())
        if isinstance(value, Record):
            keys: list[ast.expr | None] = [literal(key) for key in value.entries]
            return ast.Dict(keys, [self.lifted(part) for part in value.entries.values()])
        if isinstance(value, Closure):
            return self._lambda(value)
        thing = value.value
        if name := self.named(thing):
            self.spoken.add(name.partition(".")[0])
            return expression(name)
        if name := library_name(thing):
            return expression(name)
        if isinstance(thing, range):
            return expression(f"range({thing.stop})" if thing == range(thing.stop) else repr(thing))
        if isinstance(thing, torch.Size):
            return literal(tuple(thing))
        if is_plain(thing):
            return literal(thing)
        if isinstance(thing, torch.autocast):
            return expression(f"torch.autocast('{thing.device}', {library_name(thing.fast_dtype)})")
        if isinstance(thing, nn.Module):
            return expression(module(thing))
        if isinstance(thing, (tuple, list)):
            kind = ast.List if isinstance(thing, list) else ast.Tuple
            return kind([self.lifted(Known(part)) for part in thing], ast.Load())
        holder = getattr(thing, "__self__", None)
        if holder is not None and hasattr(thing, "__name__"):
            return ast.Attribute(self.lifted(Known(holder)), thing.__name__, ast.Load())
        raise Unwritable(f"{type(thing).__name__}: {str(thing)[:60]}")

    def _lambda(self, closure: Closure) -> ast.expr:
        scope = Scope(closure.scope.function, {}, closure.scope)
        names = [parameter.arg for parameter in closure.node.args.args]
        scope.values |= {name: name_node(name) for name in names}
        with self.inside(scope):
            return ast.Lambda(closure.node.args, self.lifted(self._silent(closure.node.body)))

    def members(self, value: Value) -> Sequence[Value] | None:
        """The members of a tuple whose length is known; None of everything else."""
        if isinstance(value, Bundle):
            return value.members
        if isinstance(value, Known) and self.named(value.value):
            return None
        if isinstance(value, Known) and isinstance(value.value, (tuple, list, range, dict, nn.Sequential)):
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
            if is_ours(getter) and any(key[0] == id(thing) for key in self._variables):
                return self.call(getter, base)
        if self.named(thing) and not isinstance(thing, type):
            found = getattr(thing, attribute)
            fixed = isinstance(thing, Tensor) and attribute in ("shape", "dtype", "device")
            if fixed or self.is_fixed(thing, attribute):
                return Known(found)
            if isinstance(found, MethodType) and is_ours(found) and not isinstance(thing, torch.optim.Optimizer):
                return Known(found)
            if (isinstance(found, nn.Module) and is_ours(type(found))) or self.is_written(type(found)):
                place = f"{ast.unparse(self.lifted(base))}.{attribute.lstrip('_')}"
                self._names.setdefault(id(found), (place, found))
                return Known(found)
            if isinstance(thing, nn.Module) and _are_weights(found):
                self._name_weights(thing)
                return Known(found)
            return ast.Attribute(self.lifted(base), self.public(thing, attribute), ast.Load())
        return Known(getattr(thing, attribute))

    def is_written(self, kind: type) -> bool:
        """Whether a class of ours, no net, stands in the program as a class."""
        return False

    def is_fixed(self, thing: Any, attribute: str) -> bool:
        """Whether an attribute of an object of the program is known now: a setting that never changes."""
        return is_plain(getattr(thing, attribute)) and not isinstance(thing, Tensor)

    def public(self, thing: Any, attribute: str) -> str:
        """How the program calls an attribute: in its small classes none needs to hide."""
        return attribute.lstrip("_") if self.is_written(type(thing)) else attribute

    def _name_weights(self, net: nn.Module) -> None:
        """Each weight of a net is what the net's layers call it."""
        place = self.named(net)
        for name, weight in net.named_parameters():
            self._names.setdefault(id(weight), (re.sub(r"\.(\d+)", r"[\1]", f"{place}.{name}"), weight))


def _are_weights(found: Any) -> bool:
    """Whether it is a list of the weights and biases of a net's layers."""
    return isinstance(found, list) and all(
        isinstance(pair, tuple) and all(isinstance(part, nn.Parameter) for part in pair) for pair in found
    )
