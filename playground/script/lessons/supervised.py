"""What the programs of all supervised lessons share: the optimizer, the loop and what was changed by hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from playground.core.batches import Batches
from playground.core.supervised import WITH_MOMENTUM, Penalty, build_optimizer
from playground.data.split import kept_apart
from playground.lessons.classifier import ClassifierConfig
from playground.lessons.regression import RegressionConfig
from playground.script.pen import Pen, table
from playground.script.values import expression

PENALTIES = ("l1", "l2")


@dataclass(frozen=True)
class Player:
    """A net that learns: the names of its variables, and the penalty on its weights."""

    penalty: Penalty
    net: str = "net"
    optimizer: str = "optimizer"


def name_batches(pen: Pen, batches: Batches, x: str, y: str) -> None:
    """The program has the data that are learnt from in two variables, and walks through them as the page does."""
    pen.name(batches.inputs, x)
    pen.name(batches.targets, y)
    if not batches.whole:
        for attribute in ("plan", "place"):
            pen.by.variable(batches, attribute)
        pen.line("plan, place = (), 0")


def hold_out(pen: Pen, config: RegressionConfig | ClassifierConfig) -> None:
    """The mask of the rows that are kept for testing, in the variable `test`."""
    is_own = config.own is not None
    pen.call(kept_apart, expression("len(x)"), config.test, own=is_own, into="test")


def make_optimizer(
    pen: Pen, optimizer: torch.optim.Optimizer, name: str = "optimizer", net: str = "net", *, fused: bool | None = None
) -> None:
    pen.call(build_optimizer, pen.first, expression(f"{net}.parameters()"), fused=fused, into=name)
    pen.name(optimizer, name)


def note_changes(pen: Pen, players: Sequence[Player]) -> dict[str, dict[int, Any]]:
    """Tables of the live knobs that were changed by hand during the run, which its loop then reads."""
    changes = pen.changes(("lr", "momentum", *PENALTIES))
    config = pen.config
    if config.optimizer not in WITH_MOMENTUM:
        changes.pop("momentum", None)
    if changes:
        pen.comment("changes")
    for name, values in changes.items():
        pen.line(f"{name}_at = {table({step + 1: value for step, value in values.items()})}")
    if any(name in changes or getattr(config, name) for name in PENALTIES):
        for player in players:
            weights = f"weights{player.net.removeprefix('net')}"
            pen.name(player.penalty.weights, weights, f"[w for w in {player.net}.parameters() if w.dim() > 1]")
    for name in PENALTIES:
        if name in changes:
            for player in players:
                pen.by.variable(player.penalty, name)
            pen.line(f"{name} = {getattr(pen.first, name)}")
    return changes


def apply_changes(pen: Pen, changes: dict[str, dict[int, Any]], players: Sequence[Player]) -> None:
    """Inside the loop: what was set by hand counts from its step on."""
    for name in changes:
        if name in PENALTIES:
            pen.line(f"{name} = {name}_at.get(step, {name})")
            continue
        with pen.block(f"if step in {name}_at:"):
            for player in players:
                pen.line(f"{player.optimizer}.param_groups[0]['{name}'] = {name}_at[step]")


def learn(
    pen: Pen,
    players: Sequence[Player],
    *,
    before: Callable[[], None] = lambda: None,
    after: Callable[[], None] = lambda: None,
) -> None:
    """The loop: the stages of a step as they ran, what was done by hand before or after them, and what is printed."""
    changes = note_changes(pen, players)
    pen.line(f"STEPS = {pen.steps}")
    with pen.block("for step in range(1, STEPS + 1):"):
        apply_changes(pen, changes, players)
        before()
        pen.learn()
        after()
        pen.report()
    pen.report_fully()
