"""What all tests share: one thread, so that sums repeat, the device that every machine has, and the data folder."""

import os
from pathlib import Path

import pytest
import torch


def pytest_sessionstart() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def device() -> torch.device:
    return torch.device("cpu")


@pytest.fixture(scope="session")
def data() -> Path:
    """A folder with MNIST/raw and pen_strokes.jsonl; without one the test is skipped."""
    folder = Path(os.environ.get("PLAYGROUND_DATA") or Path(__file__).parents[2] / "shared" / "data")
    if not (folder / "MNIST" / "raw").is_dir():
        pytest.skip("no data folder: set PLAYGROUND_DATA")
    return folder
