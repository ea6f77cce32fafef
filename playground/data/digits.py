"""MNIST whole in memory: fetched once, checked every time, replaced by real 8×8 digits where there is no network."""

import contextlib
import hashlib
import http.client
import math
import queue
import tempfile
import threading
import time
import urllib.error
import urllib.request
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional

Progress = Callable[[str, int, int], None]  # file, bytes received, bytes in all (0 when the server does not say)

# The addresses of torchvision.datasets.MNIST, whose import would cost a second.
MIRRORS = ("https://ossci-datasets.s3.amazonaws.com/mnist/", "http://yann.lecun.com/exdb/mnist/")
TIMEOUT = 4.0  # seconds without a byte, after which a mirror is given up
SLOWEST = 10_000  # bytes per second; a server that drips slower than this counts as silent
CHUNK = 1 << 16


@dataclass(frozen=True)
class File:
    """One uncompressed IDX file as it must be."""

    name: str
    size: int
    md5: str


FILES = (
    File("train-images-idx3-ubyte", 47_040_016, "6bbc9ace898e44ae57da46a324031adb"),
    File("train-labels-idx1-ubyte", 60_008, "a25bea736e30d166cdddb491f175f624"),
    File("t10k-images-idx3-ubyte", 7_840_016, "2646ac647ad5339dbf082846283269ea"),
    File("t10k-labels-idx1-ubyte", 10_008, "27ae3e4e09519cfbb04c329615203637"),
)


@dataclass(frozen=True)
class Digits:
    train_images: Tensor  # (60000, 28, 28) uint8
    train_labels: Tensor  # (60000,) int64
    test_images: Tensor  # (10000, 28, 28) uint8
    test_labels: Tensor  # (10000,) int64
    source: Literal["mnist", "sklearn"]


class Unreachable(Exception):
    """No mirror gave the file whole."""


def load(
    folder: Path, *, progress: Progress | None = None, mirrors: Sequence[str] = MIRRORS, timeout: float = TIMEOUT
) -> Digits:
    """MNIST from folder/MNIST/raw (torchvision's layout); what is missing or damaged there is fetched.

    Where no mirror answers this returns scikit-learn's digits within about `timeout` seconds a mirror. A folder that
    cannot be written is no error: the data then live in memory only.
    """
    raw = folder / "MNIST" / "raw"
    try:
        arrays = [idx_tensor(_whole(raw, file, mirrors, timeout, progress)) for file in FILES]
    except Unreachable:
        return small_digits()
    return Digits(arrays[0], arrays[1].long(), arrays[2], arrays[3].long(), "mnist")


def small_digits() -> Digits:
    """scikit-learn's 1,797 digits (8×8) drawn as large as MNIST's; the last 297 are the test."""
    from sklearn.datasets import load_digits

    bunch = load_digits()
    small = torch.from_numpy(bunch.images).float().unsqueeze(1) * (255 / 16)  # (1797, 1, 8, 8)
    large = functional.interpolate(small, size=(20, 20), mode="bilinear")  # MNIST's ink stands in 20×20 too
    images = functional.pad(large, (4, 4, 4, 4)).squeeze(1).round().byte()  # (1797, 28, 28)
    labels = torch.from_numpy(bunch.target).long()
    return Digits(images[:1500], labels[:1500], images[1500:], labels[1500:], "sklearn")


def _whole(raw: Path, file: File, mirrors: Sequence[str], timeout: float, progress: Progress | None) -> bytearray:
    with contextlib.suppress(OSError):
        path = raw / file.name
        if path.stat().st_size == file.size:
            data = bytearray(path.read_bytes())
            if _sound(data, file):
                return data
    for mirror in mirrors:
        with contextlib.suppress(OSError, zlib.error):
            data = _fetch(f"{mirror.rstrip('/')}/{file.name}.gz", file, timeout, progress)
            if _sound(data, file):
                _keep(data, raw / file.name)
                return data
    raise Unreachable(file.name)


def _sound(data: bytearray, file: File) -> bool:
    return len(data) == file.size and hashlib.md5(data, usedforsecurity=False).hexdigest() == file.md5


def _fetch(url: str, file: File, timeout: float, progress: Progress | None) -> bytearray:
    """The unpacked file; OSError when the server is silent, too slow, breaks off or sends more than the file holds."""
    data, received, unpack = bytearray(), 0, zlib.decompressobj(wbits=31)  # 31: a gzip header
    due, expected = time.monotonic() + timeout, timeout * SLOWEST
    for chunk, total in _chunks(url, timeout):
        received += len(chunk)
        if time.monotonic() > due:
            if received < expected:
                raise TimeoutError(url)
            due, expected = time.monotonic() + timeout, received + timeout * SLOWEST
        data += unpack.decompress(chunk, file.size + 1 - len(data))
        if len(data) > file.size:
            raise OSError(url)
        if progress is not None:
            progress(file.name, received, total)
    return data


def _chunks(url: str, timeout: float) -> Iterator[tuple[bytes, int]]:
    """Pieces of the answer with the length the server announced (0 when it does not).

    A daemon thread does the reading: a name that does not resolve, or eight addresses tried in turn, outlast any
    socket timeout, and this must not. Left alone, it ends with its next piece or its own timeout.
    """
    pieces: queue.Queue[tuple[bytes, int] | OSError | None] = queue.Queue()
    left = threading.Event()

    def receive() -> None:
        try:
            with urllib.request.urlopen(url, timeout=timeout) as answer:
                total = int(answer.headers.get("Content-Length") or 0)
                while not left.is_set() and (chunk := answer.read1(CHUNK)):
                    pieces.put((chunk, total))
            pieces.put(None)
        except (OSError, http.client.HTTPException, ValueError) as problem:
            if isinstance(problem, urllib.error.HTTPError):
                problem.close()  # an answer such as 404 holds its connection
            pieces.put(OSError(url, str(problem)))

    threading.Thread(target=receive, daemon=True, name="digits download").start()
    try:
        while (piece := pieces.get(timeout=timeout)) is not None:
            if isinstance(piece, OSError):
                raise piece
            yield piece
    except queue.Empty:
        raise TimeoutError(url) from None
    finally:
        left.set()


def _keep(data: bytearray, path: Path) -> None:
    """Written beside the target and renamed, so a half file never bears the name; a read-only folder is left alone."""
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=path.name, suffix=".part", delete=False) as part:
            try:
                part.write(data)
                part.close()
                Path(part.name).replace(path)
            finally:
                Path(part.name).unlink(missing_ok=True)


def idx_tensor(data: bytearray) -> Tensor:
    """An IDX file: two zero bytes, type 8 (uint8), the number of axes, each axis as four bytes, then the values."""
    axes = data[3]
    shape = [int.from_bytes(data[4 + 4 * i : 8 + 4 * i], "big") for i in range(axes)]
    return torch.frombuffer(data, dtype=torch.uint8, count=math.prod(shape), offset=4 + 4 * axes).reshape(shape)
