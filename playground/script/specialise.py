"""Writes what a function does under settings that are known: constants folded, branches chosen, calls unfolded."""

from __future__ import annotations

import ast
import builtins
import inspect
import math
import operator
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from types import FunctionType, MethodType
from typing import Any

import torch
from torch import Tensor

from playground.script.source import function_node, shape_comment
from playground.script.values import (
    PURE,
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
LONGEST_NUMBER = 8  # characters of a worked-out number; a longer one is easier to read as the product that it is
LONGEST_UNROLLED = 1  # rounds of a counted loop that are written out
COMMENT, SHAPE = "§c ", "§s "  # statements that become comments when the program is laid out
OPERATORS: dict[type[ast.AST], Callable[..., Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv, ast.Mod: operator.mod, ast.Pow: operator.pow, ast.BitOr: operator.or_,
    ast.USub: operator.neg, ast.Not: operator.not_, ast.Invert: operator.invert, ast.Eq: operator.eq,
    ast.NotEq: operator.ne, ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge,
    ast.Is: operator.is_, ast.IsNot: operator.is_not, ast.In: lambda a, b: a in b, ast.NotIn: lambda a, b: a not in b,
}  # fmt: skip


@dataclass
class Scope:
    """The local names of one function that is being written."""

    function: FunctionType
    values: dict[str, Value] = field(default_factory=dict)
    outer: Scope | None = None
    forced: set[str] = field(default_factory=set)  # names that a loop or a branch changes: they must be variables

    def find(self, name: str) -> Value:
        scope: Scope | None = self
        while scope is not None:
            if name in scope.values:
                return scope.values[name]
            scope = scope.outer
        room = self.function.__globals__
        if name in room:
            return Known(room[name])
        if hasattr(builtins, name):
            return Known(getattr(builtins, name))
        raise Unwritable(name)


class Specialiser:
    """One program in the making.

    `names`: live objects that the program has in a variable; what is inside them, only the running program knows.
    `variables`: attributes of other live objects that are variables of the program. An assignment to any other
    attribute is bookkeeping of the page and is left out, as are calls of the functions in `left_out`.
    """

    def __init__(self, stage_words: Mapping[str, str]) -> None:
        self.body: list[ast.stmt] = []
        self.definitions: list[ast.stmt] = []
        self.left_out: set[Any] = set()
        self.watched: tuple[Any, str] = (None, "")  # an attribute whose newest value is wanted in `seen`
        self.seen: Value | None = None
        self.kept_whole: dict[Any, str] = {}  # functions that stand in the program under a name of their own
        self._stage_words = stage_words
        self._names: dict[int, tuple[str, Any]] = {}
        self._variables: dict[tuple[int, str], str] = {}
        self._holders: list[Any] = []
        self.taken: set[str] = set()
        self.facts: dict[str, Any] = {}  # expressions of our sources that are known although no setting says them
        self._stage_began: tuple[list[ast.stmt], int] = (self.body, 0)
        self._scopes: list[Scope] = []

    # What exists in the program

    def name(self, thing: Any, name: str) -> None:
        """From here on the program has this object in a variable."""
        self._names[id(thing)] = (name, thing)
        self.taken.add(name)

    def variable(self, holder: Any, attribute: str, name: str = "") -> None:
        """From here on an attribute of a live object is a variable of the program."""
        self._variables[id(holder), attribute] = name or attribute
        self._holders.append(holder)
        self.taken.add(name or attribute)

    def named(self, thing: Any) -> str | None:
        found = self._names.get(id(thing))
        return found[0] if found and found[1] is thing else None

    def emit(self, statement: ast.stmt) -> None:
        self.body.append(statement)

    @contextmanager
    def into(self, body: list[ast.stmt]) -> Iterator[None]:
        """Write into another block for a while."""
        before, self.body = self.body, body
        try:
            yield
        finally:
            self.body = before

    # Calls

    def call(self, function: Any, *args: Value, **keywords: Value) -> Value:
        """Write what a function of ours does where it is called; returns what it is worth."""
        bound = list(args)
        if isinstance(function, MethodType):
            bound.insert(0, Known(function.__self__))
            function = function.__func__
        function = inspect.unwrap(function)
        node = function_node(function)
        scope = Scope(function, self._bind(function, node.args, bound, keywords, node))
        if isinstance(node, ast.Lambda):
            with self._inside(scope):
                return self.value(node.body)
        if any("no_grad" in ast.unparse(decorator) for decorator in node.decorator_list):
            return self._within(expression("torch.no_grad()"), lambda: self._run(node, scope))
        return self._run(node, scope)

    def _run(self, node: ast.FunctionDef, scope: Scope) -> Value:
        with self._inside(scope):
            returned = self.block(node.body)
        return Known(None) if returned is None else returned

    @contextmanager
    def _inside(self, scope: Scope) -> Iterator[None]:
        self._scopes.append(scope)
        try:
            yield
        finally:
            self._scopes.pop()

    @property
    def _scope(self) -> Scope:
        return self._scopes[-1]

    def _bind(
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
            if isinstance(value, ast.expr) and uses > 1 and not _is_short(value):
                values[name] = self._stored(name, value)
        return values

    def _stored(self, name: str, value: ast.expr) -> ast.Name:
        fresh = self.fresh(name)
        self.emit(_assignment(fresh, value))
        return _name(fresh)

    def fresh(self, name: str) -> str:
        """A name that the program does not use yet."""
        name = name.strip("_") or "value"
        candidate, number = name, 2
        while candidate in self.taken:
            candidate, number = f"{name}_{number}", number + 1
        self.taken.add(candidate)
        return candidate

    # Statements

    def block(self, statements: Sequence[ast.stmt]) -> Value | None:
        """Write statements; returns what is returned, None where they run to their end."""
        for statement in statements:
            before = len(self.body)
            returned = self._statement(statement)
            if len(self.body) > before:
                self._note_shape(statement)
            if returned is not None:
                return returned
        return None

    def _note_shape(self, statement: ast.stmt) -> None:
        simple = (ast.Assign, ast.AugAssign)
        if isinstance(statement, simple) and isinstance(self.body[-1], simple):
            shape = shape_comment(self._scope.function, statement)
            if shape:
                self.emit(ast.Expr(ast.Constant(SHAPE + re.sub(r"[a-z_]+", self._counted, shape))))

    def _counted(self, word: re.Match[str]) -> str:
        """A name in a comment, or the number that it stands for."""
        value = self._scope.values.get(word.group())
        return str(value.value) if isinstance(value, Known) and isinstance(value.value, int) else word.group()

    def _statement(self, node: ast.stmt) -> Value | None:
        match node:
            case ast.Return():
                return Known(None) if node.value is None else self.value(node.value)
            case ast.Assign():
                value = self.value(node.value)
                for target in node.targets:
                    self._assign(target, value)
            case ast.AnnAssign(value=ast.expr() as given):
                self._assign(node.target, self.value(given))
            case ast.AugAssign():
                self._augment(node)
            case ast.If():
                return self._if(node)
            case ast.For():
                return self._for(node)
            case ast.With():
                return self._with(node)
            case ast.Match():
                return self._match(node)
            case ast.Expr():
                self._expression(node.value)
            case ast.Pass() | ast.Assert() | ast.AnnAssign():
                return None
            case _:
                raise Unwritable(ast.unparse(node))
        return None

    def _expression(self, node: ast.expr) -> None:
        if isinstance(node, ast.Constant):
            return
        if isinstance(node, ast.Yield):
            stage = node.value.value if isinstance(node.value, ast.Constant) else ""
            self._end_stage(str(stage))
            return
        value = self.value(node)
        if isinstance(value, ast.expr) and not isinstance(value, (ast.Name, ast.Constant)):
            self.emit(ast.Expr(value))

    def _end_stage(self, stage: str) -> None:
        """Write the stage's comment above what it did."""
        body, place = self._stage_began
        if body is not self.body:
            place = 0
        if word := self._stage_words.get(stage):
            self.body.insert(place, ast.Expr(ast.Constant(COMMENT + word)))
        self.begin_stage()

    def begin_stage(self) -> None:
        """What is written from here on belongs to the next stage."""
        self._stage_began = self.body, len(self.body)

    def _assign(self, target: ast.expr, value: Value) -> None:
        match target:
            case ast.Name():
                self._assign_name(target.id, value)
            case ast.Tuple() | ast.List():
                self._unpack(target.elts, value)
            case ast.Attribute():
                self._assign_attribute(target, value)
            case ast.Subscript() if (record := self._record(target.value)) is not None:
                key = self.value(target.slice)
                assert isinstance(key, Known)
                record.entries[key.value] = value
            case ast.Subscript():
                place = self.lifted(self.value(target.value))
                self.emit(_assign(ast.Subscript(place, self._index(target.slice), ast.Store()), self.lifted(value)))
            case _:
                raise Unwritable(ast.unparse(target))

    def _record(self, node: ast.expr) -> Record | None:
        """The dictionary behind a local name, which may still be empty."""
        found = self._scope.values.get(node.id) if isinstance(node, ast.Name) else None
        if isinstance(found, Known) and isinstance(found.value, dict):
            assert isinstance(node, ast.Name)
            found = Record({key: Known(value) for key, value in found.value.items()})
            self._scope.values[node.id] = found
        return found if isinstance(found, Record) else None

    def _unpack(self, targets: Sequence[ast.expr], value: Value) -> None:
        members = self._members(value)
        if members is not None:
            for target, member in zip(targets, members, strict=True):
                self._assign(target, member)
            return
        fresh = [ast.Name(self._emitted(part.id), ast.Store()) for part in targets if isinstance(part, ast.Name)]
        if len(fresh) < len(targets):
            raise Unwritable(ast.unparse(ast.Tuple(list(targets), ast.Load())))
        self.emit(_assign(ast.Tuple(list(fresh), ast.Store()), self.lifted(value)))
        for part, name in zip(targets, fresh, strict=True):
            assert isinstance(part, ast.Name)
            self._scope.values[part.id] = _name(name.id)

    def _assign_name(self, name: str, value: Value) -> None:
        scope = self._scope
        is_bound = isinstance(value, (Known, Record, Closure, ast.Name, ast.Constant))
        if isinstance(value, Bundle):
            many = sum(not isinstance(part, (Known, ast.Name)) for part in value.members) > 1
            labels = value.labels or [str(place) for place in range(1, len(value.members) + 1)]
            names = [f"{name}_{label}" if many else name for label in labels]
            value = Bundle(
                [
                    part if isinstance(part, (Known, Bundle, Closure, ast.Name)) else self._stored(own, part)
                    for own, part in zip(names, value.members, strict=True)
                ],
                value.labels,
            )
            is_bound = True
        if is_bound and name not in scope.forced:
            scope.values[name] = value
            return
        lifted = self.lifted(value)
        emitted = self._emitted(name)
        if not (isinstance(lifted, ast.Name) and lifted.id == emitted):
            self.emit(_assignment(emitted, lifted))
        scope.values[name] = _name(emitted)

    def _emitted(self, name: str) -> str:
        """The variable that a local name is written to: its own one, as long as nobody else sees that."""
        scope = self._scope
        own = scope.values.get(name)
        if isinstance(own, ast.Name) and (name in scope.forced or not self._is_shared(own.id, name)):
            return own.id
        return self.fresh(name)

    def _is_shared(self, emitted: str, local: str) -> bool:
        """Whether another local name, or an object of the program, stands for the same variable."""
        if any(name == emitted for name, _ in self._names.values()) or emitted in self._variables.values():
            return True
        return any(
            isinstance(value, ast.Name) and value.id == emitted and not (scope is self._scope and name == local)
            for scope in self._scopes
            for name, value in scope.values.items()
        )

    def _assign_attribute(self, target: ast.Attribute, value: Value) -> None:
        holder = self.value(target.value)
        if isinstance(holder, Known):
            if holder.value is self.watched[0] and target.attr == self.watched[1]:
                self.seen = value
                return
            variable = self._variables.get((id(holder.value), target.attr))
            if variable:
                lifted = self.lifted(value)
                if not (isinstance(lifted, ast.Name) and lifted.id == variable):
                    self.emit(_assignment(variable, lifted))
                return
            if self.named(holder.value) is None:
                return  # bookkeeping of the page
        place = ast.Attribute(self.lifted(holder), target.attr, ast.Store())
        self.emit(_assign(place, self.lifted(value)))

    def _augment(self, node: ast.AugAssign) -> None:
        given, target = self.value(node.value), node.target
        if isinstance(target, ast.Name):
            now = self._scope.find(target.id)
            if isinstance(now, Known) and isinstance(given, Known) and target.id not in self._scope.forced:
                self._scope.values[target.id] = Known(OPERATORS[type(node.op)](now.value, given.value))
                return
            emitted = self._emitted(target.id)
            if isinstance(now, ast.Name) and now.id == emitted:
                self.emit(ast.AugAssign(ast.Name(emitted, ast.Store()), node.op, self.lifted(given)))
            else:
                self.emit(_assignment(emitted, ast.BinOp(self.lifted(now), node.op, self.lifted(given))))
            self._scope.values[target.id] = _name(emitted)
            return
        if isinstance(target, ast.Attribute):
            holder = self.value(target.value)
            if isinstance(holder, Known):
                variable = self._variables.get((id(holder.value), target.attr))
                if variable:
                    self.emit(ast.AugAssign(ast.Name(variable, ast.Store()), node.op, self.lifted(given)))
                    return
                if self.named(holder.value) is None:
                    return
            place: ast.Attribute | ast.Subscript = ast.Attribute(self.lifted(holder), target.attr, ast.Store())
        else:
            place = ast.Subscript(self.lifted(self.value(target.value)), self._index(target.slice), ast.Store())
        self.emit(ast.AugAssign(place, node.op, self.lifted(given)))

    def _if(self, node: ast.If) -> Value | None:
        test = self._test(node.test)
        if isinstance(test, Known) and self.named(test.value) is None:
            return self.block(node.body if test.value else node.orelse)
        self._make_variables([*node.body, *node.orelse])
        body: list[ast.stmt] = []
        other: list[ast.stmt] = []
        for statements, into in ((node.body, body), (node.orelse, other)):
            with self.into(into):
                if self.block(statements) is not None:
                    raise Unwritable(f"return: {ast.unparse(node.test)}")
        if body or other:
            condition = self.lifted(test)
            if not body:
                body, other, condition = other, [], ast.UnaryOp(ast.Not(), condition)
            self.emit(ast.If(condition, body, other))
        return None

    def _make_variables(self, statements: Sequence[ast.stmt]) -> None:
        """What a loop or a branch assigns must be a variable from here on."""
        scope = self._scope
        assigned = {
            part.id
            for statement in statements
            for part in ast.walk(statement)
            if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)
        }
        for name in sorted(assigned):
            value = scope.values.get(name)
            if isinstance(value, (Known, ast.expr)) and not (
                isinstance(value, ast.Name) and not self._is_shared(value.id, name)
            ):
                fresh = self.fresh(name)
                self.emit(_assignment(fresh, self.lifted(value)))
                scope.values[name] = _name(fresh)
        scope.forced |= assigned

    def _for(self, node: ast.For) -> Value | None:
        if optimizer := self._forgets(node):
            self.emit(ast.Expr(expression(f"{optimizer}.zero_grad()")))
            return None
        items = self.value(node.iter)
        members = self._members(items)
        if members is not None and not self._is_counted(items):
            for member in members:
                self._assign(node.target, member)
                if (returned := self.block(node.body)) is not None:
                    return returned
            return None
        self._make_variables([node])
        iterated = self.lifted(items)
        target = self._declare(node.target)
        body: list[ast.stmt] = []
        with self.into(body):
            if self.block(node.body) is not None:
                raise Unwritable(f"return: {ast.unparse(node.iter)}")
        self.emit(ast.For(target, iterated, body or [ast.Pass()], []))
        return None

    def _is_counted(self, items: Value) -> bool:
        """Whether a loop over it stays a loop: numbers or words, and more than one or two."""
        return isinstance(items, Known) and is_plain(list(items.value)) and len(items.value) > LONGEST_UNROLLED

    def _declare(self, target: ast.expr) -> ast.expr:
        """Loop variables: names that only the running program fills."""
        if isinstance(target, (ast.Tuple, ast.List)):
            return ast.Tuple([self._declare(part) for part in target.elts], ast.Store())
        assert isinstance(target, ast.Name)
        emitted = "_" if target.id == "_" else self.fresh(target.id)
        self._scope.values[target.id] = _name(emitted)
        return ast.Name(emitted, ast.Store())

    def _forgets(self, node: ast.For) -> str | None:
        """The optimizer whose parameters lose their gradients in this loop: there zero_grad is written out."""
        only = node.body[0]
        if len(node.body) > 1 or not isinstance(only, ast.Assign) or ast.unparse(only.targets[0])[-5:] != ".grad":
            return None
        parameters = self.value(node.iter)
        if not isinstance(parameters, Known):
            return None
        cleared = {id(parameter) for parameter in parameters.value}
        for name, thing in self._names.values():
            if isinstance(thing, torch.optim.Optimizer):
                held = {id(parameter) for group in thing.param_groups for parameter in group["params"]}
                if held == cleared:
                    return name
        raise Unwritable("zero_grad")

    def _with(self, node: ast.With) -> Value | None:
        (item,) = node.items
        context = self.value(item.context_expr)
        if isinstance(context, Known) and isinstance(context.value, nullcontext):
            return self.block(node.body)
        lifted = self.lifted(context)
        returned: list[Value | None] = []
        self._within(lifted, lambda: returned.append(self.block(node.body)))
        return returned[0]

    def _within(self, context: ast.expr, write: Callable[[], Any]) -> Any:
        body: list[ast.stmt] = []
        with self.into(body):
            result = write()
            if isinstance(result, ast.expr) and not isinstance(result, (ast.Name, ast.Constant)):
                result = self._stored("result", result)
        if body:
            self.emit(ast.With([ast.withitem(context)], body))
        return result

    def _match(self, node: ast.Match) -> Value | None:
        subject = self.value(node.subject)
        if not isinstance(subject, Known):
            raise Unwritable(ast.unparse(node.subject))
        for case in node.cases:
            if self._fits(case.pattern, subject):
                return self.block(case.body)
        return None

    def _fits(self, pattern: ast.pattern, subject: Known) -> bool:
        match pattern:
            case ast.MatchValue():
                value = self.value(pattern.value)
                return isinstance(value, Known) and bool(value.value == subject.value)
            case ast.MatchOr():
                return any(self._fits(part, subject) for part in pattern.patterns)
            case ast.MatchAs(pattern=None):
                if pattern.name:
                    self._scope.values[pattern.name] = subject
                return True
            case _:
                raise Unwritable(ast.dump(pattern))

    # Expressions

    def value(self, node: ast.expr) -> Value:
        """What an expression is worth under what is known."""
        match node:
            case ast.Constant():
                return Known(node.value)
            case ast.Name():
                return self._scope.find(node.id)
            case ast.Attribute():
                return self._attribute(self.value(node.value), node.attr)
            case ast.Call():
                return self._call(node)
            case ast.Yield() | ast.YieldFrom() if node.value is not None:
                return self.value(node.value)
            case ast.Lambda():
                return Closure(node, self._scope)
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
            return expression(repr(thing))
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
        scope.values |= {name: _name(name) for name in names}
        with self._inside(scope):
            return ast.Lambda(closure.node.args, self.lifted(self.value(closure.node.body)))

    def _attribute(self, base: Value, attribute: str) -> Value:
        if not isinstance(base, Known):
            return ast.Attribute(self.lifted(base), attribute, ast.Load())
        thing = base.value
        if variable := self._variables.get((id(thing), attribute)):
            return _name(variable)
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

    def _members(self, value: Value) -> Sequence[Value] | None:
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
            members = self._members(spread)
            if members is None:
                args.append(ast.Starred(self.lifted(spread), ast.Load()))
            else:
                args.extend(members)
        return args

    def apply(self, function: Value, args: Sequence[Value], keywords: Mapping[str, Value]) -> Value:
        """What a call is worth; calls of our own functions are written out."""
        if isinstance(function, Closure):
            scope = Scope(function.scope.function, {}, function.scope)
            scope.values = self._bind(None, function.node.args, args, keywords, function.node)
            with self._inside(scope):
                return self.value(function.node.body)
        if isinstance(function, Known):
            thing = function.value
            plain = inspect.unwrap(thing.__func__ if isinstance(thing, MethodType) else thing)
            if plain in self.left_out if _hashable(plain) else False:
                return Known(None)
            if _hashable(plain) and plain in self.kept_whole:
                return self._residual(expression(self.kept_whole[plain]), args, keywords)
            special = self._special(thing, args, keywords)
            if special is not None:
                return special
            if isinstance(plain, FunctionType) and (plain.__module__ or "").startswith(HOME):
                return self.call(thing, *args, **keywords)
            if self.named(thing) is None and type(thing).__module__.startswith(HOME) and not isinstance(thing, type):
                return self.call(type(thing).__call__, function, *args, **keywords)
        elif isinstance(function, ast.Attribute) and function.attr == "to" and args and _is_cpu(args[0]):
            return function.value
        return self._residual(self.lifted(function), args, keywords)

    def _residual(self, function: ast.expr, args: Sequence[Value], keywords: Mapping[str, Value]) -> ast.expr:
        return ast.Call(
            function,
            [self.lifted(part) for part in args],
            [ast.keyword(name, self.lifted(part)) for name, part in keywords.items() if not _is_on_cpu(name, part)],
        )

    def _special(self, thing: Any, args: Sequence[Value], keywords: Mapping[str, Value]) -> Value | None:
        """Calls that are worked out now."""
        if thing is next and isinstance(args[0], Known) and self.named(args[0].value) is None:
            return self.call(type(args[0].value).__next__, args[0])
        if thing is zip and any(isinstance(part, Bundle) for part in args):
            columns = [self._members(part) for part in args]
            if all(column is not None for column in columns):
                return Bundle([Bundle(list(row)) for row in zip(*columns, strict=True)])  # type: ignore[arg-type]
        if thing is len and isinstance(args[0], Bundle):
            return Known(len(args[0].members))
        if thing is len and isinstance(args[0], Known) and self.named(args[0].value):
            return self._residual(expression("len"), args, {})
        holder = getattr(thing, "__self__", None)
        if getattr(thing, "__name__", "") == "to" and isinstance(holder, Tensor) and args and _is_cpu(args[0]):
            return Known(holder)
        if not all(isinstance(part, Known) for part in (*args, *keywords.values())):
            return None
        is_method = holder is not None and not inspect.ismodule(holder) and is_plain(holder)
        if not (thing in PURE if _hashable(thing) else False) and not is_method:
            return None
        found = thing(*(part.value for part in args), **{name: part.value for name, part in keywords.items()})  # type: ignore[union-attr]
        return Known(list(found) if isinstance(found, (zip, enumerate, reversed)) else found)

    def _sequence(self, node: ast.Tuple | ast.List) -> Value:
        members = self._arguments(node.elts)
        if all(isinstance(part, Known) for part in members):
            parts = [part.value for part in members if isinstance(part, Known)]
            return Known(tuple(parts) if isinstance(node, ast.Tuple) else parts)
        if isinstance(node, ast.List):
            return ast.List([self.lifted(part) for part in members], ast.Load())
        return Bundle(members)

    def _test(self, node: ast.expr) -> Value:
        """A condition; whether there are any data at all does not change while a program runs."""
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "len":
            counted = self.value(node.args[0])
            if isinstance(counted, Known):
                return Known(len(counted.value))
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            found = self._test(node.operand)
            return Known(not found.value) if isinstance(found, Known) else self.value(node)
        return self.value(node)

    def _choice(self, node: ast.IfExp) -> Value:
        test = self._test(node.test)
        if isinstance(test, Known):
            return self.value(node.body if test.value else node.orelse)
        return ast.IfExp(self.lifted(test), self.lifted(self.value(node.body)), self.lifted(self.value(node.orelse)))

    def _logic(self, node: ast.BoolOp) -> Value:
        is_and, left = isinstance(node.op, ast.And), []
        for part in node.values:
            value = self.value(part)
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

    def _comprehension(self, node: ast.ListComp | ast.GeneratorExp | ast.DictComp) -> Value:
        (generator,) = node.generators
        items = self.value(generator.iter)
        members = self._members(items)
        if isinstance(items, Known) and members is None and not isinstance(items.value, Tensor):
            members = [Known(part) for part in items.value] if self.named(items.value) is None else None
        if members is None:
            return self._residual_comprehension(node, generator, items)
        found: list[tuple[Value, Value]] = []
        scope = Scope(self._scope.function, {}, self._scope)
        with self._inside(scope):
            for member in members:
                self._assign(generator.target, member)
                tests = [self.value(test) for test in generator.ifs]
                if any(not isinstance(test, Known) for test in tests):
                    return self._residual_comprehension(node, generator, items)
                if all(test.value for test in tests if isinstance(test, Known)):
                    if isinstance(node, ast.DictComp):
                        found.append((self.value(node.key), self.value(node.value)))
                    else:
                        found.append((Known(None), self.value(node.elt)))
        if all(isinstance(part, Known) for pair in found for part in pair):
            pairs = [(key.value, value.value) for key, value in found]  # type: ignore[union-attr]
            return Known(dict(pairs) if isinstance(node, ast.DictComp) else [value for _, value in pairs])
        if isinstance(node, ast.DictComp):
            return Record({key.value: value for key, value in found if isinstance(key, Known)})
        labels = [_label(member) for member in members]
        return Bundle([value for _, value in found], labels if len(labels) == len(found) and all(labels) else ())

    def _residual_comprehension(self, node: Any, generator: ast.comprehension, items: Value) -> ast.expr:
        iterated = self.lifted(items)
        scope = Scope(self._scope.function, {}, self._scope)
        with self._inside(scope):
            for part in ast.walk(generator.target):
                if isinstance(part, ast.Name):
                    scope.values[part.id] = _name(part.id)
            tests = [self.lifted(self.value(test)) for test in generator.ifs]
            only = ast.comprehension(generator.target, iterated, tests, 0)
            if isinstance(node, ast.DictComp):
                return ast.DictComp(self.lifted(self.value(node.key)), self.lifted(self.value(node.value)), [only])
            return type(node)(self.lifted(self.value(node.elt)), [only])  # type: ignore[no-any-return]

    def _subscript(self, node: ast.Subscript) -> Value:
        if (fact := self.facts.get(ast.unparse(node))) is not None:
            return Known(fact)
        base = self.value(node.value)
        members = self._members(base)
        index = None if isinstance(node.slice, (ast.Slice, ast.Tuple)) else self.value(node.slice)
        if isinstance(index, Known) and isinstance(base, Known) and self._is_open(base.value):
            return Known(base.value[index.value])
        if isinstance(index, Known) and members is not None and isinstance(index.value, int):
            return members[index.value]
        if isinstance(base, Known) and isinstance(node.slice, ast.Slice) and is_plain(base.value):
            bounds = [None if part is None else self.value(part) for part in (node.slice.lower, node.slice.upper)]
            if all(part is None or isinstance(part, Known) for part in bounds):
                low, high = (part.value if isinstance(part, Known) else None for part in bounds)
                return Known(base.value[low:high])
        return ast.Subscript(self.lifted(base), self._index(node.slice), ast.Load())

    def _is_open(self, thing: Any) -> bool:
        """Whether what is inside it is known now."""
        return self.named(thing) is None and isinstance(thing, (dict, list, tuple, str, Mapping))

    def _index(self, node: ast.expr) -> ast.expr:
        match node:
            case ast.Slice():
                parts = (node.lower, node.upper, node.step)
                return ast.Slice(*(None if part is None else self.lifted(self.value(part)) for part in parts))
            case ast.Tuple():
                return ast.Tuple([self._index(part) for part in node.elts], ast.Load())
            case _:
                return self.lifted(self.value(node))

    def _dict(self, node: ast.Dict) -> Value:
        entries: dict[Any, Value] = {}
        for key, part in zip(node.keys, node.values, strict=True):
            value = self.value(part)
            if key is None:
                entries |= self._spread(value)
                continue
            known = self.value(key)
            if not isinstance(known, Known):
                raise Unwritable(ast.unparse(node))
            entries[known.value] = value
        if all(isinstance(part, Known) for part in entries.values()):
            return Known({key: part.value for key, part in entries.items() if isinstance(part, Known)})
        return Record(entries)

    def _spread(self, value: Value) -> dict[Any, Value]:
        if isinstance(value, Record):
            return value.entries
        if isinstance(value, Known) and isinstance(value.value, dict):
            return {key: Known(part) for key, part in value.value.items()}
        raise Unwritable("**")

    def _operation(self, node: ast.BinOp | ast.UnaryOp | ast.Compare) -> Value:
        parts: list[ast.expr]
        match node:
            case ast.BinOp():
                parts, kind = [node.left, node.right], node.op
            case ast.UnaryOp():
                parts, kind = [node.operand], node.op
            case _:
                parts, kind = [node.left, *node.comparators], node.ops[0]
        values = [self.value(part) for part in parts]
        numbers = [value.value for value in values if isinstance(value, Known) and self._is_foldable(value.value, kind)]
        if len(numbers) == len(values) == len(parts) and len(parts) < 3:
            found = OPERATORS[type(kind)](*numbers)
            if not isinstance(found, float) or (len(repr(found)) <= LONGEST_NUMBER and math.pi not in numbers):
                return Known(found)
        lifted = [self.lifted(value) for value in values]
        match node:
            case ast.BinOp():
                return ast.BinOp(lifted[0], node.op, lifted[1])
            case ast.UnaryOp():
                return ast.UnaryOp(node.op, lifted[0])
            case _:
                return ast.Compare(lifted[0], node.ops, lifted[1:])

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


def _label(member: Value) -> str:
    """What tells a member apart: the name that it bears itself."""
    if isinstance(member, Bundle):
        return _label(member.members[0])
    name = getattr(member.value, "name", "") if isinstance(member, Known) else ""
    return name if isinstance(name, str) and name.isidentifier() else ""


def _is_short(node: ast.expr) -> bool:
    """Whether it may stand in several places: a name, a number, the parameters of a net."""
    return isinstance(node, (ast.Name, ast.Constant)) or ast.unparse(node).endswith(".parameters()")


def _hashable(thing: Any) -> bool:
    try:
        hash(thing)
    except TypeError:
        return False
    return True


def _is_cpu(value: Any) -> bool:
    return isinstance(value, Known) and isinstance(value.value, torch.device) and value.value.type == "cpu"


def _is_on_cpu(keyword: str, value: Value) -> bool:
    """Whether an argument only says that something shall be on the CPU, where it is without it."""
    return _is_cpu(value) or (keyword == "device" and isinstance(value, ast.Attribute) and value.attr == "device")


def _name(name: str) -> ast.Name:
    return ast.Name(name, ast.Load())


def _assign(target: ast.expr, value: ast.expr) -> ast.Assign:
    return ast.Assign([target], value)


def _assignment(name: str, value: ast.expr) -> ast.Assign:
    return _assign(ast.Name(name, ast.Store()), value)
