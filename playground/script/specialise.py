"""Writes what a function does under settings that are known: constants folded, branches chosen, calls unfolded."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Sequence
from contextlib import nullcontext, suppress
from typing import Any

import torch

from playground.script.assignments import Assignments
from playground.script.nodes import COMMENT, SHAPE, name_node
from playground.script.source import shape_comment
from playground.script.values import Known, Unwritable, Value, expression, is_plain

ABOVE = ("gymnasium",)  # what the program imports at its top
LONGEST_UNROLLED = 1  # rounds of a counted loop that are written out


class Specialiser(Assignments):
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
