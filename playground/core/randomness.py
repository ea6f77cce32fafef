"""Gives every run its own random numbers although torch's generator is global and dropout takes no other."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import TracebackType

import torch
from torch import Tensor

from playground.core.refusal import BadValue


class FairLock:
    """A lock that serves whoever has waited longest; a plain lock lets a busy thread starve the others."""

    def __init__(self) -> None:
        self._door = threading.Lock()
        self._queue: deque[threading.Lock] = deque()
        self._held = False

    @property
    def contended(self) -> bool:
        """Whether somebody waits."""
        return bool(self._queue)

    def __enter__(self) -> None:
        with self._door:
            if not self._held:
                self._held = True
                return
            turn = threading.Lock()
            turn.acquire()
            self._queue.append(turn)
        turn.acquire()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._door:
            if self._queue:
                self._queue.popleft().release()  # handed on: it stays held
            else:
                self._held = False


COMPUTE = FairLock()


States = Mapping[str, Tensor]  # the generators' states, each (bytes,) uint8 on the CPU, by the kind of their device


def _states(device: torch.device) -> dict[str, Tensor]:
    """Those of the generators that a run on this device draws from: the CPU's, and the device's own."""
    states = {"cpu": torch.get_rng_state()}
    if device.type == "cuda":
        states["cuda"] = torch.cuda.get_rng_state(device)
    elif device.type == "mps":
        states["mps"] = torch.mps.get_rng_state()
    return states


def _set(states: States, device: torch.device) -> None:
    torch.set_rng_state(states["cpu"])
    if device.type == "cuda":
        torch.cuda.set_rng_state(states["cuda"], device)
    elif device.type == "mps":
        torch.mps.set_rng_state(states["mps"])


class Randomness:
    """The generator states of one run, swapped into torch's global generators while the run computes."""

    def __init__(self, device: torch.device) -> None:
        self._device = device
        with COMPUTE:
            self._own = _states(device)

    def state(self) -> States:
        return self._own

    def restore(self, states: States) -> None:
        """Take other states; a generator that has none among them goes on with its own.

        Raises BadValue for what can be no state of a generator, and changes nothing then.
        """
        mine = {kind: states.get(kind, own) for kind, own in self._own.items()}
        with COMPUTE:
            others = _states(self._device)
            try:
                _set(mine, self._device)
            except (RuntimeError, TypeError) as error:
                raise BadValue("bad_run_part", part="random") from error
            finally:
                _set(others, self._device)
        self._own = mine

    @contextmanager
    def own(self) -> Iterator[None]:
        """Compute with this run's random numbers; holds the process-wide compute lock."""
        with COMPUTE:
            others = _states(self._device)
            _set(self._own, self._device)
            try:
                yield
            finally:
                self._own = _states(self._device)
                _set(others, self._device)

    @contextmanager
    def forked(self) -> Iterator[None]:
        """Compute without moving anybody's random numbers."""
        with COMPUTE:
            others = _states(self._device)
            _set(self._own, self._device)
            try:
                yield
            finally:
                _set(others, self._device)
