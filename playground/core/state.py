"""Takes apart what a run's future depends on, so that a file can hold it, and puts it back into a fresh run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.optim import Optimizer

from playground.core.refusal import BadValue

Plain = int | float | str | bool | None
State = Mapping[str, "Plain | Tensor | nn.Module | Optimizer | State"]  # nets and optimizers stand for what is in them
Numbers = TypeVar("Numbers", NDArray[np.float32], NDArray[np.float64], NDArray[np.int64])
MOST = 2**53  # of anything that is counted


class Parts:
    """A state laid out flat: dotted names, tensors apart from plain values."""

    def __init__(self, tensors: Mapping[str, Tensor], plain: Mapping[str, Plain]) -> None:
        self.tensors = dict(tensors)
        self.plain = dict(plain)

    @classmethod
    def of(cls, state: State) -> Parts:
        parts = cls({}, {})
        parts._take("", state)
        return parts

    def _take(self, path: str, value: Any) -> None:
        if isinstance(value, Mapping):
            for name, part in value.items():
                self._take(f"{path}.{name}" if path else str(name), part)
        elif isinstance(value, nn.Module):
            self._take(path, value.state_dict())
        elif isinstance(value, Optimizer):
            self._take(path, value.state_dict()["state"])
        elif isinstance(value, Tensor):
            self.tensors[path] = value.detach().cpu().clone().contiguous()
        else:
            self.plain[path] = value

    def under(self, path: str) -> Parts:
        """What stands under a name."""
        start = path + "."
        return Parts(
            {name.removeprefix(start): value for name, value in self.tensors.items() if name.startswith(start)},
            {name.removeprefix(start): value for name, value in self.plain.items() if name.startswith(start)},
        )

    def tensor(self, name: str, like: Tensor) -> Tensor:
        """The tensor of this name, on the device and of the shape and type of another; raises BadValue."""
        value = self.tensors.get(name)
        if value is None or value.shape != like.shape or value.dtype != like.dtype:
            raise BadValue("bad_run_part", part=name[:80])
        return value.to(like.device)

    def number(self, name: str, kind: type[int] | type[float] = int) -> Any:
        """The number of this name; raises BadValue."""
        value = self.plain.get(name)
        if isinstance(value, bool) or not isinstance(value, (int, kind)):
            raise BadValue("bad_run_part", part=name[:80])
        return kind(value)

    def count(self, name: str) -> int:
        """The number of this name, of things that were counted; raises BadValue."""
        value: int = self.number(name)
        if not 0 <= value <= MOST:
            raise BadValue("bad_run_part", part=name[:80])
        return value

    def array(self, name: str, like: Numbers, low: float, high: float) -> Numbers:
        """The tensor of this name, of the shape and type of an array, all between two bounds; raises BadValue."""
        value: Numbers = self.tensor(name, torch.from_numpy(like)).numpy()
        if not ((low <= value) & (value <= high)).all():  # nan compares false
            raise BadValue("bad_run_part", part=name[:80])
        return value

    def maybe(self, name: str) -> float | None:
        """The number of this name, or None where None stands; raises BadValue."""
        return None if name in self.plain and self.plain[name] is None else float(self.number(name, float))

    def fill(self, path: str, thing: nn.Module | Optimizer) -> None:
        """Put what stands under a name into a net or an optimizer; raises BadValue before anything is changed."""
        parts = self.under(path)
        if isinstance(thing, nn.Module):
            _fill_net(parts, path, thing)
        else:
            _fill_optimizer(parts, path, thing)


def _fill_net(parts: Parts, path: str, net: nn.Module) -> None:
    values = {name: parts.tensor(name, like) for name, like in net.state_dict().items()}
    for name, value in values.items():
        if not value.isfinite().all():
            raise BadValue("bad_run_part", part=f"{path}.{name}"[:80])
    net.load_state_dict(values)


def _fill_optimizer(parts: Parts, path: str, optimizer: Optimizer) -> None:
    """An optimizer that has not stepped yet has no state: then there is nothing in the file either."""
    parameters = [parameter for group in optimizer.param_groups for parameter in group["params"]]
    state: dict[int, dict[str, Any]] = {}
    for index, parameter in enumerate(parameters):
        entry: dict[str, Any] = {}
        for name, value in parts.under(str(index)).tensors.items():
            if value.shape not in (parameter.shape, torch.Size([])) or not value.is_floating_point():
                raise BadValue("bad_run_part", part=f"{path}.{index}.{name}"[:80])
            alike = torch.empty_like(parameter, requires_grad=False)  # a fused update walks both in memory's order
            entry[name] = alike.copy_(value) if value.shape == parameter.shape else value
        entry |= parts.under(str(index)).plain
        if entry:
            state[index] = entry
    if state and _names(state) != _expected(optimizer, parameters):
        raise BadValue("bad_run_part", part=path[:80])
    optimizer.load_state_dict({"state": state, "param_groups": optimizer.state_dict()["param_groups"]})


def _names(state: Mapping[int, Mapping[str, Any]]) -> list[list[str]]:
    return [sorted(entry) for entry in state.values()]


def _expected(optimizer: Optimizer, parameters: list[Tensor]) -> list[list[str]]:
    """Which names the state of each parameter has after a step: a copy takes one and is thrown away."""
    copies = [torch.zeros_like(parameter, requires_grad=True) for parameter in parameters]
    for copy in copies:
        copy.grad = torch.zeros_like(copy)
    groups, place = [], 0
    for group in optimizer.param_groups:
        count = len(group["params"])
        groups.append({**group, "params": copies[place : place + count]})
        place += count
    trial = type(optimizer)(groups)  # type: ignore[call-arg]
    trial.step()
    return _names(trial.state_dict()["state"])
