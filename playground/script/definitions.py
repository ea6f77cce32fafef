"""Functions and classes of ours that stand in the program under names of their own, instead of being unfolded."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import FunctionType, MethodType
from typing import Any

import torch
from torch import nn

from playground.script.nodes import name_node
from playground.script.scope import Scope
from playground.script.source import function_node, is_ours
from playground.script.specialise import Specialiser
from playground.script.values import Bundle, Known, Unwritable, Value, expression, is_plain
from playground.script.written import Written, changing


class Definitions(Specialiser):
    """Classes get the methods that the program needs, when it first needs them; functions are written once."""

    def __init__(self, stage_words: Mapping[str, str]) -> None:
        super().__init__(stage_words)
        self.home = self.body  # the block that definitions are written into: the section's
        self.other = ""  # what the name of a second class of a kind begins with
        self.models: list[Any] = []  # live objects: what is inside them tells what their classes hold
        self._kept: dict[Any, str] = {}
        self._open: dict[Any, Sequence[str]] = {}
        self._homes: dict[Any, list[ast.stmt]] = {}
        self._labels: dict[Any, Sequence[str]] = {}  # what the parts are called that a function returns
        self._inside: list[ast.stmt] = []  # the classes whose methods are being written
        self._making: Written | None = None  # the class whose __init__ is being written
        self._classes: dict[str, Written] = {}
        self._functions: dict[tuple[object, ...], str] = {}

    def keep(self, thing: Any, name: str = "", *, open_: Sequence[str] = ()) -> None:
        """From here on a function, a method or a class stands in the program under a name of its own.

        open_: parameters that stay parameters, although what is given to them is known.
        """
        self._kept[thing] = name or (thing.__name__ if isinstance(thing, type) else thing.__name__.strip("_"))
        self._open[thing] = open_
        self._homes[thing] = self.home

    def is_written(self, kind: type) -> bool:
        return kind in self._kept and not issubclass(kind, nn.Module)

    def is_fixed(self, thing: Any, attribute: str) -> bool:
        if not self.is_written(type(thing)):
            return super().is_fixed(thing, attribute)
        return any(attribute in found.fixed for found in self._classes.values() if found.has(thing))

    def settles(self, thing: Any, attribute: str, value: Value) -> bool:
        found = self._making
        if found is None or thing is not found.model or not isinstance(value, Known) or self.named(value.value):
            return False
        if found.is_net or attribute in changing(found.kind):
            return False
        found.fixed.add(attribute)
        return True

    def apply(self, function: Value, args: Sequence[Value], keywords: Mapping[str, Value]) -> Value:
        """What a call is worth: calls of what has a name of its own remain calls."""
        thing = function.value if isinstance(function, Known) else None
        if isinstance(thing, type) and (self.is_written(thing) or (issubclass(thing, nn.Module) and is_ours(thing))):
            return self._constructed(thing, args, keywords)
        if isinstance(thing, (FunctionType, MethodType)):
            holder = getattr(thing, "__self__", None)
            plain = inspect.unwrap(getattr(thing, "__func__", thing))
            if plain in self._kept and (isinstance(holder, nn.Module) or self.is_written(type(holder))):
                name, lifted = self._method(holder, plain), self.lifted(Known(holder))
                method = lifted if name == "__call__" else ast.Attribute(lifted, name, ast.Load())
                return self._received(plain, self.residual(method, args, keywords))
            if plain in self._kept:
                return self._called(plain, [*([] if holder is None else [Known(holder)]), *args], keywords)
            makes_net = is_ours(plain) and "Sequential" in str(plain.__annotations__.get("return"))
            if makes_net and all(isinstance(part, Known) for part in (*args, *keywords.values())):
                return self._built(thing, args, keywords)
        return super().apply(function, args, keywords)

    def _received(self, function: FunctionType, call: ast.expr) -> Value:
        """What a function of the program returns; the parts of a record get variables of their names."""
        labels = self._labels.get(function)
        if labels is None:
            return call
        names = [self.fresh(label) for label in labels]
        self.emit(ast.Assign([ast.Tuple([ast.Name(name, ast.Store()) for name in names], ast.Store())], call))
        return Bundle([name_node(name) for name in names], labels)

    def _built(self, thing: Any, args: Sequence[Value], keywords: Mapping[str, Value]) -> Value:
        """A net of torch's own modules that a function of ours makes: only what is in it counts."""
        with torch.device("meta"):
            net = thing(*(_known(part) for part in args), **{name: _known(part) for name, part in keywords.items()})
        return Known(net)

    def _constructed(self, kind: type, args: Sequence[Value], keywords: Mapping[str, Value]) -> ast.expr:
        """A new object of a class of the program; settings that are known are part of the class."""
        given, left = self._split(_own(kind, "__init__"), args, keywords, is_method=True, open_=self._open.get(kind))
        settings = {name: _known(value) for name, value in given.items() if name not in left}
        beside = [self._class_of(_known(value))[0] for value in left.values() if self._is_object(value)]
        written = [name for name, found in self._classes.items() if found.is_for(kind, settings, beside)]
        name = written[0] if written else self._define(kind, settings, left)
        self._classes[name].beside = beside
        lifted = {part: self.lifted(value) for part, value in left.items()}
        if any(isinstance(part, ast.Constant) for part in lifted.values()):
            return ast.Call(name_node(name), [], [ast.keyword(part, value) for part, value in lifted.items()])
        return ast.Call(name_node(name), list(lifted.values()), [])

    def _define(self, kind: type, settings: Mapping[str, object], left: Mapping[str, Value]) -> str:
        is_net = issubclass(kind, nn.Module)
        if kind.__bases__ != ((nn.Module,) if is_net else (object,)):
            raise Unwritable(f"class {kind.__name__}: {kind.__bases__}")
        name = self._for_good(kind.__name__ if kind.__name__ not in self.taken else self.other + kind.__name__)
        model = self._model(kind, settings, list(left))
        node = ast.parse(f"class {name}{'(nn.Module)' if is_net else ''}: pass").body[0]
        assert isinstance(node, ast.ClassDef)
        node.body.clear()
        found = self._classes[name] = Written(kind, settings, model, node)
        with self.into(node.body):
            self.remark(kind)
        if _own(kind, "__init__"):
            known: dict[str, Value] = {part: Known(value) for part, value in settings.items()}
            outer, self._making = self._making, found
            self._add(
                found, _own(kind, "__init__"), known, {part: _known(v) for part, v in left.items() if _is_live(v)}
            )
            self._making = outer
        if _own(kind, "forward"):
            self._add(found, _own(kind, "forward"), {})
        self._homes.get(kind, self.home).append(node)
        return name

    def _model(self, kind: type, settings: Mapping[str, Any], left: Sequence[str]) -> Any:
        """A live object of this kind: one that is not the model of another class yet, else one without weights."""
        used = [found.model for found in self._classes.values()]
        for live in self.models:
            for part in live.modules() if isinstance(live, nn.Module) else [live]:
                if type(part) is kind and not any(part is other for other in used):
                    return part
        if left:
            raise Unwritable(kind.__name__)
        with torch.device("meta"):
            return kind(**settings)

    def _class_of(self, thing: Any) -> tuple[str, Written]:
        """The class of the program that a live object belongs to."""
        for name, found in self._classes.items():
            if found.has(thing):
                return name, found
        raise Unwritable(type(thing).__name__)

    def _method(self, thing: Any, function: FunctionType) -> str:
        """The name of a method that the object's class has from now on."""
        _, found = self._class_of(thing)
        if self._kept[function] not in found.methods:
            self._add(found, function, {})
        return self._kept[function]

    def _add(
        self, found: Written, function: Any, known: dict[str, Value], live: Mapping[str, Any] | None = None
    ) -> None:
        """Write a method; known: parameters that it no longer has; live: what stands behind others."""
        name = self._kept.get(function, function.__name__)
        found.methods.add(name)
        parameters = [part for part in _parameters(function)[1:] if part not in known]
        nets = {"self": found.model, **(live or {})}
        self._inside.append(found.node)
        with self._apart(nets, ["self", *parameters]):
            known |= {part: Known(thing) for part, thing in nets.items()}
            written = self._definition(function, name, ["self", *parameters], known)
        self._inside.pop()
        order = [_line(getattr(found.kind, getattr(part, "name", ""), None)) for part in found.node.body]
        place = sum(line < _line(function) for line in order)
        found.node.body.insert(place, written)

    def _called(self, function: FunctionType, args: Sequence[Value], keywords: Mapping[str, Value]) -> ast.expr:
        """A call of a function of the program; what is known beside nets and named objects is part of the function."""
        given, left = self._split(function, args, keywords, open_=self._open.get(function))
        nets = {name: _known(value) for name, value in left.items() if self._is_object(value)}
        key = (function, *(f"{name}={_mark(value)}" for name, value in given.items() if name not in left), *left)
        key += tuple(self._class_of(net)[0] if is_ours(type(net)) else repr(net) for net in nets.values())
        if key not in self._functions:
            known = {name: value for name, value in given.items() if name not in left}
            with self._apart(nets, list(left)):
                known |= {name: Known(net) for name, net in nets.items()}
                written = self._definition(function, self._kept[function], list(left), known)
            self._functions[key] = self._placed(written, self._homes[function])
        return ast.Call(name_node(self._functions[key]), [self.lifted(value) for value in left.values()], [])

    def _placed(self, written: ast.FunctionDef, home: list[ast.stmt]) -> str:
        """The name of a function that is now in the program; two that do the same are one."""
        for other in home:
            if isinstance(other, ast.FunctionDef) and _apart_from_name(other) == _apart_from_name(written):
                return other.name
        written.name = self._for_good(written.name)
        users = [place for place, node in enumerate(home) if node in self._inside]
        home.insert(min(users, default=len(home)), written)  # above the class that calls it
        return written.name

    def _for_good(self, name: str) -> str:
        """A name that stays taken when the function that brought it in has been written."""
        name = self.free(name)
        self.taken.add(name)
        return name

    def _definition(
        self, function: FunctionType, name: str, parameters: list[str], known: dict[str, Value]
    ) -> ast.FunctionDef:
        node = function_node(function)
        assert isinstance(node, ast.FunctionDef)
        outer, self.taken, self.spoken = self.taken, set(parameters), set()
        body = self._written(function, node, parameters, known)
        if self.spoken & self.taken - set(parameters):  # a local name would hide an object of the program
            self.taken = outer | set(parameters)
            body = self._written(function, node, parameters, known)
        decorators = [expression("torch.no_grad()") for part in node.decorator_list if "no_grad" in ast.unparse(part)]
        written = ast.parse(f"def {name}({', '.join(parameters)}): pass").body[0]
        assert isinstance(written, ast.FunctionDef)
        written.body, written.decorator_list = body or written.body, decorators
        return written

    def _written(
        self, function: FunctionType, node: ast.FunctionDef, parameters: list[str], known: dict[str, Value]
    ) -> list[ast.stmt]:
        scope = Scope(function, {part: name_node(part) for part in parameters} | known, is_definition=True)
        body: list[ast.stmt] = []
        with self.into(body), self.inside(scope):
            self.remark(function)
            returned = self.block(node.body)
            if isinstance(returned, Bundle) and returned.labels:
                self._labels[function] = returned.labels
            if returned is not None and not (isinstance(returned, Known) and returned.value is None):
                self.emit(ast.Return(self._last(self.lifted(returned))))
        return body

    def _last(self, returned: ast.expr) -> ast.expr:
        """What is returned, without a name that only the line before gives it."""
        match self.body[-1:]:
            case [ast.Assign(targets=[ast.Name(id=name)], value=value)] if ast.unparse(returned) == name:
                self.body.pop()
                return value
        return returned

    @contextmanager
    def _apart(self, nets: Mapping[str, Any], parameters: Sequence[str]) -> Iterator[None]:
        """Write a definition: names inside it are its own, and nets bear those of its parameters."""
        before = self._names, self._scopes, self.taken, self.spoken, self._made, self._stage_began
        self._scopes, self._made = [], []
        self._names = {key: pair for key, pair in self._names.items() if "." not in pair[0]}
        self._names |= {id(net): (name, net) for name, net in nets.items()}
        self.taken = {name for name, _ in self._names.values()} | set(self._variables.values()) | set(parameters)
        try:
            yield
        finally:
            self._names, self._scopes, self.taken, self.spoken, self._made, self._stage_began = before

    def _split(
        self,
        function: Any,
        args: Sequence[Value],
        keywords: Mapping[str, Value],
        *,
        is_method: bool = False,
        open_: Sequence[str] | None = None,
    ) -> tuple[dict[str, Value], dict[str, Value]]:
        """All arguments by name, and those of them that only the running program knows."""
        if function is None:
            return {}, {}
        bound = inspect.signature(function).bind(*([None] if is_method else []), *args, **keywords)
        given: dict[str, Value] = {}
        for name, item in inspect.signature(function).parameters.items():
            if not (is_method and name == "self"):
                given[name] = bound.arguments[name] if name in bound.arguments else Known(item.default)
        left = {name: value for name, value in given.items() if not self._is_settled(value) or name in (open_ or ())}
        return given, left

    def _is_object(self, value: Value) -> bool:
        """Whether it is a live net, or another object of a class of the program."""
        return isinstance(value, Known) and (isinstance(value.value, nn.Module) or self.is_written(type(value.value)))

    def _is_settled(self, value: Value) -> bool:
        return isinstance(value, Known) and (is_plain(value.value) or not self.named(value.value))


def _own(kind: type, name: str) -> Any:
    return kind.__dict__.get(name)


def _known(value: Value) -> Any:
    assert isinstance(value, Known)
    return value.value


def _is_live(value: Value) -> bool:
    return isinstance(value, Known) and not is_plain(value.value)


def _mark(value: Value) -> str:
    """What tells a known value from another one."""
    thing = _known(value)
    return repr(thing) if is_plain(thing) else str(id(thing))


def _parameters(function: FunctionType) -> list[str]:
    return list(inspect.signature(function).parameters)


def _line(function: Any) -> int:
    return function.__code__.co_firstlineno if isinstance(function, FunctionType) else 0


def _apart_from_name(node: ast.FunctionDef) -> str:
    return ast.dump(node.args) + "".join(ast.dump(part) for part in (*node.body, *node.decorator_list))
