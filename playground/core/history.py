"""Remembers every metric of a run in bounded memory, thinned evenly when it grows long."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from playground.core.refusal import BadValue
from playground.core.state import Parts, State

KEPT = 4096


class Series:
    """One metric over the steps: all values at first, then every second, fourth, … one."""

    def __init__(self) -> None:
        self._steps = np.empty(0, dtype=np.int64)
        self._values = np.empty(0, dtype=np.float32)
        self._stride = 1
        self._seen = 0
        self._last: tuple[int, float] | None = None

    def extend(self, steps: NDArray[np.int64], values: NDArray[np.float32]) -> None:
        """Add values in the order of their steps; one for the newest step replaces what stands there."""
        if self._last:
            if len(steps) and steps[0] == self._last[0]:
                self._last = (self._last[0], float(values[0]))
                if self._steps[-1] == steps[0]:
                    self._values[-1] = values[0]
            new = steps > self._last[0]
            steps, values = steps[new], values[new]
        if not len(steps):
            return
        due = (self._seen + np.arange(len(steps))) % self._stride == 0
        self._seen += len(steps)
        self._last = (int(steps[-1]), float(values[-1]))
        self._steps = np.concatenate([self._steps, steps[due]])
        self._values = np.concatenate([self._values, values[due].astype(np.float32)])
        while len(self._steps) > KEPT:
            self._steps, self._values = self._steps[::2], self._values[::2]
            self._stride *= 2

    def state(self) -> State:
        step, value = self._last or (-1, 0.0)
        return {
            "steps": torch.from_numpy(self._steps),
            "values": torch.from_numpy(self._values),
            "stride": self._stride,
            "seen": self._seen,
            "last_step": step,
            "last_value": value,
        }

    def restore(self, parts: Parts) -> None:
        """Raises BadValue for what can be no history."""
        steps, values = parts.tensors.get("steps"), parts.tensors.get("values")
        if (
            steps is None or values is None or steps.shape != values.shape or steps.dim() != 1 or len(steps) > KEPT
            or steps.dtype != torch.int64 or values.dtype != torch.float32 or bool((steps.diff() <= 0).any())
        ):  # fmt: skip
            raise BadValue("bad_run_part", part="history")
        self._steps, self._values = steps.numpy(), values.numpy()
        self._stride, self._seen = max(1, parts.number("stride")), max(0, parts.number("seen"))
        last = parts.number("last_step")
        self._last = (last, parts.number("last_value", float)) if last >= 0 else None

    @property
    def newest(self) -> float:
        return self._last[1] if self._last else float("nan")

    def kept(self) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Steps and values as they are remembered."""
        return self._steps, self._values

    def shown(self, most: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """At most about `most` evenly thinned values, the newest always among them."""
        thin = max(1, -(-len(self._steps) // most))
        steps, values = self._steps[::thin], self._values[::thin]
        if self._last and (not len(steps) or steps[-1] != self._last[0]):
            steps, values = np.append(steps, self._last[0]), np.append(values, np.float32(self._last[1]))
        return steps, values


class History:
    """The series of a run by the names of its metrics."""

    def __init__(self) -> None:
        self.series: dict[str, Series] = {}

    def state(self) -> State:
        return {f"{place}.{name}": series.state() for place, (name, series) in enumerate(self.series.items())}

    def restore(self, parts: Parts) -> None:
        """Raises BadValue for what can be no history."""
        names = {name.rsplit(".", 1)[0] for name in parts.tensors}  # "0.loss", "1.test_loss", …
        if not all(name.split(".", 1)[0].isdecimal() for name in names):
            raise BadValue("bad_run_part", part="history")
        self.series = {}
        for name in sorted(names, key=lambda name: int(name.split(".", 1)[0])):
            series = self.series[name.split(".", 1)[-1]] = Series()
            series.restore(parts.under(name))

    def extend(self, name: str, steps: NDArray[np.int64], values: NDArray[np.float32]) -> None:
        self.series.setdefault(name, Series()).extend(steps, values)
