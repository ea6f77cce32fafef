"""Fetches MNIST once for the whole process, in the background, while the page already answers."""

from __future__ import annotations

import os
import threading
from pathlib import Path

from playground.data.digits import Digits, load

FOLDER_VARIABLE = "PLAYGROUND_DATA"


def data_folder() -> Path:
    """Where data sets are kept: what --data or the environment says, else the user's cache."""
    named = os.environ.get(FOLDER_VARIABLE)
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(named) if named else Path(cache) / "neural-playground"


class Shelf:
    """The digits, once they are there; until then how far their download has come."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._worker: threading.Thread | None = None
        self.digits: Digits | None = None
        self.percent = 0

    def ask(self) -> Digits | None:
        """The digits if they are here; the first call starts fetching them."""
        with self._lock:
            if self.digits is None and self._worker is None:
                self._worker = threading.Thread(target=self._fetch, daemon=True, name="digits")
                self._worker.start()
        return self.digits

    def wait(self) -> Digits:
        """The digits, however long it takes; for scripts and tests."""
        if self.ask() is None and self._worker:
            self._worker.join()
        assert self.digits is not None
        return self.digits

    def _fetch(self) -> None:
        def progress(_: str, received: int, total: int) -> None:
            self.percent = 100 * received // total if total else 0

        self.digits = load(data_folder(), progress=progress)


DIGITS = Shelf()
