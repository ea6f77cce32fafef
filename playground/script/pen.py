"""Writes one program: sections with headings, lines, calls of the functions that ran, and what was done by hand."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from types import ModuleType
from typing import Any

from torch import nn

from playground.core.plan import changes_of
from playground.core.run import Run
from playground.core.trainer import Trainer
from playground.script.definitions import Definitions
from playground.script.layout import Section
from playground.script.modules import module
from playground.script.nodes import COMMENT
from playground.script.source import module_node
from playground.script.values import Bundle, Known, Record, Value, expression, literal
from playground.text import Text

SHOWN = 10  # lines that a program prints, about
UNPLANNED = 1000  # steps of a program whose run has no end


class Pen:
    """What the writers of the lessons write with."""

    def __init__(self, run: Run, trainer: Trainer, text: Text, steps: int | None = None) -> None:
        self.run, self.trainer, self.text = run, trainer, text
        self._steps = steps
        self.config: Any = run.config
        self.first: Any = run.first  # the settings now and those that the run began with
        self.sections: list[Section] = []
        self.notes: list[str] = []
        self.files: list[Path] = []  # what must lie beside the program
        self.by = Definitions(text.tables["script"]["stages"])

    def section(self, key: str) -> None:
        """Begin a section; its heading stands in the texts."""
        self.sections.append(Section(self.text.say(f"script.sections.{key}")))
        self.by.body, self.by.home = self.sections[-1].lines, self.sections[-1].definitions

    def line(self, code: str) -> None:
        """Write code as it is."""
        for statement in ast.parse(code).body:
            self.by.emit(statement)

    def comment(self, key: str, **facts: object) -> None:
        self.by.emit(ast.Expr(ast.Constant(COMMENT + self.text.say(f"script.comments.{key}", **facts))))

    def stage(self, key: str) -> None:
        """The comment above a stage that the writer writes itself."""
        self.by.emit(ast.Expr(ast.Constant(COMMENT + self.text.tables["script"]["stages"][key])))

    def note(self, key: str) -> None:
        """A sentence in what the program says of itself."""
        self.notes.append(self.text.say(f"script.notes.{key}"))

    def need(self, file: Path, name: str) -> None:
        """A file that must lie beside the program; its path is in the variable `name`."""
        self.files.append(file)
        self.line(f"{name} = Path({file.name!r})")
        with self.block("if '__file__' in globals():"):  # a notebook has none
            self.line(f"{name} = Path(__file__).with_name({name}.name)")
        with self.block(f"if not {name}.exists():"):
            self.give_up("file", f"{{{name}}}")

    def give_up(self, key: str, place: str) -> None:
        """End with a sentence that says what is missing; `place` is an f-string's field."""
        self.line(f"raise SystemExit(f{self.text.say(f'script.missing.{key}', place=place)!r})")

    def name(self, thing: Any, name: str, code: str = "") -> None:
        """The program has this object in a variable; `code` makes it."""
        if code:
            self.line(f"{name} = {code}")
        self.by.name(thing, name)

    def call(self, function: Any, *args: Any, into: str | None = None, **keywords: Any) -> Value:
        """Write what a function of ours does; `into` names the variables that take what it returns.

        An argument is a value that is known, or an expression of the program.
        """
        taken, before = set(self.by.taken), len(self.by.body)
        values = [arg if isinstance(arg, ast.expr) else Known(arg) for arg in args]
        named = {name: arg if isinstance(arg, ast.expr) else Known(arg) for name, arg in keywords.items()}
        value = self.by.apply(Known(function), values, named)
        if into is not None:
            self._rename(into, value, taken, self.by.body[before:])
            self.put(into, value)
        return value

    def do(self, function: Any, *args: Any) -> None:
        """Write what a function of ours does, for what it does alone."""
        value = self.call(function, *args)
        if isinstance(value, ast.Call):
            self.by.emit(ast.Expr(value))

    def define(self, code: str) -> None:
        """Write a function that is glue, above what the section does."""
        with self.by.into(self.by.home):
            self.line(code)

    def returned(self, value: Value) -> None:
        """The end of a function that is written as a block."""
        self.by.emit(ast.Return(self.lifted(value)))

    def _rename(self, into: str, value: Value, taken: set[str], written: Sequence[ast.stmt]) -> None:
        """A variable that the call has made bears the wanted name from its first line on."""
        members = value.members if isinstance(value, Bundle) else [value]
        for wanted, member in zip((part.strip() for part in into.split(",")), members, strict=True):
            if not isinstance(member, ast.Name) or member.id in taken or wanted in self.by.taken:
                continue
            old = member.id
            for part in (name for statement in written for name in ast.walk(statement)):
                if isinstance(part, ast.Name) and part.id == old:
                    part.id = wanted
            member.id = wanted
            self.by.taken.add(wanted)

    def make_net(self, name: str, net: nn.Module, maker: Any = None, *args: Any) -> None:
        """The net with its first weights, which belong to the seed after that of the data.

        A net of torch's own modules is written as it is; one of ours by the function or the class that made it.
        """
        self.line(f"torch.manual_seed({self.config.seed + 1})")
        if maker is None:
            self.name(net, name, module(net))
        else:
            self.make(name, net, maker, *args)

    def make(self, name: str, net: nn.Module, maker: Any, *args: Any, **keywords: Any) -> None:
        """A net of a class of ours, by the function or the class that made it; the class is written too."""
        self.by.models.append(net)
        self.call(maker, *args, into=name, **keywords)
        self.name(net, name)

    def keep(self, thing: Any, name: str = "", *, open_: Sequence[str] = ()) -> None:
        """A function, a method or a class stands in the program, in this section, under a name of its own.

        open_: parameters that stay parameters, although what is given to them is known.
        """
        self.by.keep(thing, name, open_=open_)

    def constants(self, module: ModuleType, *names: str) -> None:
        """The lines of a module of ours that give these names their values stand in the program."""
        for node in module_node(module).body:
            if isinstance(node, ast.Assign):
                given = [part.id for part in ast.walk(node.targets[0]) if isinstance(part, ast.Name)]
                if set(given) & set(names):
                    self.by.home.append(copy.deepcopy(node))
                    for name in given:
                        self.by.name(getattr(module, name), name)

    def remark(self, key: str, *things: Any, **facts: object) -> None:
        """The comment above what a function or a class of ours does, wherever it is written."""
        self.by.remarks |= dict.fromkeys(things, self.text.say(f"script.comments.{key}", **facts))

    def put(self, into: str, value: Value) -> None:
        """Variables of these names, `x` or `x, y`, take a value."""
        names, lifted = ast.parse(f"{into} = 0").body[0], self.by.lifted(value)
        if ast.unparse(lifted).strip("()") != into:
            assert isinstance(names, ast.Assign)
            self.by.emit(ast.Assign(names.targets, lifted))
        self.by.taken |= {part.strip() for part in into.split(",")}

    @contextmanager
    def block(self, opening: str) -> Iterator[None]:
        """Write the inside of a loop, a branch or a `with`."""
        statement = ast.parse(f"{opening}\n    pass").body[0]
        inside: list[ast.stmt] = []
        with self.by.into(inside):
            yield
        statement.body = inside  # type: ignore[attr-defined]
        if inside:
            self.by.emit(statement)

    def lifted(self, value: Value) -> ast.expr:
        return self.by.lifted(value)

    @staticmethod
    def known(value: Any) -> Known:
        return Known(value)

    @staticmethod
    def expression(code: str) -> ast.expr:
        return expression(code)

    @property
    def steps(self) -> int:
        """As many as were asked for, else as the page has taken; before the first one, as many as are planned."""
        return self._steps or self.run.step or self.config.steps or UNPLANNED

    @property
    def every(self) -> int:
        """So many steps lie between two lines that the program prints: a round number."""
        rough = max(1, self.steps // SHOWN)
        scale = 10 ** (len(str(rough)) - 1)
        return int(rough // scale * scale)

    def learn(self) -> None:
        """One act of learning, stage by stage; its metrics are printed by `report`."""
        self.by.watched = (self.trainer, "metrics")
        self.by.begin_stage()
        body = self.by.body
        self.by.call(self.trainer.stages)
        if any(sighting.body is not body for sighting in self.by.sightings):
            self._agree()

    def _agree(self) -> None:
        """Metrics that come from several branches, or from inside a loop, become variables there."""
        for sighting in self.by.sightings:
            written: list[ast.stmt] = []
            with self.by.into(written):
                for name, value in _entries(sighting.value):
                    self.put(name, _undetached(value))
            place = 0 if sighting.after is None else sighting.body.index(sighting.after) + 1
            sighting.body[place:place] = written
        names = [name for name, _ in _entries(self.by.seen)]
        self.by.seen = Record({name: ast.Name(name, ast.Load()) for name in names})

    def now_and_then(self) -> AbstractContextManager[None]:
        """Inside the loop: in some of its rounds, and in the last one."""
        return nullcontext() if self.every == 1 else self.block(f"if step % {self.every} == 0 or step == STEPS:")

    def report(self) -> None:
        """Print the metrics now and then and at the end, with those that are measured beside the loss."""
        shown = dict(_entries(self.by.seen))
        with self.now_and_then():
            measured: list[ast.stmt] = []
            with self.by.into(measured):
                for name, value in shown.items():
                    if not isinstance(_undetached(value), ast.Name):
                        self.put(name, _undetached(value))
                        shown[name] = ast.Name(name, ast.Load())
                found = dict(_entries(self.by.call(self.trainer.measure)))
                for name, value in found.items():
                    if not isinstance(value, ast.Name):
                        self.put(name, value)
                        found[name] = ast.Name(name, ast.Load())
            if measured:
                self.by.emit(ast.With([ast.withitem(expression("torch.no_grad()"))], measured))
            parts = [f"f'{name} {{{ast.unparse(_item(value))}:.6g}}'" for name, value in (shown | found).items()]
            self.line(f"print(f'step {{step}}', {', '.join(parts)}, sep='  ')")

    def report_fully(self) -> None:
        """Print what is measured once at the end, where the page has come to one."""
        if self.run.stop is None or self.run.stop.reason == "diverged":
            return
        measured: list[ast.stmt] = []
        with self.by.into(measured):
            found = dict(_entries(self.by.call(self.trainer.measure_fully)))
            for name, value in found.items():
                self.put(name, value)
        if found:
            self.by.emit(ast.With([ast.withitem(expression("torch.no_grad()"))], measured))
            parts = [f"f'{name} {{{name}.item():.6g}}'" for name in found]
            self.line(f"print(f'step {{STEPS}}', {', '.join(parts)}, sep='  ')")

    def changes(self, names: Sequence[str]) -> dict[str, dict[int, Any]]:
        """For each live knob what it became at which step, in the order of the run."""
        found: dict[str, dict[int, Any]] = {}
        for change in changes_of(self.first, self.run.edits):
            for name in names:
                if name in change.values:
                    found.setdefault(name, {})[change.step] = change.values[name]
        return found


def _entries(value: Value | None) -> Iterator[tuple[str, ast.expr]]:
    """The metrics of a dictionary that is written in the program."""
    if isinstance(value, Record):
        for key, part in value.entries.items():
            assert isinstance(part, ast.expr)
            yield str(key), part


class _Undetached(ast.NodeTransformer):
    """Takes `.detach()` out: what is only read needs none."""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.func, ast.Attribute) and node.func.attr == "detach":
            return node.func.value
        return node


def _undetached(value: ast.expr) -> ast.expr:
    found: ast.expr = _Undetached().visit(copy.deepcopy(value))
    return found


def _item(value: ast.expr) -> ast.expr:
    """The number in a scalar tensor."""
    return ast.Call(ast.Attribute(_undetached(value), "item", ast.Load()), [], [])


def table(values: Mapping[int, Any]) -> str:
    """{step: value} as code."""
    return "{" + ", ".join(f"{step}: {ast.unparse(literal(value))}" for step, value in values.items()) + "}"
