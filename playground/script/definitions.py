"""Functions and nets of ours that stand in the program under names of their own, instead of being unfolded."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FunctionType, MethodType
from typing import Any

import torch
from torch import nn

from playground.script.nodes import name_node
from playground.script.scope import Scope
from playground.script.source import function_node, is_ours
from playground.script.specialise import Specialiser
from playground.script.values import Known, Unwritable, Value, expression, is_plain


@dataclass
class NetClass:
    """A class of the program: a kind of net under the settings it was made with; `model` is a live one."""

    kind: type[nn.Module]
    settings: Mapping[str, object]
    model: nn.Module
    node: ast.ClassDef
    methods: set[str] = field(default_factory=set)

    def is_for(self, kind: type, settings: Mapping[str, object]) -> bool:
        return self.kind is kind and repr(self.settings) == repr(settings)


class Definitions(Specialiser):
    """Classes get the methods that the program needs, when it first needs them; functions are written once."""

    def __init__(self, stage_words: Mapping[str, str]) -> None:
        super().__init__(stage_words)
        self.home = self.body  # the block that definitions are written into: the section's
        self.models: list[nn.Module] = []  # live nets: what is inside them tells what their classes hold
        self._kept: dict[Any, str] = {}
        self._classes: dict[str, NetClass] = {}
        self._functions: dict[tuple[object, ...], str] = {}

    def keep(self, function: Any, name: str = "") -> None:
        """From here on a function, or a method of a net, stands in the program under a name of its own."""
        self._kept[function] = name or function.__name__.strip("_")

    def apply(self, function: Value, args: Sequence[Value], keywords: Mapping[str, Value]) -> Value:
        """What a call is worth: calls of what has a name of its own remain calls."""
        thing = function.value if isinstance(function, Known) else None
        if isinstance(thing, type) and issubclass(thing, nn.Module) and is_ours(thing):
            return self._constructed(thing, args, keywords)
        if isinstance(thing, (FunctionType, MethodType)):
            holder = getattr(thing, "__self__", None)
            plain = inspect.unwrap(getattr(thing, "__func__", thing))
            if plain in self._kept and isinstance(holder, nn.Module):
                name = self._method(holder, plain)
                return self.residual(ast.Attribute(self.lifted(Known(holder)), name, ast.Load()), args, keywords)
            if plain in self._kept:
                return self._called(plain, [*([] if holder is None else [Known(holder)]), *args], keywords)
            makes_net = is_ours(plain) and "Sequential" in str(plain.__annotations__.get("return"))
            if makes_net and all(isinstance(part, Known) for part in (*args, *keywords.values())):
                return self._built(thing, args, keywords)
        return super().apply(function, args, keywords)

    def _built(self, thing: Any, args: Sequence[Value], keywords: Mapping[str, Value]) -> Value:
        """A net of torch's own modules that a function of ours makes: only what is in it counts."""
        with torch.device("meta"):
            net = thing(*(_known(part) for part in args), **{name: _known(part) for name, part in keywords.items()})
        return Known(net)

    def _constructed(self, kind: type[nn.Module], args: Sequence[Value], keywords: Mapping[str, Value]) -> ast.expr:
        """A new net of a class of the program; settings that are known are part of the class."""
        given, left = self._split(_own(kind, "__init__"), args, keywords, is_method=True)
        settings = {name: _known(value) for name, value in given.items() if name not in left}
        written = [name for name, found in self._classes.items() if found.is_for(kind, settings)]
        name = written[0] if written else self._define(kind, settings, list(left))
        return ast.Call(name_node(name), [self.lifted(given[part]) for part in left], [])

    def _define(self, kind: type[nn.Module], settings: Mapping[str, object], left: list[str]) -> str:
        if kind.__bases__ != (nn.Module,):
            raise Unwritable(f"class {kind.__name__}: {kind.__bases__}")
        name = self._for_good(kind.__name__)
        model = self._model(kind, settings, left)
        node = ast.parse(f"class {name}(nn.Module): pass").body[0]
        assert isinstance(node, ast.ClassDef)
        node.body.clear()
        found = self._classes[name] = NetClass(kind, settings, model, node)
        if _own(kind, "__init__"):
            known: dict[str, Value] = {part: Known(value) for part, value in settings.items()}
            self._add(found, _own(kind, "__init__"), known)
        if _own(kind, "forward"):
            self._add(found, _own(kind, "forward"), {})
        self.home.append(node)
        return name

    def _model(self, kind: type[nn.Module], settings: Mapping[str, Any], left: Sequence[str]) -> nn.Module:
        """A live net of this kind: one that is not the model of another class yet, else one without weights."""
        used = [found.model for found in self._classes.values()]
        for live in self.models:
            for part in live.modules():
                if type(part) is kind and not any(part is other for other in used):
                    return part
        if left:
            raise Unwritable(kind.__name__)
        with torch.device("meta"):
            return kind(**settings)

    def _class_of(self, net: nn.Module) -> tuple[str, NetClass]:
        """The class of the program that a live net belongs to."""
        for name, found in self._classes.items():
            if found.kind is type(net) and (found.model is net or _is_alike(found.model, net)):
                return name, found
        raise Unwritable(type(net).__name__)

    def _method(self, net: nn.Module, function: FunctionType) -> str:
        """The name of a method that the net's class has from now on."""
        _, found = self._class_of(net)
        if self._kept[function] not in found.methods:
            self._add(found, function, {})
        return self._kept[function]

    def _add(self, found: NetClass, function: Any, known: dict[str, Value]) -> None:
        name = self._kept.get(function, function.__name__)
        found.methods.add(name)
        parameters = [part for part in _parameters(function)[1:] if part not in known]
        with self._apart({"self": found.model}, ["self", *parameters]):
            written = self._definition(function, name, ["self", *parameters], {"self": Known(found.model)} | known)
        order = [_line(getattr(found.kind, part.name, None)) for part in found.node.body]  # type: ignore[attr-defined]
        place = sum(line < _line(function) for line in order)
        found.node.body.insert(place, written)

    def _called(self, function: FunctionType, args: Sequence[Value], keywords: Mapping[str, Value]) -> ast.expr:
        """A call of a function of the program; what is known beside nets and named objects is part of the function."""
        given, left = self._split(function, args, keywords)
        nets = {name: _known(value) for name, value in left.items() if _is_net(value)}
        key = (function, *(f"{name}={_mark(value)}" for name, value in given.items() if name not in left), *left)
        key += tuple(self._class_of(net)[0] if is_ours(type(net)) else repr(net) for net in nets.values())
        if key not in self._functions:
            known = {name: value for name, value in given.items() if name not in left}
            with self._apart(nets, list(left)):
                known |= {name: Known(net) for name, net in nets.items()}
                written = self._definition(function, self._kept[function], list(left), known)
            self._functions[key] = self._placed(written)
        return ast.Call(name_node(self._functions[key]), [self.lifted(value) for value in left.values()], [])

    def _placed(self, written: ast.FunctionDef) -> str:
        """The name of a function that is now in the program; two that do the same are one."""
        for other in self.home:
            if isinstance(other, ast.FunctionDef) and _apart_from_name(other) == _apart_from_name(written):
                return other.name
        written.name = self._for_good(written.name)
        self.home.append(written)
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
        scope = Scope(function, {part: name_node(part) for part in parameters} | known)
        body: list[ast.stmt] = []
        with self.into(body), self.inside(scope):
            returned = self.block(node.body)
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
    def _apart(self, nets: Mapping[str, nn.Module], parameters: Sequence[str]) -> Iterator[None]:
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
        self, function: Any, args: Sequence[Value], keywords: Mapping[str, Value], *, is_method: bool = False
    ) -> tuple[dict[str, Value], dict[str, Value]]:
        """All arguments by name, and those of them that only the running program knows."""
        if function is None:
            return {}, {}
        bound = inspect.signature(function).bind(*([None] if is_method else []), *args, **keywords)
        given: dict[str, Value] = {}
        for name, item in inspect.signature(function).parameters.items():
            if not (is_method and name == "self"):
                given[name] = bound.arguments[name] if name in bound.arguments else Known(item.default)
        left = {name: value for name, value in given.items() if not self._is_settled(value)}
        return given, left

    def _is_settled(self, value: Value) -> bool:
        return isinstance(value, Known) and (is_plain(value.value) or not self.named(value.value))


def _own(kind: type, name: str) -> Any:
    return kind.__dict__.get(name)


def _known(value: Value) -> Any:
    assert isinstance(value, Known)
    return value.value


def _is_net(value: Value) -> bool:
    return isinstance(value, Known) and isinstance(value.value, nn.Module)


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


def _is_alike(one: nn.Module, other: nn.Module) -> bool:
    """Whether both would be written the same way: as large, and with the same plain attributes."""
    shapes = [[value.shape for value in net.state_dict().values()] for net in (one, other)]
    plain = [{name: value for name, value in vars(net).items() if is_plain(value)} for net in (one, other)]
    for attributes in plain:
        attributes.pop("training", None)
    return shapes[0] == shapes[1] and plain[0] == plain[1]
