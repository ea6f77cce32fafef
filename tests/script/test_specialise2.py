"""What the evaluator writes does what the function does: small ones, written, executed and compared."""

from __future__ import annotations

import ast
import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from playground.script import source
from playground.script.definitions import Definitions
from playground.script.layout import code
from playground.script.tidy import tidy
from playground.script.values import Known, expression

ROOM = {"torch": torch, "nn": nn}


@pytest.fixture(autouse=True)
def at_home(monkeypatch: pytest.MonkeyPatch) -> None:
    """The functions of this file are unfolded like ours."""
    monkeypatch.setattr(source, "HOME", ("playground.", "tests."))


def written(function: Callable[..., Any], *args: Any, **variables: Any) -> tuple[str, Any]:
    """The program for known arguments, where x and y are variables; and what it computes."""
    by = Definitions({})
    by.taken |= set(variables)
    values = [expression(arg) if isinstance(arg, str) and arg in variables else Known(arg) for arg in args]
    value = by.call(function, *values)
    by.body.append(ast.Assign([ast.Name("answer", ast.Store())], by.lifted(value)))
    tidy([by.body, [ast.Expr(ast.Name("answer", ast.Load()))]])
    text = code(by.body)
    room: dict[str, Any] = ROOM | variables
    exec(text, room)
    return text, room["answer"]


def _chain(x: Tensor, low: int, high: int) -> Tensor:
    return x + 1 if low == high == 1 else x - 1


def test_a_chain_of_comparisons_is_decided() -> None:
    x = torch.arange(3.0)
    for low, high in ((1, 1), (1, 2), (2, 2)):
        text, answer = written(_chain, "x", low, high, x=x)
        assert "if" not in text
        assert answer.equal(_chain(x, low, high))


@dataclass(frozen=True)
class _Pair:
    total: Tensor
    double: Tensor
    name: str

    @staticmethod
    def of(x: Tensor) -> _Pair:
        return _Pair(x.sum(), 2 * x, "pair")


def _of_record(x: Tensor) -> Tensor:
    pair = _Pair.of(x)
    return pair.total + pair.double if pair.name == "pair" else pair.double


def test_the_parts_of_a_record_are_variables_of_their_names() -> None:
    x = torch.arange(3.0)
    text, answer = written(_of_record, "x", x=x)
    assert "total = " in text
    assert "_Pair" not in text
    assert answer.equal(_of_record(x))


def _shared(x: Tensor) -> Tensor:
    middle = x.mean()
    return (x - middle) * middle


def _total(x: Tensor) -> Tensor:
    found = _shared(x).sum()
    return found


def _twice(x: Tensor, y: Tensor) -> Tensor:
    return _total(x) - _total(y)


def test_names_are_used_again_when_a_function_has_ended() -> None:
    x, y = torch.arange(3.0), torch.arange(4.0) ** 2
    text, answer = written(_twice, "x", "y", x=x, y=y)
    assert text.count("middle = ") == 2
    assert answer.equal(_twice(x, y))


def _late(x: Tensor, y: Tensor) -> Tensor:
    return _shared(x)[:1] - _shared(y)[:1]


def test_a_name_is_not_used_again_while_an_expression_holds_it() -> None:
    x, y = torch.arange(3.0), torch.arange(4.0) ** 2
    _, answer = written(_late, "x", "y", x=x, y=y)
    assert answer.equal(_late(x, y))


class _Holder:
    def __init__(self) -> None:
        self.low = self.high = torch.zeros(())

    def split(self, x: Tensor) -> None:
        self.low, self.high = x.sort()


def test_members_may_go_to_attributes_that_are_variables() -> None:
    holder, by = _Holder(), Definitions({})
    for name in ("low", "high"):
        by.variable(holder, name)
    by.call(holder.split, expression("x"))
    room: dict[str, Any] = {"x": torch.tensor([2.0, 1.0])}
    exec(code(by.body), room)
    assert room["low"].tolist() == [1, 2]
    assert room["high"].tolist() == [1, 0]


def _largest(x: Tensor) -> Tensor:
    found, _ = x.max(dim=0)
    return found


def test_what_nobody_wants_keeps_its_name() -> None:
    text, answer = written(_largest, "x", x=torch.arange(3.0))
    assert "found, _ = " in text
    assert answer == 2


FAMILY = {"adam": torch.optim.Adam}


def _optimizer(weights: list[Tensor], kind: str, decay: float) -> torch.optim.Optimizer:
    made: torch.optim.Optimizer = FAMILY.get(kind, torch.optim.AdamW)(weights, lr=0.001, weight_decay=decay)
    return made


def test_what_is_as_by_default_is_not_said() -> None:
    weights = [torch.zeros(1, requires_grad=True)]
    text, answer = written(_optimizer, "weights", "adam", 0.0, weights=weights)
    assert text == "answer = torch.optim.Adam(weights, lr=0.001)"
    assert answer.param_groups[0]["lr"] == 0.001
    text, answer = written(_optimizer, "weights", "other", 0.0, weights=weights)
    assert text == "answer = torch.optim.AdamW(weights, lr=0.001, weight_decay=0.0)"
    assert answer.param_groups[0]["weight_decay"] == 0


def _moved(x: Tensor, device: torch.device) -> Tensor:
    return x.to(device) + torch.ones(3, device=device)


def test_the_program_is_on_the_cpu_wherever_the_page_computes() -> None:
    text, answer = written(_moved, "x", torch.device("cuda"), x=torch.zeros(3))
    assert "device" not in text
    assert answer.tolist() == [1, 1, 1]


def _first_byte(x: bytes) -> int:
    return int.from_bytes(x[:1], "big")


def test_python_s_own_names_are_python_s() -> None:
    text, answer = written(_first_byte, "x", x=b"ab")
    assert "= int.from_bytes(" in text
    assert answer == 97


def _seeded(x: Tensor) -> Tensor:
    torch.manual_seed(3)
    return x + torch.rand(3)


def test_a_function_of_torch_is_found_although_torch_has_wrapped_it_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    written(_seeded, "x", x=torch.zeros(3))
    plain = torch.manual_seed

    @functools.wraps(plain)
    def wrapped(seed: int) -> torch.Generator:
        return plain(seed)

    monkeypatch.setattr(torch, "manual_seed", wrapped)
    text, answer = written(_seeded, "x", x=torch.zeros(3))
    assert "torch.manual_seed(3)" in text
    assert answer.equal(_seeded(torch.zeros(3)))


def _summed(x: Tensor, count: int) -> Tensor:
    total = x
    for turn in range(count):
        total = total + turn
    return total


@pytest.mark.parametrize("count", [0, 1, 3])
def test_a_counted_loop(count: int) -> None:
    x = torch.arange(3.0)
    text, answer = written(_summed, "x", count, x=x)
    assert ("for turn in range(3):" in text) == (count == 3)
    assert answer.equal(_summed(x, count))


def _drawn(x: Tensor) -> Tensor:
    unused = x.mean()  # noqa: F841
    drawn = torch.rand(3)  # noqa: F841  # what is drawn after it depends on it
    return x + torch.rand(3)


def test_what_is_never_read_is_left_out_but_random_numbers_are_drawn() -> None:
    x = torch.zeros(3)
    torch.manual_seed(1)
    text, answer = written(_drawn, "x", x=x)
    torch.manual_seed(1)
    assert answer.equal(_drawn(x))
    assert "unused" not in text


def test_long_sums_are_broken_at_their_sign() -> None:
    half = "functional.logsigmoid(some_logits_of_the_critic).mean()"
    text = code(ast.parse(f"score = {half} + {half}").body)
    assert text == f"score = (\n    {half}\n    + {half}\n)"


def test_a_tuple_of_one_shows_its_brackets() -> None:
    assert code(ast.parse("slope, = f(x)").body) == "(slope,) = f(x)"
