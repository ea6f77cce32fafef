"""What exists in a program that is being written: its variables, the objects behind them, and its lines so far."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FunctionType
from typing import Any

from playground.script.nodes import assignment, name_node, names_in
from playground.script.values import Known, Unwritable, Value


@dataclass
class Scope:
    """The local names of one function that is being written."""

    function: FunctionType
    values: dict[str, Value] = field(default_factory=dict)
    outer: Scope | None = None
    forced: set[str] = field(default_factory=set)  # names that a loop or a branch changes: they must be variables
    is_definition: bool = False  # the function stands in the program, which returns from it

    def every_value(self) -> Iterator[Value]:
        yield from self.values.values()
        if self.outer is not None:
            yield from self.outer.every_value()

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


@dataclass(eq=False)
class Sighting:
    """A value of the watched attribute: the block that gave it, and the last statement before it."""

    body: list[ast.stmt]
    after: ast.stmt | None
    value: Value


class Draft:
    """One program in the making.

    `names`: live objects that the program has in a variable; what is inside them, only the running program knows.
    `variables`: attributes of other live objects that are variables of the program. An assignment to any other
    attribute is bookkeeping of the page and is left out, as are calls of the functions in `left_out`.
    """

    def __init__(self, stage_words: Mapping[str, str]) -> None:
        self.body: list[ast.stmt] = []
        self.left_out: set[Any] = set()
        self.answers: dict[Any, Any] = {}  # functions of ours whose answer is known although no setting says it
        self.watched: tuple[Any, str] = (None, "")  # an attribute whose newest value is wanted in `seen`
        self.seen: Value | None = None
        self.sightings: list[Sighting] = []  # where it may have come from: each branch leaves its own
        self._stage_words = stage_words
        self._names: dict[int, tuple[str, Any]] = {}
        self._variables: dict[tuple[int, str], str] = {}
        self._holders: list[Any] = []
        self.taken: set[str] = set()
        self.is_silent = False  # where no statements may be written: inside comprehensions
        self.spoken: set[str] = set()  # names of live objects that were written
        self.facts: dict[str, Any] = {}  # expressions of our sources that are known although no setting says them
        self.rows: Callable[[Sequence[Scope]], int | None] = lambda scopes: None  # of what a function counts there
        self.instead: dict[Any, Any] = {}  # functions of ours, and what does the same more plainly
        self.remarks: dict[Any, str] = {}  # functions and classes of ours, and the comments above what they do
        self._objects: dict[tuple[int, str], tuple[str, Any]] = {}
        self._stage_began: tuple[list[ast.stmt], int] = (self.body, 0)
        self._scopes: list[Scope] = []
        self._made: list[str] = []  # variables that functions have brought in, in their order

    def name(self, thing: Any, name: str) -> None:
        """From here on the program has this object in a variable."""
        self._names[id(thing)] = (name, thing)
        self.taken.add(name)

    def variable(self, holder: Any, attribute: str, name: str = "") -> None:
        """From here on an attribute of a live object is a variable of the program."""
        self._variables[id(holder), attribute] = name or attribute
        self._holders.append(holder)
        self.taken.add(name or attribute)

    def object(self, holder: Any, attribute: str, name: str) -> None:
        """An attribute of a live object is an object of the program, from where its holder gets it."""
        self._objects[id(holder), attribute] = (name, getattr(holder, attribute))
        self._holders.append(holder)

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

    @contextmanager
    def inside(self, scope: Scope) -> Iterator[None]:
        self._scopes.append(scope)
        try:
            yield
        finally:
            self._scopes.pop()

    def saw(self, value: Value) -> None:
        self.seen = value
        self.sightings = [Sighting(self.body, self.body[-1] if self.body else None, value)]

    @contextmanager
    def call_of(self, scope: Scope) -> Iterator[list[Value | None]]:
        """Inside a function; at its end its variables may be used again, but for those in the list that is given."""
        first, kept = len(self._made), [self.seen]
        with self.inside(scope):
            yield kept
        values = [value for other in self._scopes for value in other.every_value()]
        needed = set(names_in([*kept, self.seen, *(sighting.value for sighting in self.sightings), *values]))
        self.taken -= set(self._made[first:]) - needed
        self._made[first:] = [name for name in self._made[first:] if name in needed]

    @property
    def scope(self) -> Scope:
        return self._scopes[-1]

    def stored(self, name: str, value: ast.expr) -> ast.Name:
        fresh = self.fresh(name)
        self.emit(assignment(fresh, value))
        return name_node(fresh)

    def fresh(self, name: str) -> str:
        """A name that the program does not use yet, and that is used from here on."""
        candidate = self.free(name)
        self.taken.add(candidate)
        self._made.append(candidate)
        return candidate

    def free(self, name: str) -> str:
        """A name that the program does not use yet."""
        if name == "_":
            return name
        name = name.strip("_") or "value"
        candidate, number = name, 2
        while candidate in self.taken:
            candidate, number = f"{name}_{number}", number + 1
        return candidate

    def _is_shared(self, emitted: str, local: str) -> bool:
        """Whether another local name, or an object of the program, stands for the same variable."""
        if any(name == emitted for name, _ in self._names.values()) or emitted in self._variables.values():
            return True
        return any(
            isinstance(value, ast.Name) and value.id == emitted and not (scope is self.scope and name == local)
            for scope in self._scopes
            for name, value in scope.values.items()
        )
