"""Knows who sits where: one seat for each visitor and lesson, freed when they leave or when the house is full."""

from __future__ import annotations

import threading
from collections import OrderedDict

import torch

from playground.core.lesson import Lesson
from playground.text import Text
from playground.ui.parcels import Parcels
from playground.ui.seat import Seat

MOST_SEATS = 64


class Seats:
    """The registry; the least recently used seat that does not play goes first."""

    def __init__(self, device: torch.device, most: int = MOST_SEATS) -> None:
        self._device = device
        self._most = most
        self.parcels = Parcels()
        self.changed = threading.Condition()  # held while seats come and go
        self._seats: OrderedDict[tuple[str, str], Seat] = OrderedDict()

    @property
    def sessions(self) -> set[str]:
        """Who is here."""
        return {session for session, _ in self._seats}

    def __len__(self) -> int:
        return len(self._seats)

    @property
    def players(self) -> int:
        """How many runs learn at this moment."""
        return sum(seat.playing for seat in list(self._seats.values()))

    def take(self, session: str, lesson: Lesson, text: Text) -> tuple[Seat, bool]:
        """The visitor's seat at a lesson, and whether it is new."""
        with self.changed:
            key = (session, lesson.key)
            if key in self._seats:
                self._seats.move_to_end(key)
                return self._seats[key], False
            while len(self._seats) >= self._most:
                self._free(
                    next((key for key, seat in self._seats.items() if not seat.playing), next(iter(self._seats)))
                )
            self._seats[key] = Seat(lesson, text, self._device, self.parcels)
            return self._seats[key], True

    def leave(self, session: str) -> None:
        """Free all seats of a visitor."""
        with self.changed:
            for key in [key for key in self._seats if key[0] == session]:
                self._free(key)

    def _free(self, key: tuple[str, str]) -> None:
        self._seats.pop(key).close()
        self.changed.notify_all()
