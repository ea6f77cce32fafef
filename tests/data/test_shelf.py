"""The digits come in the background, once, and say how far they are."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from playground.data import shelf
from playground.data.digits import Digits, Progress, small_digits


def test_the_folder_is_named_or_the_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PLAYGROUND_DATA", str(tmp_path))
    assert shelf.data_folder() == tmp_path
    monkeypatch.delenv("PLAYGROUND_DATA")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert shelf.data_folder() == tmp_path / "cache" / "neural-playground"


def test_asking_starts_one_download_and_tells_its_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    half, finish = threading.Event(), threading.Event()
    calls = []

    def slow(folder: Path, *, progress: Progress) -> Digits:
        calls.append(folder)
        progress("train-images-idx3-ubyte", 50, 100)
        half.set()
        assert finish.wait(10)
        return small_digits()

    monkeypatch.setattr(shelf, "load", slow)
    mine = shelf.Shelf()
    assert mine.ask() is None
    assert half.wait(10)
    assert mine.percent == 50
    assert mine.ask() is None
    finish.set()
    assert mine.wait().source == "sklearn"
    assert mine.ask() is mine.digits
    assert len(calls) == 1
