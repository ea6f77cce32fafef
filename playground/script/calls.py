"""Calls: those of our own functions are written out where they stand, the others remain calls."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import is_dataclass
from types import FunctionType, MethodType
from typing import Any

import torch
from torch import Tensor, nn

from playground.script.lifting import Lifting
from playground.script.nodes import (
    CHANGES,
    COMMENT,
    assignment,
    is_container,
    is_cpu,
    is_hashable,
    is_on_cpu,
    is_random,
    is_record,
    is_short,
    name_node,
    uses_of,
)
from playground.script.scope import Scope
from playground.script.source import function_node, is_ours
from playground.script.values import PURE, Bundle, Closure, Known, Unwritable, Value, expression, is_plain

FOREACH = {torch._foreach_copy_: "copy_", torch._foreach_lerp_: "lerp_"}


class Calls(Lifting):
    """What calls are worth."""

    def block(self, statements: Sequence[ast.stmt]) -> Value | None:
        """Write statements; returns what is returned, None where they run to their end."""
        raise NotImplementedError

    def within(self, context: ast.expr, write: Callable[[], Any]) -> Any:
        """Write something inside a `with`."""
        raise NotImplementedError

    def call(self, function: Any, *args: Value, **keywords: Value) -> Value:
        """Write what a function of ours does where it is called; returns what it is worth."""
        bound = list(args)
        if isinstance(function, MethodType):
            bound.insert(0, Known(function.__self__))
            function = function.__func__
        function = inspect.unwrap(function)
        self.remark(function)
        node = function_node(function)
        scope = Scope(function, self.bind(function, node.args, bound, keywords, node))
        if isinstance(node, ast.Lambda):
            with self.inside(scope):
                return self.value(node.body)
        if any("no_grad" in ast.unparse(decorator) for decorator in node.decorator_list):
            found: Value = self.within(expression("torch.no_grad()"), lambda: self._run(node, scope))
            return found
        return self._run(node, scope)

    def remark(self, thing: Any) -> None:
        """The comment above what a function or a class of ours does."""
        if thing in self.remarks:
            self.emit(ast.Expr(ast.Constant(COMMENT + self.remarks[thing])))

    def _run(self, node: ast.FunctionDef, scope: Scope) -> Value:
        with self.call_of(scope) as kept:
            returned = self.block(node.body)
            kept.append(returned)
        return Known(None) if returned is None else returned

    def bind(
        self, function: Any, spec: ast.arguments, args: Sequence[Value], keywords: Mapping[str, Value], node: ast.AST
    ) -> dict[str, Value]:
        """The parameters with what they are worth; a long expression that is used twice becomes a variable."""
        parameters = [parameter.arg for parameter in (*spec.posonlyargs, *spec.args)]
        values: dict[str, Value] = dict(zip(parameters, args, strict=False)) | dict(keywords)
        if spec.vararg:
            values[spec.vararg.arg] = Bundle(list(args[len(parameters) :]))
        defaults = getattr(function, "__defaults__", None) or ()
        if defaults:
            for name, default in zip(parameters[-len(defaults) :], defaults, strict=True):
                values.setdefault(name, Known(default))
        for name, default in (getattr(function, "__kwdefaults__", None) or {}).items():
            values.setdefault(name, Known(default))
        for name, value in values.items():
            is_long = isinstance(value, ast.expr) and not is_short(value)
            is_dear = uses_of(name, node) > 1 and not self.is_silent
            if is_long and (is_dear or is_random(value)):  # type: ignore[arg-type]
                values[name] = self.stored(name, value)  # type: ignore[arg-type]
        return values

    def _call(self, node: ast.Call) -> Value:
        if isinstance(node.func, ast.Name) and node.func.id == "super":
            return self._super()
        if isinstance(node.func, ast.Attribute) and node.func.attr in CHANGES:
            holder = self.value(node.func.value)
            if isinstance(holder, Known) and self.named(holder.value) is None and is_container(holder.value):
                return self._change(node, node.func.value)
        function = self.value(node.func)
        words = [word for word in node.keywords if word.arg]
        values = self._arguments([*node.args, *(word.value for word in words)])
        args = values[: len(values) - len(words)]
        keywords = {str(word.arg): value for word, value in zip(words, values[len(args) :], strict=True)}
        for word in node.keywords:
            if word.arg is None:  # **keywords
                spread = self.value(word.value)
                if not isinstance(spread, Known):
                    raise Unwritable(ast.unparse(word.value))
                keywords |= {name: Known(part) for name, part in spread.value.items()}
        return self.apply(function, args, keywords)

    def _change(self, node: ast.Call, place: ast.expr) -> Value:
        """A list or a dictionary changes: one of the function becomes a variable, one of the page is its own matter."""
        if not isinstance(place, ast.Name) or place.id not in self.scope.values:
            return Known(None)
        self.make_variable(place.id)
        return self._call(node)

    def make_variable(self, name: str) -> None:
        """What a local name is worth stands in a variable from here on."""
        raise NotImplementedError

    def _super(self) -> Value:
        """What the class above says of a live object; a net that is being written says it itself."""
        function = self.scope.function
        holder = self.scope.values[next(iter(inspect.signature(function).parameters))]
        if not isinstance(holder, Known) or isinstance(holder.value, nn.Module):
            return expression("super()")
        kind = inspect.getclosurevars(function).nonlocals["__class__"]
        return Known(super(kind, holder.value))

    def _arguments(self, nodes: Sequence[ast.expr]) -> list[Value]:
        """Values from left to right: what draws random numbers keeps its turn when a later one writes statements."""
        args: list[Value] = []
        for node in nodes:
            body, place = self.body, len(self.body)
            if not isinstance(node, ast.Starred):
                value = self.value(node)
                if len(body) > place:
                    for earlier, drawn in enumerate(args):
                        if isinstance(drawn, ast.expr) and is_random(drawn):
                            fresh = self.fresh("value")
                            body.insert(place, assignment(fresh, drawn))
                            args[earlier], place = name_node(fresh), place + 1
                args.append(value)
                continue
            spread = self.value(node.value)
            members = self.members(spread)
            if members is None:
                args.append(ast.Starred(self.lifted(spread), ast.Load()))
            else:
                args.extend(members)
        return args

    def apply(self, function: Value, args: Sequence[Value], keywords: Mapping[str, Value]) -> Value:
        """What a call is worth; calls of our own functions are written out."""
        if isinstance(function, Closure):
            scope = Scope(function.scope.function, {}, function.scope)
            scope.values = self.bind(None, function.node.args, args, keywords, function.node)
            with self.inside(scope):
                return self.value(function.node.body)
        if isinstance(function, Known):
            thing = function.value
            plain = inspect.unwrap(thing.__func__ if isinstance(thing, MethodType) else thing)
            if plain in self.instead if is_hashable(plain) else False:
                return self.apply(Known(self.instead[plain]), args, keywords)
            if plain in self.left_out if is_hashable(plain) else False:
                return Known(None)
            if is_hashable(plain) and plain in self.answers:
                return Known(self.answers[plain])
            if isinstance(thing, type) and (is_dataclass(thing) or is_record(thing)) and is_ours(thing):
                given = inspect.signature(thing).bind(*args, **keywords).arguments
                return Bundle([self._held(name, part) for name, part in given.items()], list(given))
            if isinstance(thing, type):
                keywords = _without_defaults(thing, keywords)
            special = self._special(thing, args, keywords)
            if special is not None:
                return special
            if isinstance(plain, FunctionType) and is_ours(plain):
                return self.call(thing, *args, **keywords)
            is_free = self.named(thing) is None or self.is_written(type(thing))
            if is_free and is_ours(type(thing)) and not isinstance(thing, type):
                return self.call(type(thing).__call__, function, *args, **keywords)
            if found := self._in_turn(thing, args):
                return found
        elif isinstance(function, ast.Attribute) and _goes_to_cpu(function.attr, args):
            return function.value
        return self.residual(self.lifted(function), args, keywords)

    def _held(self, name: str, value: Value) -> Value:
        """A part of a record: a variable of its name, where it must be computed first."""
        return self.stored(name, value) if isinstance(value, ast.expr) and not is_short(value) else value

    def residual(self, function: ast.expr, args: Sequence[Value], keywords: Mapping[str, Value]) -> ast.expr:
        lifted = [self.lifted(part) for part in args]
        if ast.unparse(function) == "functional.linear":
            match lifted:
                case [given, ast.Attribute(value=layer, attr="weight"), ast.Attribute(value=other, attr="bias")]:
                    if ast.dump(layer) == ast.dump(other):
                        return ast.Call(layer, [given], [])
        words = [ast.keyword(name, self.lifted(part)) for name, part in keywords.items() if not is_on_cpu(name, part)]
        return ast.Call(function, lifted, words)

    def _in_turn(self, thing: Any, args: Sequence[Value]) -> Value | None:
        """What torch does to all weights of two nets at once, weight by weight."""
        if thing not in FOREACH if is_hashable(thing) else True:
            return None
        (one, other), more = (ast.unparse(self.lifted(part)) for part in args[:2]), args[2:]
        call = ast.unparse(self.residual(expression(f"mine.{FOREACH[thing]}"), [expression("its"), *more], {}))
        if FOREACH[thing] == "copy_" and one.endswith(".parameters()") and other.endswith(".parameters()"):
            nets = one.removesuffix(".parameters()"), other.removesuffix(".parameters()")
            self.emit(ast.Expr(expression(f"{nets[0]}.load_state_dict({nets[1]}.state_dict())")))
        else:
            rows = f"with torch.no_grad():\n for mine, its in zip({one}, {other}):\n  {call}"
            self.emit(ast.parse(rows).body[0])
        return Known(None)

    def _special(self, thing: Any, args: Sequence[Value], keywords: Mapping[str, Value]) -> Value | None:
        """Calls that are worked out now."""
        if thing is next and isinstance(args[0], Known) and self.named(args[0].value) is None:
            return self.call(type(args[0].value).__next__, args[0])
        if thing is zip and any(isinstance(part, Bundle) for part in args):
            columns = [self.members(part) for part in args]
            if all(column is not None for column in columns):
                return Bundle([Bundle(list(row)) for row in zip(*columns, strict=True)])  # type: ignore[arg-type]
        if thing is len and isinstance(args[0], Bundle):
            return Known(len(args[0].members))
        if thing is len and isinstance(args[0], Known) and self.is_written(type(args[0].value)):
            return self.call(type(args[0].value).__len__, args[0])
        if thing is len and isinstance(args[0], ast.expr):
            count = self.rows(self._scopes)
            return None if count is None else Known(count)
        if thing is len and isinstance(args[0], Known) and self.named(args[0].value):
            return self.residual(expression("len"), args, {})
        holder = getattr(thing, "__self__", None)
        if getattr(thing, "__name__", "") == "to" and isinstance(holder, Tensor) and args and is_cpu(args[0]):
            return Known(holder)
        if not all(isinstance(part, Known) for part in (*args, *keywords.values())):
            return None
        if isinstance(holder, dict) and thing.__name__ in ("get", "items", "keys", "values"):
            asked = thing(*(part.value for part in args if isinstance(part, Known)))
            return Known(asked if thing.__name__ == "get" else list(asked))
        is_method = holder is not None and not inspect.ismodule(holder) and is_plain(holder)
        if not (thing in PURE if is_hashable(thing) else False) and not is_method:
            return None
        found = thing(*(part.value for part in args), **{name: part.value for name, part in keywords.items()})  # type: ignore[union-attr]
        return Known(list(found) if isinstance(found, (zip, enumerate, reversed)) else found)


def _goes_to_cpu(method: str, args: Sequence[Value]) -> bool:
    """Whether a method of a tensor only brings it to where all of the program is."""
    return (method == "to" and bool(args) and is_cpu(args[0])) or (method == "cpu" and not args)


def _without_defaults(kind: type, keywords: Mapping[str, Value]) -> dict[str, Value]:
    """What is as by default goes without saying, except for a learning rate."""
    try:
        parameters = inspect.signature(kind).parameters
    except ValueError:  # some of Python's own classes do not tell
        return dict(keywords)
    usual = {name: item.default for name, item in parameters.items() if is_plain(item.default) and name != "lr"}
    return {
        name: value
        for name, value in keywords.items()
        if not (name in usual and isinstance(value, Known) and is_plain(value.value) and value.value == usual[name])
    }
