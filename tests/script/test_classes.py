"""What the evaluator writes of classes that are no nets, of loops and of records does what the sources do."""

from __future__ import annotations

import ast
import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from playground.script import source
from playground.script.definitions import Definitions
from playground.script.layout import code
from playground.script.tidy import tidy
from playground.script.values import Known, Unwritable, expression, literal
from playground.script.written import changing

ROOM = {"torch": torch, "np": np, "functional": functional}


@pytest.fixture(autouse=True)
def at_home(monkeypatch: pytest.MonkeyPatch) -> None:
    """The functions of this file are unfolded like ours."""
    monkeypatch.setattr(source, "HOME", ("playground.", "tests."))


class Count(NamedTuple):
    total: Any
    rounds: Any


class Purse:
    """Holds numbers; how many it may hold is a setting."""

    def __init__(self, most: int, first: float) -> None:
        self._most = most
        self._name = np.zeros(3)
        self.held = np.full(2, first)
        self._rounds = 0

    def __len__(self) -> int:
        return min(self._rounds, self._most)

    def put(self, amount: float) -> Count:
        if amount > self._most:
            self.put(amount / 2)
            return self.put(amount / 2)
        self._rounds += 1
        self.held = self.held + amount
        return self._told()

    def _told(self) -> Count:
        return Count(self.held.sum(), self._rounds)


def spent(purse: Purse, amount: float) -> Any:
    while amount > 1:
        amount = amount / 2
        purse.put(amount)
    found = purse.put(amount)
    return found.total + found.rounds + len(purse)


def _opened() -> tuple[Definitions, Purse]:
    by, live = Definitions({}), Purse(3, 0.5)
    by.home = []
    by.models.append(live)
    by.keep(Purse, open_=("first",))
    by.keep(Purse.put)
    by.remarks[Purse] = "a purse"
    by.emit(ast.Assign([ast.Name("purse", ast.Store())], by.lifted(by.apply(Known(Purse), [Known(3), Known(0.5)], {}))))
    by.name(live, "purse")
    return by, live


def test_a_class_that_is_no_net_is_written_with_the_methods_that_are_needed() -> None:
    by, live = _opened()
    value = by.call(spent, Known(live), expression("amount"))
    by.emit(ast.Assign([ast.Name("answer", ast.Store())], by.lifted(value)))
    tidy([[*by.home, *by.body]])
    text = code([*by.home, *by.body])
    room: dict[str, Any] = {**ROOM, "amount": 7.0}
    exec(text, room)
    assert room["answer"] == spent(Purse(3, 0.5), 7.0)
    assert "purse = Purse(first=0.5)" in text
    assert "# a purse" in text
    assert "_most" not in text
    assert "name" not in text  # nobody asks for it
    assert "total, rounds = purse.put(amount)" in text


def test_attributes_that_change_are_no_settings() -> None:
    assert changing(Purse) == {"held", "_rounds"}


class Layered(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(2, 3), nn.Linear(3, 1)])
        self.gather()

    def gather(self) -> None:
        self.pairs = [(layer.weight, layer.bias) for layer in self.layers]

    def forward(self, x: Tensor) -> Tensor:
        for weight, bias in self.pairs:
            x = functional.linear(x, weight, bias)
        return x


def test_weights_that_a_net_keeps_in_lists_are_those_of_its_layers() -> None:
    by, net = Definitions({}), Layered()
    by.home = by.body
    by.left_out.add(Layered.gather)
    by.models.append(net)
    by.emit(ast.Assign([ast.Name("net", ast.Store())], by.lifted(by.apply(Known(Layered), [], {}))))
    text = code(by.body)
    assert "self.layers[1](x)" in text
    room: dict[str, Any] = {**ROOM, "nn": nn}
    exec(text, room)
    room["net"].load_state_dict(net.state_dict())
    assert torch.equal(room["net"](torch.ones(1, 2)), net(torch.ones(1, 2)))


def _followed(slow: list[Tensor], fast: list[Tensor]) -> None:
    torch._foreach_lerp_(slow, fast, 0.25)
    torch._foreach_copy_(slow, fast)


def test_what_torch_does_to_many_weights_is_written_weight_by_weight() -> None:
    by, nets = Definitions({}), (nn.Linear(1, 1), nn.Linear(1, 1))
    weights = [list(net.parameters()) for net in nets]
    for held, name in zip(weights, ("slow.parameters()", "fast.parameters()"), strict=True):
        by.name(held, name)
    by.call(_followed, *(Known(held) for held in weights))
    text = code(by.body)
    assert "mine.lerp_(its, 0.25)" in text
    assert text.endswith("slow.load_state_dict(fast.state_dict())")
    room: dict[str, Any] = {**ROOM, "slow": nets[0], "fast": nets[1]}
    exec(text.rpartition("\n")[0], room | {})


def _early(x: float) -> float:
    if x > 1:
        return x
    return -x


def test_only_a_function_of_the_program_returns_from_a_branch() -> None:
    by = Definitions({})
    with pytest.raises(Unwritable):
        by.call(_early, expression("x"))
    by = Definitions({})
    by.home = []
    by.keep(_early)
    text = code([*by.home, ast.Expr(by.lifted(by.apply(Known(_early), [expression("x")], {})))])
    room: dict[str, Any] = {"x": 1}
    exec(code(by.home), room)
    early: Callable[[float], float] = room["early"]
    assert [early(3), early(0.5)] == [3, -0.5]
    assert text.endswith("early(x)")


def test_numpy_s_names_are_those_that_people_know() -> None:
    by = Definitions({})
    for thing, name in ((np.float32, "np.float32"), (np.int64, "np.int64"), (np.abs, "np.abs")):
        assert ast.unparse(by.lifted(Known(thing))) == name
    assert ast.unparse(literal(math.nan)) == "math.nan"
