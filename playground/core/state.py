"""Takes apart what a run's future depends on, so that a file can hold it, and puts it back into a fresh run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.optim import Optimizer

from playground.core import optimizer_state
from playground.core.refusal import BadValue

LARGEST_COUNT = 2**53  # beyond it a float is not exact, and NumPy's whole numbers end soon
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
            self._take(path, optimizer_state.laid_out(value))
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

    def rows(self, name: str, like: Tensor, most: int) -> Tensor:
        """The tensor of this name whose rows, at most so many, are each like another; none where it is absent."""
        value = self.tensors.get(name, like.new_empty(0, *like.shape))
        if value.shape[1:] != like.shape or not value.dim() or len(value) > most or value.dtype != like.dtype:
            raise BadValue("bad_run_part", part=name[:80])
        return value.to(like.device)

    def between(self, name: str, low: int, high: int) -> int:
        """The whole number of this name, low <= number <= high; raises BadValue."""
        value: int = self.number(name)
        if not low <= value <= high:
            raise BadValue("bad_run_part", part=name[:80])
        return value

    def number(self, name: str, kind: type[int] | type[float] = int) -> Any:
        """The number of this name; raises BadValue."""
        value: Any = self.plain.get(name)
        is_number = isinstance(value, (int, kind)) and not isinstance(value, bool)
        if not is_number or (isinstance(value, int) and abs(value) > LARGEST_COUNT):
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
            optimizer_state.fill(parts, path, thing)


def _fill_net(parts: Parts, path: str, net: nn.Module) -> None:
    values = {name: parts.tensor(name, like) for name, like in net.state_dict().items()}
    for name, value in values.items():
        if not value.isfinite().all():
            raise BadValue("bad_run_part", part=f"{path}.{name}"[:80])
    net.load_state_dict(values)
