"""Writes what a function does under settings that are known: constants folded, branches chosen, calls unfolded."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Sequence
from contextlib import nullcontext, suppress
from typing import Any

import torch
from torch import nn

from playground.script.expressions import OPERATORS, Expressions
from playground.script.nodes import (
    COMMENT,
    SHAPE,
    assign_node,
    assignment,
    changes,
    is_random,
    name_node,
    renamed_in,
)
from playground.script.source import shape_comment
from playground.script.values import Bundle, Closure, Known, Record, Unwritable, Value, expression, is_plain

ABOVE = ("gymnasium",)  # what the program imports at its top
LONGEST_UNROLLED = 1  # rounds of a counted loop that are written out


class Specialiser(Expressions):
    """Statements, and with them whole functions."""

    def block(self, statements: Sequence[ast.stmt]) -> Value | None:
        """Write statements; returns what is returned, None where they run to their end."""
        for place, statement in enumerate(statements):
            if (only := _returned(statements[place : place + 2])) is not None:
                return self.value(only)
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
            shape = shape_comment(self.scope.function, statement)
            if shape:
                self.emit(ast.Expr(ast.Constant(SHAPE + re.sub(r"[A-Za-z_]+", self._counted, shape))))

    def _counted(self, word: re.Match[str]) -> str:
        """A name in a comment, or the number that it stands for."""
        with suppress(Unwritable):
            value = self.scope.find(word.group())
            return str(value.value) if isinstance(value, Known) and isinstance(value.value, int) else word.group()
        return word.group()

    def _statement(self, node: ast.stmt) -> Value | None:
        match node:
            case ast.Return():
                return Known(None) if node.value is None else self.value(node.value)
            case ast.Assign():
                value = self.value(node.value)
                for target in node.targets:
                    self.assign(target, value)
                    if isinstance(target, ast.Name):
                        value = self.scope.values[
                            target.id
                        ]  # what was computed for the first name is that of the others
            case ast.AnnAssign(value=ast.expr() as given):
                self.assign(node.target, self.value(given))
            case ast.AugAssign():
                self._augment(node)
            case ast.If():
                return self._if(node)
            case ast.For():
                return self._for(node)
            case ast.While():
                self._while(node)
            case ast.With():
                return self._with(node)
            case ast.Match():
                return self._match(node)
            case ast.Expr():
                self._expression(node.value)
            case ast.Import() | ast.ImportFrom():
                if not all(alias.name in ABOVE for alias in node.names):
                    self.emit(node)
                for alias in node.names:
                    self.scope.values[alias.asname or alias.name] = name_node(alias.asname or alias.name)
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

    def assign(self, target: ast.expr, value: Value) -> None:
        match target:
            case ast.Name():
                self._assign_name(target.id, value)
            case ast.Tuple() | ast.List():
                self._unpack(target.elts, value)
            case ast.Attribute():
                self._assign_attribute(target, value)
            case ast.Subscript() if (record := self.record(target.value)) is not None:
                key = self.value(target.slice)
                assert isinstance(key, Known)
                record.entries[key.value] = value
            case ast.Subscript():
                place = self.lifted(self.value(target.value))
                self.emit(assign_node(ast.Subscript(place, self.index(target.slice), ast.Store()), self.lifted(value)))
            case _:
                raise Unwritable(ast.unparse(target))

    def _unpack(self, targets: Sequence[ast.expr], value: Value) -> None:
        members = self.members(value)
        if members is not None:
            after = len(targets) - 1
            for place, target in enumerate(targets):
                if isinstance(target, ast.Starred):
                    rest = list(members[place : len(members) - after + place])
                    known = [part.value for part in rest if isinstance(part, Known)]
                    self.assign(target.value, Known(known) if len(known) == len(rest) else Bundle(rest))
                    members = [*members[:place], Known(None), *members[len(members) - after + place :]]
                else:
                    self.assign(target, members[place])
            if len(members) != len(targets):
                raise Unwritable(ast.unparse(ast.Tuple(list(targets), ast.Load())))
            return
        fresh = [ast.Name(self._place(part), ast.Store()) for part in targets]
        self.emit(assign_node(ast.Tuple(list(fresh), ast.Store()), self.lifted(value)))
        for part, name in zip(targets, fresh, strict=True):
            if isinstance(part, ast.Name):
                self.scope.values[part.id] = name_node(name.id)
            else:
                self.assign(part, name_node(name.id))

    def _place(self, target: ast.expr) -> str:
        """The variable that takes a member of a tuple."""
        if isinstance(target, ast.Name):
            return self._emitted(target.id)
        if isinstance(target, ast.Attribute):
            holder = self.value(target.value)
            known = self._variables.get((id(holder.value), target.attr)) if isinstance(holder, Known) else None
            return known or self.fresh(target.attr)
        return self.fresh("value")

    def _assign_name(self, name: str, value: Value) -> None:
        scope = self.scope
        if name == "_" and not (isinstance(value, ast.expr) and is_random(value)):
            return
        is_bound = isinstance(value, (Known, Record, Closure, ast.Name, ast.Constant))
        if isinstance(value, Bundle):
            many = sum(not isinstance(part, (Known, ast.Name)) for part in value.members) > 1
            labels = value.labels or [str(place) for place in range(1, len(value.members) + 1)]
            names = [f"{name}_{label}" if many else name for label in labels]
            value = Bundle(
                [
                    part if isinstance(part, (Known, Bundle, Record, Closure, ast.Name)) else self.stored(own, part)
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
            self.emit(assignment(emitted, lifted))
        scope.values[name] = name_node(emitted)

    def _emitted(self, name: str) -> str:
        """The variable that a local name is written to: its own one, as long as nobody else sees that."""
        scope = self.scope
        own = scope.values.get(name)
        if isinstance(own, ast.Name) and (name in scope.forced or not self._is_shared(own.id, name)):
            return own.id
        return self.fresh(name)

    def _assign_attribute(self, target: ast.Attribute, value: Value) -> None:
        holder = self.value(target.value)
        if isinstance(holder, Known):
            if holder.value is self.watched[0] and target.attr == self.watched[1]:
                self.saw(value)
                return
            variable = self._variables.get((id(holder.value), target.attr))
            if variable:
                lifted = self._taken_over(variable, self.lifted(value))
                if not (isinstance(lifted, ast.Name) and lifted.id == variable):
                    self.emit(assignment(variable, lifted))
                return
            if found := self._objects.get((id(holder.value), target.attr)):
                self._hold(*found, value)
                return
            if self.named(holder.value) is None or self.settles(holder.value, target.attr, value):
                return  # bookkeeping of the page
            if isinstance(holder.value, nn.Module) and isinstance(value, Known) and is_plain(value.value):
                return  # a setting of the net: where it is read, its value is written
        name = self.public(holder.value, target.attr) if isinstance(holder, Known) else target.attr
        place = ast.Attribute(self.lifted(holder), name, ast.Store())
        self.emit(assign_node(place, self.lifted(value)))

    def _hold(self, name: str, live: Any, value: Value) -> None:
        """A variable of the program takes an object; one that the program has already keeps its name."""
        if self.named(live) is None:
            self.emit(assignment(name, self.lifted(value)))
            self.name(live, name)

    def settles(self, thing: Any, attribute: str, value: Value) -> bool:
        """Whether an attribute is a setting of an object of the program: where it is read, its value is written."""
        return False

    def _taken_over(self, variable: str, value: ast.expr) -> ast.expr:
        """A local variable that an attribute keeps, as it is or detached, bears the attribute's name from its start."""
        match value:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=local), attr="detach"), args=[]):
                if not any(name == local for name, _ in self._names.values()):
                    renamed_in(self.body, local, variable)
                    return name_node(variable)
        return value

    def _augment(self, node: ast.AugAssign) -> None:
        given, target = self.value(node.value), node.target
        if isinstance(target, ast.Name):
            now = self.scope.find(target.id)
            if isinstance(now, Known) and isinstance(given, Known) and target.id not in self.scope.forced:
                self.scope.values[target.id] = Known(OPERATORS[type(node.op)](now.value, given.value))
                return
            emitted = self._emitted(target.id)
            if isinstance(now, ast.Name) and now.id == emitted:
                self.emit(ast.AugAssign(ast.Name(emitted, ast.Store()), node.op, self.lifted(given)))
            else:
                self.emit(assignment(emitted, ast.BinOp(self.lifted(now), node.op, self.lifted(given))))
            self.scope.values[target.id] = name_node(emitted)
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
            attribute = self.public(holder.value, target.attr) if isinstance(holder, Known) else target.attr
            place: ast.Attribute | ast.Subscript = ast.Attribute(self.lifted(holder), attribute, ast.Store())
        else:
            place = ast.Subscript(self.lifted(self.value(target.value)), self.index(target.slice), ast.Store())
        self.emit(ast.AugAssign(place, node.op, self.lifted(given)))

    def _if(self, node: ast.If) -> Value | None:
        test = self.test(node.test)
        if isinstance(test, Known) and self.named(test.value) is None:
            return self.block(node.body if test.value else node.orelse)
        self._make_variables([*node.body, *node.orelse])
        body: list[ast.stmt] = []
        other: list[ast.stmt] = []
        before, found = self.sightings, []
        for statements, into in ((node.body, body), (node.orelse, other)):
            self.sightings = before
            with self.into(into):
                returned = self.block(statements)
                if returned is not None and not self.scope.is_definition:
                    raise Unwritable(f"return: {ast.unparse(node.test)}")
                if returned is not None:
                    self.give(returned)
            found += [sighting for sighting in self.sightings if sighting not in found]
        self.sightings = found
        blocks = [block for block in (body, other) if block or any(sighting.body is block for sighting in found)]
        if blocks:
            condition = self.lifted(test)
            if blocks[0] is not body:
                body, other, condition = other, [], ast.UnaryOp(ast.Not(), condition)
            self.emit(ast.If(condition, body, other))
            self._leave(body, other)
        return None

    def give(self, returned: Value) -> None:
        """A function of the program returns something."""
        is_nothing = isinstance(returned, Known) and returned.value is None
        self.emit(ast.Return(None if is_nothing else self.lifted(returned)))

    def _while(self, node: ast.While) -> None:
        self._make_variables(node.body)
        test = self.lifted(self._silent(node.test))
        body: list[ast.stmt] = []
        before = self.sightings
        with self.into(body):
            if self.block(node.body) is not None:
                raise Unwritable(f"return: {ast.unparse(node.test)}")
        self.sightings = [*self.sightings, *(sighting for sighting in before if sighting not in self.sightings)]
        self.emit(ast.While(test, body, []))
        self._leave(body)

    def _make_variables(self, statements: Sequence[ast.stmt]) -> None:
        """What a loop or a branch assigns must be a variable from here on."""
        scope = self.scope
        parts = [part for statement in statements for part in ast.walk(statement)]
        assigned = {part.id for part in parts if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)}
        assigned |= {changed for part in parts if (changed := changes(part)) in scope.values}
        for name in sorted(assigned):
            self.make_variable(name)
        scope.forced |= assigned

    def make_variable(self, name: str) -> None:
        value = self.scope.values.get(name)
        is_own = isinstance(value, ast.Name) and not self._is_shared(value.id, name)
        if value is not None and not isinstance(value, Closure) and not is_own:
            fresh = self.fresh(name)
            self.emit(assignment(fresh, self.lifted(value)))
            self.scope.values[name] = name_node(fresh)

    def _for(self, node: ast.For) -> Value | None:
        if optimizer := self._forgets(node):
            self.emit(ast.Expr(expression(f"{optimizer}.zero_grad()")))
            return None
        items = self.value(node.iter)
        members = self.members(items)
        if members is not None and not self._is_counted(items):
            own = {part.id for part in ast.walk(node.target) if isinstance(part, ast.Name)}
            self.scope.forced -= own  # what a round begins with is known in it, also inside a loop that stays one
            for member in members:
                self.assign(node.target, member)
                if (returned := self.block(node.body)) is not None:
                    return returned
            return None
        self._make_variables(node.body)
        iterated = self.lifted(items)
        target = self._declare(node.target)
        body: list[ast.stmt] = []
        before = self.sightings
        with self.into(body):
            if self.block(node.body) is not None:
                raise Unwritable(f"return: {ast.unparse(node.iter)}")
        if members is None:  # perhaps it never runs
            self.sightings = [*self.sightings, *(sighting for sighting in before if sighting not in self.sightings)]
        self.emit(ast.For(target, iterated, body or [ast.Pass()], []))
        self._leave(body)
        return None

    def _leave(self, *blocks: list[ast.stmt]) -> None:
        """A stage that began in a loop or a branch has ended with it."""
        if any(self._stage_began[0] is block for block in blocks):
            self.begin_stage()

    def _is_counted(self, items: Value) -> bool:
        """Whether a loop over it stays a loop: numbers or words, and more than one or two."""
        return isinstance(items, Known) and is_plain(list(items.value)) and len(items.value) > LONGEST_UNROLLED

    def _declare(self, target: ast.expr) -> ast.expr:
        """Loop variables: names that only the running program fills."""
        if isinstance(target, (ast.Tuple, ast.List)):
            return ast.Tuple([self._declare(part) for part in target.elts], ast.Store())
        assert isinstance(target, ast.Name)
        emitted = "_" if target.id == "_" else self._emitted(target.id)
        self.scope.values[target.id] = name_node(emitted)
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
        self.within(lifted, lambda: returned.append(self.block(node.body)))
        return returned[0]

    def within(self, context: ast.expr, write: Callable[[], Any]) -> Any:
        body: list[ast.stmt] = []
        with self.into(body):
            result = write()
            if isinstance(result, ast.expr) and not isinstance(result, (ast.Name, ast.Constant)):
                result = self.stored("result", result)
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
                    self.scope.values[pattern.name] = subject
                return True
            case _:
                raise Unwritable(ast.dump(pattern))


def _returned(pair: Sequence[ast.stmt]) -> ast.expr | None:
    """What is returned right after it got a name, as in `x: Tensor = f(); return x`: the name says nothing more."""
    match pair:
        case [
            ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value),
            ast.Return(value=ast.Name(id=returned)),
        ] if name == returned:
            return value
    return None
