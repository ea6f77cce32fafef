"""Lays out what an optimizer remembers for a file, and puts it back checked into another of its kind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor
from torch.optim import LBFGS, SGD, Optimizer

from playground.core.refusal import BadValue

if TYPE_CHECKING:
    from playground.core.state import Parts

Entry = Mapping[str, Any]
Shapes = list[dict[str, tuple[torch.Size, torch.dtype]]]
LISTS = ("old_dirs", "old_stps", "ro")  # of L-BFGS, an item for each step that it remembers
LARGEST = 2**40
SCRATCH = "al"  # of L-BFGS: written anew before each use


def laid_out(optimizer: Optimizer) -> Mapping[int, Entry]:
    """The state of each parameter that has one: tensors and plain values only."""
    state: Mapping[int, Entry] = optimizer.state_dict()["state"]
    return {index: _without_lists(entry) for index, entry in state.items()}


def _without_lists(entry: Entry) -> Entry:
    """A list of tensors as one tensor."""
    laid = {name: value for name, value in entry.items() if name not in (*LISTS, SCRATCH) and value is not None}
    return laid | {name: torch.stack(entry[name]) for name in LISTS if entry.get(name)}


def fill(parts: Parts, path: str, optimizer: Optimizer) -> None:
    """Raises BadValue before anything is changed."""
    state = _read_lbfgs(parts, path, optimizer) if isinstance(optimizer, LBFGS) else _read(parts, path, optimizer)
    optimizer.load_state_dict({"state": state, "param_groups": optimizer.state_dict()["param_groups"]})


def _read(parts: Parts, path: str, optimizer: Optimizer) -> dict[int, dict[str, Any]]:
    """An optimizer that has not stepped yet has no state: then there is nothing in the file either."""
    parameters = [parameter for group in optimizer.param_groups for parameter in group["params"]]
    state: dict[int, dict[str, Any]] = {}
    for index in range(len(parameters)):
        own = parts.under(str(index))
        if own.plain:
            raise BadValue("bad_run_part", part=f"{path}.{index}"[:80])
        if own.tensors:
            state[index] = dict(own.tensors)
    if state and _shapes(state) not in _expected(optimizer, parameters):
        raise BadValue("bad_run_part", part=path[:80])
    for index, entry in state.items():
        for name, value in entry.items():
            if value.shape == parameters[index].shape:  # a fused update walks both in memory's order
                entry[name] = torch.empty_like(parameters[index], requires_grad=False).copy_(value)
    return state


def _shapes(state: Mapping[int, Entry]) -> Shapes:
    return [{name: (value.shape, value.dtype) for name, value in entry.items()} for entry in state.values()]


def _expected(optimizer: Optimizer, parameters: list[Tensor]) -> list[Shapes]:
    """What the state of each parameter may look like after a step.

    SGD whose momentum has been turned to 0 still remembers, and goes on from there when it is turned up again.
    """
    expected = [_after_a_step(optimizer, parameters, {})]
    if isinstance(optimizer, SGD):
        expected.append(_after_a_step(optimizer, parameters, {"momentum": 0.9}))
    return expected


def _after_a_step(optimizer: Optimizer, parameters: list[Tensor], options: Mapping[str, float]) -> Shapes:
    """A copy takes the step and is thrown away."""
    copies = [torch.zeros_like(parameter, requires_grad=True) for parameter in parameters]
    for copy in copies:
        copy.grad = torch.zeros_like(copy)
    groups, place = [], 0
    for group in optimizer.param_groups:
        count = len(group["params"])
        groups.append({**group, **options, "params": copies[place : place + count]})
        place += count
    trial = type(optimizer)(groups)  # type: ignore[call-arg]
    trial.step()
    return _shapes(laid_out(trial))


def _read_lbfgs(parts: Parts, path: str, optimizer: LBFGS) -> dict[int, dict[str, Any]]:
    """Everything hangs on the first parameter: the last step, and the steps and changes of gradient before it."""
    own = parts.under("0")
    if not own.tensors and not own.plain:
        return {}
    entry: dict[str, Any] = {name: own.between(name, 0, LARGEST) for name in ("func_evals", "n_iter")}
    if entry["n_iter"]:
        (group,) = optimizer.param_groups
        flat = torch.cat([parameter.detach().reshape(-1) for parameter in group["params"]])
        entry |= {name: own.tensor(name, flat).clone() for name in ("d", "prev_flat_grad")}
        entry["prev_loss"] = own.number("prev_loss", float)
        entry |= {name: _scalar(own, name, flat) for name in ("t", "H_diag")}
        like = {"old_dirs": flat, "old_stps": flat, "ro": flat.new_empty(())}
        for name in LISTS:  # apart from each other, as they were: sums depend on where in memory a vector begins
            entry[name] = [row.clone() for row in own.rows(name, like[name], group["history_size"])]
        if len({len(entry[name]) for name in LISTS}) > 1:
            raise BadValue("bad_run_part", part=path[:80])
    return {0: entry}


def _scalar(parts: Parts, name: str, like: Tensor) -> Any:
    """A number, or a tensor of one where torch has left one."""
    return parts.tensor(name, like.new_empty(())).clone() if name in parts.tensors else parts.number(name, float)
