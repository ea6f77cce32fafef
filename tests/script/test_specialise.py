"""What the evaluator writes does what the function does: both are run, with the same random numbers."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from playground.script import source
from playground.script.definitions import Definitions
from playground.script.layout import code
from playground.script.nodes import assignment
from playground.script.values import Known, Unwritable, Value


@pytest.fixture(autouse=True)
def ours(monkeypatch: pytest.MonkeyPatch) -> None:
    """The functions of this file count as those of the package."""
    monkeypatch.setattr(source, "HOME", ("playground.", "tests."))


def text_of(by: Definitions, value: Value) -> str:
    by.emit(assignment("found", by.lifted(value)))
    return code(by.body)


def written(function: Any, *known: Any, names: dict[str, Any] | None = None, keep: tuple[Any, ...] = ()) -> str:
    """The program of a call under arguments that are known or, as syntax trees, variables."""
    by = Definitions({})
    for name, thing in (names or {}).items():
        by.name(thing, name)
    for kept in keep:
        by.keep(kept)
    return text_of(
        by,
        by.apply(
            Known(function), [ast.Name(arg[1:], ast.Load()) if _is_variable(arg) else Known(arg) for arg in known], {}
        ),
    )


def _is_variable(arg: Any) -> bool:
    return isinstance(arg, str) and arg.startswith("$")


def executed(program: str, **room: Any) -> Any:
    room |= {"torch": torch, "nn": nn, "functional": functional}
    torch.manual_seed(5)
    exec(compile(program, "program", "exec"), room)
    return room["found"]


def assert_same(program: str, function: Callable[..., Any], *args: Any, **room: Any) -> None:
    found = executed(program, **room)
    torch.manual_seed(5)
    wanted = function(*args)
    assert torch.equal(torch.as_tensor(found), torch.as_tensor(wanted)), program


row = torch.ones(3)
X = torch.arange(6.0).view(2, 3)


def with_noise(x: Tensor, noise: Tensor) -> Tensor:
    y = torch.rand(2, 3)
    return x + y * noise


def noisy_twice(x: Tensor) -> Tensor:
    return with_noise(x, torch.rand(2, 3)) + with_noise(x, torch.rand(2, 3))


def unused(x: Tensor, noise: Tensor) -> Tensor:
    return x + torch.rand(2, 3)


def draws_for_nothing(x: Tensor) -> Tensor:
    return unused(x, torch.rand(2, 3))


def doubled(x: Tensor) -> Tensor:
    y = x + 1
    y += x
    return y


def left_to_right(x: Tensor) -> Tensor:
    return torch.rand(2, 3) - with_noise(x, torch.rand(2, 3)) * torch.rand(2, 3)


def chosen(x: Tensor, amount: float) -> Tensor:
    return x + (with_noise(x, torch.rand(2, 3)) if amount else x)


def loss_and_objective(x: Tensor) -> Tensor:
    loss = objective = torch.rand(2, 3) * x
    objective = objective + 1
    return loss + 10 * objective


def each_row(x: Tensor, scale: Tensor) -> Tensor:
    return torch.stack([x * row for row in scale])


def in_a_loop(x: Tensor) -> Tensor:
    return each_row(x, x.exp())


@dataclass(frozen=True)
class Both:
    small: Tensor
    large: Tensor


def split_up(x: Tensor) -> Both:
    return Both(x.min(), x.max())


def from_both(x: Tensor) -> Tensor:
    both = split_up(x * 2)
    return both.large - both.small


def with_import(x: Any) -> Any:
    from torch.special import erf

    return erf(x)


def gathered(x: Tensor) -> Tensor:
    found, sizes = [], {}
    for row in x:
        found.append(row * 2)
        sizes["last"] = row
    found.append(sizes["last"])
    return torch.stack(found)


def backwards(x: Tensor) -> Tensor:
    widths = (1, 2, 3)
    first, *others = widths[::-1]
    return x * first + sum(others)


def mean_and_spread(x: Tensor, *, is_sure: bool) -> tuple[Tensor, Tensor | None]:
    if is_sure:
        return x, None
    mean, spread = x.chunk(2, dim=0)
    return mean, spread


def drawn(mean: Tensor, spread: Tensor | None) -> Tensor:
    if spread is None:
        return mean
    return mean + spread * torch.rand(1, 3)


def perhaps_drawn(x: Tensor) -> Tensor:
    return drawn(*mean_and_spread(x, is_sure=True)).sum() + drawn(*mean_and_spread(x, is_sure=False)).sum()


def best_of(x: Tensor) -> Tensor:
    best = None
    for row in x:
        if best is None:
            best = row
        best = torch.maximum(best, row)
    return torch.as_tensor(best)


def nothing_to_keep(x: Tensor) -> Tensor:
    _, y = torch.rand(2, 3), torch.rand(2, 3)
    return x + y


@pytest.mark.parametrize(
    "function",
    [
        gathered,
        backwards,
        perhaps_drawn,
        best_of,
        nothing_to_keep,
        noisy_twice,
        draws_for_nothing,
        doubled,
        left_to_right,
        loss_and_objective,
        in_a_loop,
        from_both,
        with_import,
    ],
    ids=lambda function: function.__name__,
)
def test_a_function_of_one_tensor(function: Callable[[Tensor], Tensor]) -> None:
    assert_same(written(function, "$x"), function, X, x=X)


@pytest.mark.parametrize("amount", [0.0, 1.0])
def test_a_branch_draws_only_where_it_is_taken(amount: float) -> None:
    program = written(chosen, "$x", "$amount")
    assert_same(program, chosen, X, amount, x=X, amount=amount)


def test_an_expression_that_cannot_be_written_in_its_place_is_refused() -> None:
    def rows(x: Tensor) -> Tensor:
        return torch.stack([with_noise(row, torch.rand(2, 3)) for row in x])

    with pytest.raises(Unwritable):
        written(rows, "$x")


def shifted(x: Tensor, rows: Tensor) -> Tensor:
    return torch.stack([row + x for row in rows])


def test_a_name_inside_a_comprehension_hides_no_variable() -> None:
    program = written(shifted, row, X, names={"row": row, "rows": X})
    assert_same(program, shifted, row, X, row=row, rows=X)


def part_of(x: Any, rows: slice) -> Any:
    return x[rows]


def test_a_known_slice_is_written_as_one() -> None:
    program = written(part_of, "$x", slice(1, None))
    assert "x[1:]" in program
    assert_same(program, part_of, X, slice(1, None), x=X)


class Page:
    """Something live that keeps a list of what it has seen."""

    def __init__(self) -> None:
        self.seen: list[float] = [1.0]

    def look(self, x: Tensor) -> Tensor:
        self.seen.append(2.0)
        return x + len("page")


class Wide(Page):
    def look(self, x: Tensor) -> Tensor:
        return super().look(x) * 2


def test_what_the_page_keeps_for_itself_is_left_out_and_left_alone() -> None:
    page = Wide()
    program = written(page.look, "$x")
    assert page.seen == [1.0]
    assert "append" not in program
    assert executed(program, x=X).equal(Wide().look(X))


class Scale(nn.Module):
    def __init__(self, by: float) -> None:
        super().__init__()
        self.by = by

    def forward(self, x: Tensor) -> Tensor:
        return x * self.by


def stack(widths: tuple[int, ...]) -> nn.Sequential:
    return nn.Sequential(*(nn.Linear(a, b) for a, b in pairwise(widths)))


class Mirror(nn.Module):
    """Reads the weights of another net."""

    def __init__(self, stack: nn.Sequential) -> None:
        super().__init__()
        self.first: Any = stack[0]

    def forward(self, x: Any) -> Any:
        return x @ self.first.weight


class Net(nn.Module):
    """A net with all that a class of ours may have."""

    def __init__(self, width: int, kind: str, *, deep: bool) -> None:
        super().__init__()
        self.deep = deep
        self.scale = Scale(0.5)
        self.body = stack((3, width, width) if deep else (3, width))
        self.head = nn.Linear(width, 2) if kind == "linear" else nn.Identity()
        self.mirror = Mirror(self.body)

    def features(self, x: Tensor) -> Any:
        """What the head reads."""
        scaled = self.scale(x)
        return torch.relu(self.body(scaled)) if self.deep else self.body(scaled)

    def never(self, x: Tensor) -> Tensor:
        return x

    def forward(self, x: Tensor) -> Any:
        return self.head(self.features(x))


def both_ways(net: Net, x: Tensor) -> Any:
    return net.head(net.features(x)) - net(x) + net.mirror(net.body[0](x)).sum()


@pytest.mark.parametrize("is_kept", [True, False])
@pytest.mark.parametrize("deep", [True, False])
def test_a_net_of_ours_becomes_a_class(deep: bool, is_kept: bool) -> None:
    def program() -> str:
        by = Definitions({})
        if is_kept:
            by.keep(Net.features)
        by.models.append(net)
        made = by.apply(Known(Net), [Known(4), Known("linear")], {"deep": Known(deep)})
        by.emit(assignment("net", by.lifted(made)))
        by.name(net, "net")
        return text_of(by, by.apply(Known(both_ways), [Known(net), ast.Name("x", ast.Load())], {}))

    torch.manual_seed(5)
    net = Net(4, "linear", deep=deep)
    found = program()
    assert ("def features" in found) == is_kept
    assert "never" not in found
    assert "deep" not in found, "a setting that is known is part of the class"
    assert executed(found, x=X).equal(both_ways(net, X))


def score(net: nn.Module, x: Tensor, y: Tensor) -> Any:
    error = (net(x) - y).square()
    return error.mean() + error.sum()


def scores(nets: tuple[nn.Module, ...], x: Tensor) -> Tensor:
    return torch.stack([score(net, x, x) for net in nets])


def shifted_by(x: Tensor, amount: Tensor | None = None) -> Tensor:
    row = x * 2
    return row if amount is None else row + amount


def outer(x: Tensor) -> Tensor:
    row = x + 1
    moved = shifted_by(x)
    return moved * row


def shifted_both_ways(x: Tensor) -> Tensor:
    row = x.exp()
    return outer(x) + shifted_by(x, x) + row


def test_names_of_definitions_stay_taken_and_those_inside_them_free_none() -> None:
    program = written(shifted_both_ways, "$x", keep=(shifted_by,))
    assert program.count("def shifted_by(x):") == program.count("def shifted_by_2(x, amount):") == 1
    assert_same(program, shifted_both_ways, X, x=X)


def averaged(x: Tensor) -> Tensor:
    mean = x.mean()
    return mean + row.sum()


def test_a_kept_function_hides_no_variable_of_the_program() -> None:
    by = Definitions({})
    by.name(row, "mean")
    by.keep(averaged)
    assert_same(text_of(by, by.apply(Known(averaged), [ast.Name("x", ast.Load())], {})), averaged, X, x=X, mean=row)


def test_a_function_that_is_kept_is_written_once() -> None:
    one, two = nn.Linear(3, 3), nn.Linear(3, 3)
    program = written(scores, (one, two), "$x", names={"one": one, "two": two}, keep=(score,))
    assert program.count("def score(net, x, y):") == 1
    assert_same(program, scores, (one, two), X, x=X, one=one, two=two)
