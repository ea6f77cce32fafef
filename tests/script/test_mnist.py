"""A program fetches MNIST as the page does, from another mirror where one fails, and says so where none helps."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import torch

from playground.core.run import Run
from playground.data.digits import FILES, Digits, small_digits
from playground.data.shelf import DIGITS
from playground.lessons.digits import DIGITS_LESSON, DigitsConfig
from playground.script.lessons import mnist
from tests.script.runs import CPU, attempted, differences, lines, script_of

NOWHERE = "http://127.0.0.1:9/"  # the port of "discard": nobody listens


class Silent(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    """A run on a handful of digits under the name of MNIST."""
    some = small_digits()
    few = Digits(some.train_images[:60], some.train_labels[:60], some.test_images[:20], some.test_labels[:20], "mnist")
    monkeypatch.setattr(DIGITS, "digits", few)
    run = Run(DIGITS_LESSON.build, DigitsConfig(net="mlp", hidden=16, batch=20), CPU)
    run.advance(4)
    return run


@pytest.fixture
def mirror(run: Run, tmp_path: Path) -> Iterator[str]:
    """Serves these digits packed as MNIST's own server does."""
    digits = DIGITS.digits
    assert digits
    folder = tmp_path / "mirror"
    folder.mkdir()
    parts = (digits.train_images, digits.train_labels, digits.test_images, digits.test_labels)
    for file, part in zip(FILES, parts, strict=True):
        (folder / f"{file.name}.gz").write_bytes(gzip.compress(idx(part)))
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Silent, directory=str(folder)))
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


def idx(values: torch.Tensor) -> bytes:
    header = bytes([0, 0, 8, values.dim()]) + b"".join(size.to_bytes(4, "big") for size in values.shape)
    return header + values.byte().numpy().tobytes()


def test_it_is_fetched_once_and_from_the_mirror_that_answers(
    run: Run, mirror: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mnist, "MIRRORS", (NOWHERE, mirror))
    told, problem = attempted({"first": script_of(run, DIGITS_LESSON)}, tmp_path)
    assert not problem
    assert told["first"].count(NOWHERE) == 4  # said, once for each file, and passed over
    assert not differences(run, lines(told["first"]))
    monkeypatch.setattr(mnist, "MIRRORS", (NOWHERE,))
    told, problem = attempted({"again": script_of(run, DIGITS_LESSON)}, tmp_path)
    assert not problem
    assert NOWHERE not in told["again"]
    assert not differences(run, lines(told["again"]))


@pytest.mark.parametrize(("language", "sentence"), [("en", "could not be fetched. Try again"), ("zh", "请联网后再试")])
def test_where_nobody_answers_a_sentence_says_what_to_do(
    language: str, sentence: str, run: Run, mirror: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mirror" / f"{FILES[0].name}.gz").write_bytes(b"<html>please log in to the hotel's network</html>")
    monkeypatch.setattr(mnist, "MIRRORS", (NOWHERE, mirror, f"{mirror}missing/"))
    told, problem = attempted({"lost": script_of(run, DIGITS_LESSON, language)}, tmp_path)
    assert "Connection refused" in told["lost"]
    assert "Not a gzipped file" in told["lost"]
    assert "404" in told["lost"]
    assert "SystemExit" in problem
    assert sentence in problem
    raw = tmp_path / ".cache" / "neural-playground" / "MNIST" / "raw"
    assert str(raw) in problem
    assert not raw.exists()
