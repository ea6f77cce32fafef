"""From `python app.py` to a page that answers, beside the bare imports that no Gradio app can do without."""

from __future__ import annotations

import socket
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).parents[1]
ROUNDS = 5
PATIENCE = 60  # seconds


def _imports() -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import torch, gradio"], check=True, cwd=ROOT)
    return time.perf_counter() - began


def _free_port() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return int(door.getsockname()[1])


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=1) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _app() -> float:
    port = _free_port()
    began = time.perf_counter()
    app = subprocess.Popen(
        [sys.executable, "app.py", "--no-browser", "--port", str(port)], cwd=ROOT, stdout=subprocess.DEVNULL
    )
    try:
        while not _answers(f"http://127.0.0.1:{port}/"):
            if time.perf_counter() - began > PATIENCE or app.poll() is not None:
                raise RuntimeError("the app did not start")
            time.sleep(0.02)
        return time.perf_counter() - began
    finally:
        app.terminate()
        app.wait()


def report() -> None:
    print(
        "\nFrom `python app.py` to a page that answers, against `import torch, gradio` (median of interleaved rounds)"
    )
    ratios, apps, imports = [], [], []
    for _ in range(ROUNDS):
        imports.append(_imports())
        apps.append(_app())
        ratios.append(apps[-1] / imports[-1])
    print(
        f"  app {statistics.median(apps):.2f} s  imports {statistics.median(imports):.2f} s  "
        f"ratio {statistics.median(ratios):.2f}"
    )


if __name__ == "__main__":
    report()
