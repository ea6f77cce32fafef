"""What all tests share: one thread, so that sums are the same each time, and the device that every machine has."""

import pytest
import torch


def pytest_sessionstart() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def device() -> torch.device:
    return torch.device("cpu")
