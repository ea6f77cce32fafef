"""Finds a browser for the tests: one that is installed, else Playwright's download, else the system's packages."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def installed() -> str | None:
    """The path of an installed Chromium or Chrome, or of Playwright's own; None when there is none."""
    for name in NAMES:
        path = shutil.which(name)
        if path:
            return path
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
        return path if os.path.exists(path) else None


def ensure() -> str:
    """The path of a browser, installed first if need be."""
    if path := installed():
        return path
    subprocess.run([sys.executable, "-m", "playwright", "install", "--with-deps", "chromium"], check=False)
    if path := installed():
        return path
    if shutil.which("apt-get"):
        admin = [] if os.geteuid() == 0 else ["sudo"]
        subprocess.run([*admin, "apt-get", "update", "-qq"], check=False)
        subprocess.run([*admin, "apt-get", "install", "-y", "-qq", "chromium"], check=False)
    if path := installed():
        return path
    sys.exit("The browser tests need Chromium or Chrome; install one and try again.")


if __name__ == "__main__":
    print(ensure())
