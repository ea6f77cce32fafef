"""Calls: those of our own functions are written out where they stand, the others remain calls."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import is_dataclass
from types import FunctionType, MethodType
from typing import Any

from torch import Tensor

from playground.script.lifting import HOME, Lifting
from playground.script.nodes import is_cpu, is_hashable, is_on_cpu, is_short
from playground.script.scope import Scope
from playground.script.source import function_node
from playground.script.values import PURE, Bundle, Closure, Known, Unwritable, Value, expression, is_plain


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
        node = function_node(function)
        scope = Scope(function, self.bind(function, node.args, bound, keywords, node))
        if isinstance(node, ast.Lambda):
            with self.inside(scope):
                return self.value(node.body)
        if any("no_grad" in ast.unparse(decorator) for decorator in node.decorator_list):
            found: Value = self.within(expression("torch.no_grad()"), lambda: self._run(node, scope))
            return found
        return self._run(node, scope)

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
            uses = sum(isinstance(part, ast.Name) and part.id == name for part in ast.walk(node))
            if isinstance(value, ast.expr) and uses > 1 and not is_short(value):
                values[name] = self.stored(name, value)
        return values

    def _call(self, node: ast.Call) -> Value:
        if isinstance(node.func, ast.Name) and node.func.id == "super":
            return expression("super()")
        function = self.value(node.func)
        args = self._arguments(node.args)
        keywords = {word.arg: self.value(word.value) for word in node.keywords if word.arg}
        for word in node.keywords:
            if word.arg is None:  # **keywords
                spread = self.value(word.value)
                if not isinstance(spread, Known):
                    raise Unwritable(ast.unparse(word.value))
                keywords |= {name: Known(part) for name, part in spread.value.items()}
        return self.apply(function, args, keywords)

    def _arguments(self, nodes: Sequence[ast.expr]) -> list[Value]:
        args: list[Value] = []
        for node in nodes:
            if not isinstance(node, ast.Starred):
                args.append(self.value(node))
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
            if plain in self.left_out if is_hashable(plain) else False:
                return Known(None)
            if is_hashable(plain) and plain in self.kept_whole:
                return self.residual(expression(self.kept_whole[plain]), args, keywords)
            if isinstance(thing, type) and is_dataclass(thing) and thing.__module__.startswith(HOME):
                given = inspect.signature(thing).bind(*args, **keywords).arguments
                return Bundle([self._held(name, part) for name, part in given.items()], list(given))
            if isinstance(thing, type):
                keywords = _without_defaults(thing, keywords)
            special = self._special(thing, args, keywords)
            if special is not None:
                return special
            if isinstance(plain, FunctionType) and (plain.__module__ or "").startswith(HOME):
                return self.call(thing, *args, **keywords)
            if self.named(thing) is None and type(thing).__module__.startswith(HOME) and not isinstance(thing, type):
                return self.call(type(thing).__call__, function, *args, **keywords)
        elif isinstance(function, ast.Attribute) and function.attr == "to" and args and is_cpu(args[0]):
            return function.value
        return self.residual(self.lifted(function), args, keywords)

    def _held(self, name: str, value: Value) -> Value:
        """A part of a record: a variable of its name, where it must be computed first."""
        return self.stored(name, value) if isinstance(value, ast.expr) and not is_short(value) else value

    def residual(self, function: ast.expr, args: Sequence[Value], keywords: Mapping[str, Value]) -> ast.expr:
        return ast.Call(
            function,
            [self.lifted(part) for part in args],
            [ast.keyword(name, self.lifted(part)) for name, part in keywords.items() if not is_on_cpu(name, part)],
        )

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
