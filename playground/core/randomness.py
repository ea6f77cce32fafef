"""Gives every run its own random numbers although torch's generator is global and dropout takes no other."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
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


def _state(device: torch.device) -> tuple[Tensor, ...]:
    states = [torch.get_rng_state()]
    if device.type == "cuda":
        states.append(torch.cuda.get_rng_state(device))
    elif device.type == "mps":
        states.append(torch.mps.get_rng_state())
    return tuple(states)


def _restore(states: tuple[Tensor, ...], device: torch.device) -> None:
    torch.set_rng_state(states[0])
    if device.type == "cuda":
        torch.cuda.set_rng_state(states[1], device)
    elif device.type == "mps":
        torch.mps.set_rng_state(states[1])


class Randomness:
    """The generator state of one run, swapped into torch's global generators while the run computes."""

    def __init__(self, device: torch.device) -> None:
        self._device = device
        with COMPUTE:
            self._own = _state(device)

    def state(self) -> Tensor:
        """The state of the CPU's generator, (bytes,) uint8."""
        return self._own[0]

    def restore(self, state: Tensor) -> None:
        """Take another state of the CPU's generator; other devices go on with their own. Raises BadValue."""
        with COMPUTE:
            others = _state(self._device)
            try:
                torch.set_rng_state(state)
            except (RuntimeError, TypeError) as error:
                raise BadValue("bad_run_part", part="random") from error
            finally:
                _restore(others, self._device)
        self._own = (state, *self._own[1:])

    @contextmanager
    def own(self) -> Iterator[None]:
        """Compute with this run's random numbers; holds the process-wide compute lock."""
        with COMPUTE:
            others = _state(self._device)
            _restore(self._own, self._device)
            try:
                yield
            finally:
                self._own = _state(self._device)
                _restore(others, self._device)

    @contextmanager
    def forked(self) -> Iterator[None]:
        """Compute without moving anybody's random numbers."""
        with COMPUTE:
            others = _state(self._device)
            _restore(self._own, self._device)
            try:
                yield
            finally:
                _restore(others, self._device)
