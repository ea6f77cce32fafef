"""What a race's program says of its lanes: names, optimizers, rates, and who came, went or was changed by hand."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import nn

from playground.core.lanes import LaneSpec
from playground.lessons.racing.optimizers import beside_muon, make_optimizer
from playground.lessons.racing.race import LineUp
from playground.lessons.racing.schedules import FACTORS, PLATEAU_GAMMA, PLATEAU_PATIENCE, PLATEAU_WINDOWS
from playground.script.pen import Pen
from playground.script.values import Known, expression, literal

STILL = ("constant", "plateau")  # schedules that no function of the step describes


@dataclass
class Racer:
    """A lane from the first weights on, until it goes or starts anew."""

    first: LaneSpec
    born: int
    total: int
    name: str = ""
    spec: LaneSpec = field(init=False)

    def __post_init__(self) -> None:
        self.spec = self.first

    @property
    def window(self) -> int:
        """The steps whose mean loss a plateau listens to."""
        return max(1, self.total // PLATEAU_WINDOWS)


@dataclass
class Turn:
    """What was changed by hand before a step: who goes, who comes, and who has other settings."""

    gone: list[Racer] = field(default_factory=list)
    come: list[Racer] = field(default_factory=list)
    tuned: list[tuple[Racer, LaneSpec]] = field(default_factory=list)  # with the settings from here on


@dataclass(frozen=True)
class Story:
    """All racers in their order, and the turns by the step that comes next."""

    racers: Sequence[Racer]
    turns: Mapping[int, Turn]

    @property
    def starters(self) -> list[Racer]:
        return self.turns[0].come

    def has(self, kind: str) -> bool:
        return any(racer.first.kind == kind for racer in self.racers)

    def specs_of(self, racer: Racer) -> list[LaneSpec]:
        """All settings that a racer has ever had."""
        return [racer.first, *(spec for turn in self.turns.values() for who, spec in turn.tuned if who is racer)]

    @property
    def has_rates(self) -> bool:
        """Whether a rate follows a function of the step."""
        return any(spec.schedule not in STILL for racer in self.racers for spec in self.specs_of(racer))

    @property
    def has_plateaus(self) -> bool:
        return any(racer.first.schedule == "plateau" for racer in self.racers)


def story_of(line_ups: Iterable[LineUp], label: Mapping[str, str]) -> Story:
    """What the line-ups of a race tell; label: kind → how it is called."""
    merged: dict[int, LineUp] = {}
    for line_up in line_ups:  # what was changed between the same two steps is one change
        fresh = merged[line_up.step].fresh | line_up.fresh if line_up.step in merged else line_up.fresh
        merged[line_up.step] = LineUp(line_up.step, line_up.planned, line_up.specs, fresh, line_up.has_lost)
    racers: list[Racer] = []
    turns: dict[int, Turn] = {}
    now: dict[int, Racer] = {}
    for step, line_up in merged.items():
        turn = turns[step] = Turn()
        staying = {spec.slot for spec in line_up.specs} - line_up.fresh
        turn.gone = [now.pop(slot) for slot in list(now) if slot not in staying]
        for spec in line_up.specs:
            if spec.slot not in now:
                now[spec.slot] = Racer(spec, step, max(1, line_up.planned))
                turn.come.append(now[spec.slot])
            elif spec != now[spec.slot].spec:
                turn.tuned.append((now[spec.slot], spec))
                now[spec.slot].spec = spec
        racers += turn.come
    _call(racers, label)
    for racer in racers:
        racer.spec = racer.first
    return Story(racers, turns)


def _call(racers: Sequence[Racer], label: Mapping[str, str]) -> None:
    """Names that tell racers apart: the optimizer, with its schedule or its rate where several have the same."""
    for racer in racers:
        same = [other.first for other in racers if other.first.kind == racer.first.kind]
        spec, name = racer.first, label[racer.first.kind]
        marks = [(other.schedule, f"{other.lr:g}") for other in same]
        if len(same) == 1:
            racer.name = name
        elif len({schedule for schedule, _ in marks}) == len(same):
            racer.name = f"{name}-{spec.schedule}"
        elif len({rate for _, rate in marks}) == len(same):
            racer.name = f"{name}-{spec.lr:g}"
        else:
            racer.name = f"{name}-{[other is spec for other in same].index(True) + 1}"


class Garage:
    """Writes the optimizers of a race; `many`: each lane has a list of them, because a Muon has another one beside it.

    place: what leads from a lane's name to its weights and to its optimizer, such as "[seed]" in a fan.
    """

    def __init__(self, pen: Pen, *, weights: str, widths: Sequence[int] = (), many: bool, seeds: str = "") -> None:
        self.pen, self.many, self.widths = pen, many, widths
        self.weights, self.seeds = weights, seeds  # such as nets['NAME'][seed].parameters()
        self.schedules: dict[tuple[str, int], str] = {}

    def optimizer(self, racer: Racer) -> str:
        """The call that makes a racer's optimizer, or its list of them."""
        weights = self.weights.replace("NAME", racer.name)
        if racer.first.kind == "muon":
            text = self._muon(racer.first, weights.removesuffix(".parameters()"))
        else:
            text = self._made(make_optimizer, racer.first, weights)
            text = f"[{text}]" if self.many else text
        return self.each(text)

    def each(self, text: str) -> str:
        """The same for every seed of a fan."""
        return f"{{seed: {text} for seed in {self.seeds}}}" if self.seeds else text

    def _made(self, function: Any, spec: LaneSpec, weights: str) -> str:
        made = self.pen.by.call(function, Known(spec), expression(weights))
        return ast.unparse(self.pen.lifted(made))

    def _muon(self, spec: LaneSpec, net: str) -> str:
        """Muon moves the matrices between hidden layers, AdamW all else."""
        count = len(self.widths) - 1
        layers = [f"{net}[{2 * place}]" for place in range(count)]
        hidden = [f"{layer}.weight" for layer in layers[1:-1]]
        others = [f"*{layers[0]}.parameters()", *(f"{layer}.bias" for layer in layers[1:-1])]
        muon = self._made(make_optimizer, spec, f"[{', '.join(hidden)}]")
        beside = self._made(beside_muon, spec, f"[{', '.join([*others, f'*{layers[-1]}.parameters()'])}]")
        return f"[{muon}, {beside}]"

    def plateau(self, racer: Racer) -> str:
        place = f"optimizers['{racer.name}']{'[seed]' if self.seeds else ''}"
        kind = f"torch.optim.lr_scheduler.ReduceLROnPlateau(%s, factor={PLATEAU_GAMMA}, patience={PLATEAU_PATIENCE})"
        return self.each(f"[{kind % 'optimizer'} for optimizer in {place}]" if self.many else kind % place)

    def write_rates(self, story: Story) -> None:
        """The tables of those whose rate is not constant."""
        pen = self.pen
        if story.has_rates:
            self._define_schedules(story)
            pen.comment("rates")
            moving = [racer for racer in story.starters if racer.first.schedule not in STILL]
            pen.line(f"rates = {{{', '.join(f'{racer.name!r}: {self.rate(racer, racer.first)}' for racer in moving)}}}")
        if story.has_plateaus:
            listening = [racer for racer in story.starters if racer.first.schedule == "plateau"]
            pen.line(f"plateaus = {{{', '.join(f'{racer.name!r}: {self.plateau(racer)}' for racer in listening)}}}")

    def _define_schedules(self, story: Story) -> None:
        """The functions of the schedules that the lanes follow."""
        found = {
            (spec.schedule, racer.total)
            for racer in story.racers
            for spec in story.specs_of(racer)
            if spec.schedule not in STILL
        }
        for schedule, total in sorted(found):
            function = FACTORS[schedule]
            alone = sum(schedule == other for other, _ in found) == 1
            name = function.__name__.strip("_") + ("" if alone else f"_{total}")  # type: ignore[attr-defined]
            with self.pen.block(f"def {name}(step):"):
                found_value = self.pen.by.call(function, expression("step"), Known(total))
                self.pen.by.emit(ast.Return(self.pen.lifted(found_value)))
            self.schedules[schedule, total] = name

    def rate(self, racer: Racer, spec: LaneSpec) -> str:
        """A racer's learning rate as a function of the step, counted from 0."""
        step = f"step - {racer.born}" if racer.born else "step"
        return f"lambda step: {spec.lr!r} * {self.schedules[spec.schedule, racer.total]}({step})"

    def tune(self, racer: Racer, spec: LaneSpec) -> None:
        """A racer goes on with other settings."""
        before, racer.spec = racer.spec, spec
        changed = _changed(before, spec)
        lines = []
        if (spec.lr, spec.schedule) != (before.lr, before.schedule):
            if spec.schedule == "plateau":
                lines.append(f"optimizer.param_groups[0]['lr'] *= {spec.lr!r} / {before.lr!r}")
            elif spec.schedule == "constant":
                changed = {"lr": spec.lr, **changed}
                if before.schedule != "constant":
                    self.pen.line(f"del rates['{racer.name}']")
            else:
                self.pen.line(f"rates['{racer.name}'] = {self.rate(racer, spec)}")
        beside = {name: value for name, value in changed.items() if name in ("lr", "weight_decay")}
        has_more = spec.kind == "muon" and len(beside) < len(changed)
        given = beside if has_more else changed
        if given:
            words = ", ".join(f"{name}={ast.unparse(literal(value))}" for name, value in given.items())
            lines.append(f"optimizer.param_groups[0].update({words})")
        place = f"optimizers['{racer.name}']"
        if lines:
            self._for_each(place, lines)
        if has_more:
            words = ", ".join(f"{name}={value!r}" for name, value in changed.items() if name not in beside)
            self._for_each(place, [f"optimizer.param_groups[0].update({words})"], only_first=True)

    def _for_each(self, place: str, lines: list[str], *, only_first: bool = False) -> None:
        if not self.seeds and not self.many:
            for line in lines:
                self.pen.line(line.replace("optimizer.", f"{place}.", 1))
            return
        if not self.seeds:
            opening = f"for optimizer in {place}{'[:1]' if only_first else ''}:"
        elif self.many:
            part = "several[:1]" if only_first else "several"
            opening = f"for optimizer in [one for several in {place}.values() for one in {part}]:"
        else:
            opening = f"for optimizer in {place}.values():"
        with self.pen.block(opening):
            for line in lines:
                self.pen.line(line)


def _changed(before: LaneSpec, after: LaneSpec) -> dict[str, Any]:
    """What is another value in the optimizer, beside its rate."""
    groups = [make_optimizer(spec, [nn.Parameter(torch.zeros(1, 1))]).param_groups[0] for spec in (before, after)]
    return {
        name: value
        for name, value in groups[1].items()
        if name not in ("params", "lr", "initial_lr") and value != groups[0][name]
    }
