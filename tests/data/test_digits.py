"""MNIST is whole or it is fetched again, and a network that fails in any way never costs more than seconds."""

import contextlib
import gzip
import hashlib
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
import torch

from playground.data import digits
from playground.data.digits import File, load

TIMEOUT = 0.4


def idx(values: np.ndarray) -> bytes:
    header = bytes([0, 0, 8, values.ndim]) + b"".join(n.to_bytes(4, "big") for n in values.shape)
    return header + values.astype(np.uint8).tobytes()


@pytest.fixture(scope="module")
def contents() -> dict[str, bytes]:
    """Four small files with the names and the layout of MNIST's."""
    rng = np.random.default_rng(0)
    shapes = [(200, 28, 28), (200,), (50, 28, 28), (50,)]
    made = [idx(rng.integers(0, 256 if len(shape) == 3 else 10, shape)) for shape in shapes]
    return {file.name: data for file, data in zip(digits.FILES, made, strict=True)}


@pytest.fixture(autouse=True)
def small_files(monkeypatch: pytest.MonkeyPatch, contents: dict[str, bytes]) -> None:
    files = tuple(File(name, len(data), hashlib.md5(data).hexdigest()) for name, data in contents.items())
    monkeypatch.setattr(digits, "FILES", files)


class Mirror(ThreadingHTTPServer):
    """Serves the files packed, or misbehaves in the way it is told; counts what it was asked."""

    daemon_threads = True

    def __init__(self, contents: dict[str, bytes], manner: str) -> None:
        self.packed = {f"/{name}.gz": gzip.compress(data) for name, data in contents.items()}
        self.manner, self.asked, self.over = manner, [], threading.Event()
        super().__init__(("127.0.0.1", 0), Answer)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/"


class Answer(BaseHTTPRequestHandler):
    server: Mirror

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        body, manner = self.server.packed[self.path], self.server.manner
        if manner == "missing":
            return self.send_error(404)
        if manner == "silent":
            self.server.over.wait(20)
            return None
        if manner == "garbage":
            body = b"<html>please log in to the hotel's network</html>" * 50
        elif manner == "other file":
            body = gzip.compress(b"x" * 100)
        elif manner == "endless":
            body = gzip.compress(bytes(50_000_000))
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2])
        if manner == "breaks off":
            return None
        if manner in ("stalls", "drips"):
            self.wfile.flush()
            while manner == "drips" and not self.server.over.wait(TIMEOUT / 4):
                self.wfile.write(b"\0")
                self.wfile.flush()
            self.server.over.wait(20)
            return None
        self.wfile.write(body[len(body) // 2 :])
        return None

    def log_message(self, format: str, *args: object) -> None:
        pass

    def handle(self) -> None:
        with contextlib.suppress(OSError):  # the client hung up, as it should
            super().handle()


@pytest.fixture
def mirror(contents: dict[str, bytes]) -> Iterator[object]:
    open_ones: list[Mirror] = []

    def start(manner: str) -> Mirror:
        server = Mirror(contents, manner)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        open_ones.append(server)
        return server

    yield start
    for server in open_ones:
        server.over.set()
        server.shutdown()
        server.server_close()


def raw(folder: Path) -> Path:
    return folder / "MNIST" / "raw"


def test_fetches_keeps_and_asks_no_more(mirror, contents, tmp_path):  # type: ignore[no-untyped-def]
    server = mirror("well")
    seen: list[tuple[str, int, int]] = []
    got = load(tmp_path, progress=lambda *news: seen.append(news), mirrors=[server.address])
    assert got.source == "mnist"
    assert got.train_images.shape == (200, 28, 28)
    assert got.train_images.dtype == torch.uint8
    assert got.test_labels.tolist() == list(contents["t10k-labels-idx1-ubyte"][8:])
    assert got.train_images.numpy().tobytes() == contents["train-images-idx3-ubyte"][16:]
    assert {path.name: path.read_bytes() for path in raw(tmp_path).iterdir()} == contents
    for name in contents:
        ours = [(done, total) for file, done, total in seen if file == name]
        assert ours == sorted(ours)
        assert ours[-1] == (len(server.packed[f"/{name}.gz"]),) * 2
    again = load(tmp_path, mirrors=[server.address])
    assert len(server.asked) == 4
    assert torch.equal(again.train_images, got.train_images)


@pytest.mark.parametrize("damage", ["cut", "flipped", "empty", "gone"])
def test_a_damaged_file_is_fetched_again_alone(mirror, contents, tmp_path, damage):  # type: ignore[no-untyped-def]
    raw(tmp_path).mkdir(parents=True)
    for name, data in contents.items():
        (raw(tmp_path) / name).write_bytes(data)
    name = "t10k-images-idx3-ubyte"
    path, data = raw(tmp_path) / name, bytearray(contents[name])
    data[5000] ^= 1
    if damage == "gone":
        path.unlink()
    else:
        path.write_bytes({"cut": contents[name][:-7], "flipped": bytes(data), "empty": b""}[damage])
    server = mirror("well")
    assert load(tmp_path, mirrors=[server.address]).source == "mnist"
    assert server.asked == [f"/{name}.gz"]
    assert path.read_bytes() == contents[name]


BAD = ["missing", "silent", "garbage", "other file", "endless", "breaks off", "stalls", "drips"]


@pytest.mark.parametrize("manner", BAD)
def test_a_bad_mirror_is_left_for_the_next(mirror, contents, tmp_path, manner):  # type: ignore[no-untyped-def]
    raw(tmp_path).mkdir(parents=True)
    for name in list(contents)[1:]:
        (raw(tmp_path) / name).write_bytes(contents[name])
    bad, good = mirror(manner), mirror("well")
    got = load(tmp_path, mirrors=[bad.address, good.address], timeout=TIMEOUT)
    assert got.source == "mnist"
    assert len(bad.asked) == len(good.asked) == 1
    assert {path.name: path.read_bytes() for path in raw(tmp_path).iterdir()} == contents


@pytest.mark.parametrize("manner", BAD)
def test_without_a_good_mirror_real_small_digits_come_in_time(mirror, tmp_path, manner):  # type: ignore[no-untyped-def]
    server = mirror(manner)
    start = time.monotonic()
    got = load(tmp_path, mirrors=[server.address, "http://127.0.0.1:9/"], timeout=TIMEOUT)
    assert time.monotonic() - start < 4
    assert got.source == "sklearn"
    assert len(server.asked) == 1
    assert not list(tmp_path.rglob("*ubyte*"))


def test_small_digits_look_like_mnist() -> None:
    got = digits.small_digits()
    assert got.train_images.shape == (1500, 28, 28)
    assert got.test_images.shape == (297, 28, 28)
    assert got.train_images.dtype == torch.uint8
    assert sorted(set(got.test_labels.tolist())) == list(range(10))
    assert got.train_images[:, :4].max() == 0
    assert 20 < got.train_images.float().mean() < 60
    means = torch.stack([got.train_images[got.train_labels == k].float().mean(0) for k in range(10)])
    nearest = torch.cdist(got.test_images.float().flatten(1), means.flatten(1)).argmin(1)
    assert (nearest == got.test_labels).float().mean() > 0.8  # labels belong to their pictures


def test_a_folder_that_cannot_be_written_is_no_error(mirror, tmp_path):  # type: ignore[no-untyped-def]
    (tmp_path / "MNIST").write_text("a file where the folder should be")
    assert load(tmp_path, mirrors=[mirror("well").address]).source == "mnist"


def test_an_error_in_the_progress_report_is_not_swallowed(mirror, tmp_path):  # type: ignore[no-untyped-def]
    def leave(*news: object) -> None:
        raise KeyError("the visitor left")

    with pytest.raises(KeyError):
        load(tmp_path, progress=leave, mirrors=[mirror("well").address])
