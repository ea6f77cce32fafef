"""Assignments: what a name, an attribute or a place is worth from there on, and when it must be a variable."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Any

from torch import nn

from playground.script.expressions import OPERATORS, Expressions
from playground.script.nodes import assign_node, assignment, changes, is_random, name_node, renamed_in
from playground.script.values import Bundle, Closure, Known, Record, Unwritable, Value, is_plain


class Assignments(Expressions):
    """What assignments write."""

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
