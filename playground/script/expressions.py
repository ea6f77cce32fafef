"""What expressions are worth under what is known."""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Mapping
from typing import Any

from torch import Tensor

from playground.script.containers import Containers
from playground.script.nodes import assignment, name_node
from playground.script.values import Bundle, Closure, Known, Unwritable, Value, is_plain, literal

LONGEST_NUMBER = 8  # characters of a worked-out number; a longer one is easier to read as the product that it is
OPERATORS: dict[type[ast.AST], Callable[..., Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv, ast.Mod: operator.mod, ast.Pow: operator.pow, ast.BitOr: operator.or_,
    ast.USub: operator.neg, ast.Not: operator.not_, ast.Invert: operator.invert, ast.Eq: operator.eq,
    ast.NotEq: operator.ne, ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge,
    ast.Is: operator.is_, ast.IsNot: operator.is_not, ast.In: lambda a, b: a in b, ast.NotIn: lambda a, b: a not in b,
}  # fmt: skip


class Expressions(Containers):
    """What expressions are worth."""

    def value(self, node: ast.expr) -> Value:
        """What an expression is worth under what is known."""
        if self.facts and isinstance(node, (ast.Attribute, ast.Subscript)) and ast.unparse(node) in self.facts:
            return Known(self.facts[ast.unparse(node)])
        match node:
            case ast.Constant():
                return Known(node.value)
            case ast.Name():
                return self.scope.find(node.id)
            case ast.Attribute():
                return self._attribute(self.value(node.value), node.attr)
            case ast.Call():
                return self._call(node)
            case ast.Yield() | ast.YieldFrom() if node.value is not None:
                return self.value(node.value)
            case ast.Lambda():
                return Closure(node, self.scope)
            case ast.Tuple() | ast.List():
                return self._sequence(node)
            case ast.IfExp():
                return self._choice(node)
            case ast.BoolOp():
                return self._logic(node)
            case ast.ListComp() | ast.GeneratorExp() | ast.DictComp():
                return self._comprehension(node)
            case ast.Subscript():
                return self._subscript(node)
            case ast.Dict():
                return self._dict(node)
            case ast.BinOp() | ast.UnaryOp() | ast.Compare():
                return self._operation(node)
            case ast.JoinedStr():
                return self._text(node)
            case _:
                raise Unwritable(ast.unparse(node))

    def _sequence(self, node: ast.Tuple | ast.List) -> Value:
        members = self._arguments(node.elts)
        if all(isinstance(part, Known) for part in members):
            parts = [part.value for part in members if isinstance(part, Known)]
            return Known(tuple(parts) if isinstance(node, ast.Tuple) else parts)
        if isinstance(node, ast.List):
            return ast.List([self.lifted(part) for part in members], ast.Load())
        return Bundle(members)

    def test(self, node: ast.expr) -> Value:
        """A condition; whether there are any data at all does not change while a program runs."""
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "len":
            counted = self.value(node.args[0])
            if isinstance(counted, Known):
                return Known(len(counted.value))
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            found = self.test(node.operand)
            return Known(not found.value) if isinstance(found, Known) else self.value(node)
        return self.value(node)

    def _choice(self, node: ast.IfExp) -> Value:
        test = self.test(node.test)
        if isinstance(test, Known):
            return self.value(node.body if test.value else node.orelse)
        blocks: list[list[ast.stmt]] = [[], []]
        values = []
        for block, part in zip(blocks, (node.body, node.orelse), strict=True):
            with self.into(block):
                values.append(self.lifted(self.value(part)))
        if not any(blocks):
            return ast.IfExp(self.lifted(test), *values)
        chosen = self.fresh("value")
        for block, value in zip(blocks, values, strict=True):
            block.append(assignment(chosen, value))
        self.emit(ast.If(self.lifted(test), *blocks))
        return name_node(chosen)

    def _silent(self, node: ast.expr) -> Value:
        """The value of what may never happen, or happen often: it must not write statements that always happen."""
        written: list[ast.stmt] = []
        before, self.is_silent = self.is_silent, True
        with self.into(written):
            value = self.value(node)
        self.is_silent = before
        if written:
            raise Unwritable(ast.unparse(node))
        return value

    def _logic(self, node: ast.BoolOp) -> Value:
        is_and = isinstance(node.op, ast.And)
        left: list[ast.expr] = []
        for part in node.values:
            value = self._silent(part) if left else self.value(part)
            if isinstance(value, Known) and self.named(value.value) is None:
                if bool(value.value) != is_and:
                    return value if not left else ast.BoolOp(node.op, [*left, self.lifted(value)])
                last: Value = value
                continue
            left.append(self.lifted(value))
            last = value
        if not left:
            return last
        return left[0] if len(left) == 1 else ast.BoolOp(node.op, left)

    def _subscript(self, node: ast.Subscript) -> Value:
        base = self.value(node.value)
        members = self.members(base)
        index = None if isinstance(node.slice, (ast.Slice, ast.Tuple)) else self.value(node.slice)
        if isinstance(index, Known) and isinstance(base, Known) and self._is_open(base.value):
            return Known(base.value[index.value])
        if isinstance(index, Known) and members is not None and isinstance(index.value, int):
            return members[index.value]
        if isinstance(base, Known) and isinstance(node.slice, ast.Slice) and is_plain(base.value):
            cuts = (node.slice.lower, node.slice.upper, node.slice.step)
            bounds = [None if part is None else self.value(part) for part in cuts]
            if all(part is None or isinstance(part, Known) for part in bounds):
                return Known(base.value[slice(*(part.value if isinstance(part, Known) else None for part in bounds))])
        return ast.Subscript(self.lifted(base), self.index(node.slice), ast.Load())

    def _is_open(self, thing: Any) -> bool:
        """Whether what is inside it is known now."""
        return self.named(thing) is None and isinstance(thing, (dict, list, tuple, str, Mapping))

    def index(self, node: ast.expr) -> ast.expr:
        match node:
            case ast.Slice():
                parts = (node.lower, node.upper, node.step)
                return ast.Slice(*(None if part is None else self.lifted(self.value(part)) for part in parts))
            case ast.Tuple():
                return ast.Tuple([self.index(part) for part in node.elts], ast.Load())
            case _:
                value = self.value(node)
                if isinstance(value, Known) and isinstance(value.value, slice):
                    bounds = (value.value.start, value.value.stop, value.value.step)
                    return ast.Slice(*(None if bound is None else literal(bound) for bound in bounds))
                return self.lifted(value)

    def _operation(self, node: ast.BinOp | ast.UnaryOp | ast.Compare) -> Value:
        parts: list[ast.expr]
        kind: ast.operator | ast.unaryop | ast.cmpop
        match node:
            case ast.BinOp():
                parts, kind = [node.left, node.right], node.op
            case ast.UnaryOp():
                parts, kind = [node.operand], node.op
            case _:
                parts, kind = [node.left, *node.comparators], node.ops[0]
        values = self._arguments(parts)
        numbers = [value.value for value in values if isinstance(value, Known) and self._is_foldable(value.value, kind)]
        if len(numbers) == len(values):
            found = OPERATORS[type(kind)](*numbers) if len(parts) < 3 else self._chain(node, numbers)
            if not isinstance(found, float) or (len(repr(found)) <= LONGEST_NUMBER and math.pi not in numbers):
                return Known(found)
        if isinstance(kind, (ast.Is, ast.IsNot)) and self._is_value(values[0]) and _is_none(values[1]):
            return Known(isinstance(kind, ast.IsNot))
        lifted = [self.lifted(value) for value in values]
        match node:
            case ast.BinOp():
                return ast.BinOp(lifted[0], node.op, lifted[1])
            case ast.UnaryOp():
                return ast.UnaryOp(node.op, lifted[0])
            case _:
                return ast.Compare(lifted[0], node.ops, lifted[1:])

    def _is_value(self, value: Value) -> bool:
        """Whether it is a variable that was given once, and by an expression: if it were None, that would be known."""
        return isinstance(value, ast.Name) and not any(
            isinstance(found := scope.values.get(name), ast.Name) and found.id == value.id
            for scope in self._scopes
            for name in scope.forced
        )

    @staticmethod
    def _chain(node: ast.expr, numbers: list[Any]) -> bool:
        """A comparison of several, such as a == b == 1."""
        assert isinstance(node, ast.Compare)
        pairs = zip(node.ops, numbers[:-1], numbers[1:], strict=True)
        return all(OPERATORS[type(kind)](left, right) for kind, left, right in pairs)

    def _is_foldable(self, thing: Any, kind: ast.AST) -> bool:
        if isinstance(kind, (ast.Is, ast.IsNot)):
            return True
        return self.named(thing) is None and not isinstance(thing, Tensor)

    def _text(self, node: ast.JoinedStr) -> Value:
        parts = []
        for part in node.values:
            if isinstance(part, ast.Constant):
                parts.append(str(part.value))
            elif isinstance(part, ast.FormattedValue) and isinstance(value := self.value(part.value), Known):
                parts.append(str(value.value))
            else:
                raise Unwritable(ast.unparse(node))
        return Known("".join(parts))


def _is_none(value: Value) -> bool:
    return isinstance(value, Known) and value.value is None
