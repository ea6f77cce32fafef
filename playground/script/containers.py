"""Dictionaries and comprehensions, written out where their members are known."""

from __future__ import annotations

import ast
from typing import Any

from torch import Tensor

from playground.script.calls import Calls
from playground.script.nodes import label, name_node, renamed
from playground.script.scope import Scope
from playground.script.values import Bundle, Known, Record, Unwritable, Value


class Containers(Calls):
    """What dictionaries and comprehensions are worth."""

    def assign(self, target: ast.expr, value: Value) -> None:
        """Give a value to a name, an attribute or a place."""
        raise NotImplementedError

    def _comprehension(self, node: ast.ListComp | ast.GeneratorExp | ast.DictComp) -> Value:
        (generator,) = node.generators
        items = self.value(generator.iter)
        members = self.members(items)
        if isinstance(items, Known) and members is None and not isinstance(items.value, Tensor):
            members = [Known(part) for part in items.value] if self.named(items.value) is None else None
        if members is None:
            return self._residual_comprehension(node, generator, items)
        found: list[tuple[Value, Value]] = []
        scope = Scope(self.scope.function, {}, self.scope)
        with self.inside(scope):
            for member in members:
                self.assign(generator.target, member)
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
        labels = [label(member) for member in members]
        named = labels if len(labels) == len(found) and all(labels) else ()
        return Bundle([value for _, value in found], named, isinstance(node, ast.ListComp))

    def _residual_comprehension(self, node: Any, generator: ast.comprehension, items: Value) -> ast.expr:
        iterated = self.lifted(items)
        scope = Scope(self.scope.function, {}, self.scope)
        own = {part.id for part in ast.walk(generator.target) if isinstance(part, ast.Name)}
        names = {name: self.free(name) for name in own}  # a variable of the program may be meant inside
        target = renamed(generator.target, names)
        with self.inside(scope):
            scope.values |= {name: name_node(other) for name, other in names.items()}
            tests = [self.lifted(self._silent(test)) for test in generator.ifs]
            only = ast.comprehension(target, iterated, tests, 0)
            if isinstance(node, ast.DictComp):
                return ast.DictComp(self.lifted(self._silent(node.key)), self.lifted(self._silent(node.value)), [only])
            return type(node)(self.lifted(self._silent(node.elt)), [only])  # type: ignore[no-any-return]

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

    def record(self, node: ast.expr) -> Record | None:
        """The dictionary behind a local name, which may still be empty."""
        found = self.scope.values.get(node.id) if isinstance(node, ast.Name) else None
        if isinstance(found, Known) and isinstance(found.value, dict):
            assert isinstance(node, ast.Name)
            found = Record({key: Known(value) for key, value in found.value.items()})
            self.scope.values[node.id] = found
        if isinstance(node, ast.Attribute) and node.attr == self.watched[1] and isinstance(self.seen, Record):
            holder = self.value(node.value)
            if isinstance(holder, Known) and holder.value is self.watched[0]:
                return self.seen
        return found if isinstance(found, Record) else None
