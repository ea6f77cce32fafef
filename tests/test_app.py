"""The flags of app.py: what is wrong is said in a sentence, never in a traceback."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def refused(*flags: str) -> str:
    done = subprocess.run(
        [sys.executable, "app.py", "--no-browser", *flags], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    return done.stderr


def test_a_port_that_is_taken() -> None:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        door.listen()
        port = door.getsockname()[1]
        assert f"port {port}: it is taken" in refused("--port", str(port))


def test_a_port_that_is_none() -> None:
    assert "--port" in refused("--port", "seven")


@pytest.mark.parametrize("device", ["toaster", "cuda:99", "cpu:1"])
def test_a_device_that_is_not_there(device: str) -> None:
    assert f"There is no device “{device}” here. Allowed are: auto" in refused("--device", device)
