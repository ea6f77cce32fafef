"""One server and one browser for the suite; a fresh visitor for each test, whose page may talk to this machine only."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlparse

import pytest
import torch
from playwright.sync_api import Browser, Locator, Page, sync_playwright

from playground.ui.launch import launch
from playground.ui.sessions import Seats
from tests.browser.chromium import FLAGS, ensure

PATIENCE = 60_000  # milliseconds until a condition that never comes fails the test
SEEN_BEFORE = "localStorage.setItem('playground.visited', '1')"


class House:
    """The running app: its address and, because it runs in this process, its seats."""

    def __init__(self) -> None:
        self.seats = Seats(torch.device("cpu"))
        with socket.socket() as door:
            door.bind(("127.0.0.1", 0))
            port = door.getsockname()[1]
        self.page, address = launch(torch.device("cpu"), "127.0.0.1", port, self.seats)
        self.address = address.rstrip("/")


class Visitor:
    """One open page and what a test does with it."""

    def __init__(self, page: Page, lesson: str) -> None:
        self.page = page
        self.lesson = lesson
        self.box = page.locator(f".stage[data-lesson={lesson}]")
        self.expect("stage.state")

    def state(self, expression: str = "stage.state") -> Any:
        """The value of a JavaScript expression in which `stage` and `state` are this lesson's."""
        return self.page.evaluate(f"(() => {{ {self._names()} return {expression}; }})()")

    def expect(self, condition: str) -> None:
        """Wait until a JavaScript condition over `stage` and `state` holds."""
        self.page.wait_for_function(f"(() => {{ {self._names()} return {condition}; }})()", timeout=PATIENCE)

    def _names(self) -> str:
        find = f"document.querySelector('.stage[data-lesson={self.lesson}]')"
        return f"const box = {find}; const stage = box?.stage ?? {{}}; const state = stage.state ?? {{}};"

    def press(self, action: str) -> None:
        """Click play, pause, step or reset."""
        self.box.locator(f".buttons [data-action={action}]").click()

    def speed(self, name: str) -> None:
        self.box.locator(f"[data-speed={name}]").click()
        self.expect(f"state.speed === '{name}'")

    def preset(self, key: str) -> None:
        self.box.locator(f"[data-preset='{key}']").click()
        self.expect(f"state.preset === '{key}' && state.step === 0")

    def plot(self, panel: str) -> Locator:
        return self.box.locator(f"[data-panel={panel}] canvas").first

    def at(self, panel: str, x: float, y: float) -> tuple[float, float]:
        """The page's pixel at these shares of a panel's canvas."""
        plot = self.plot(panel)
        plot.scroll_into_view_if_needed()
        box = plot.bounding_box()
        assert box
        return box["x"] + x * box["width"], box["y"] + y * box["height"]

    def expect_ink(self, panel: str, least: int) -> None:
        """Wait until so many pixels of a panel's canvas are painted: a frame is drawn a moment after it has come."""
        pixels = "c.getContext('2d').getImageData(0, 0, c.width, c.height).data"
        count = f"(c => c && c.width ? {pixels}.filter((v, i) => i % 4 === 3 && v).length : 0)"
        self.expect(f"{count}(box.querySelector('[data-panel={panel}] canvas')) >= {least}")

    def show(self, group: str) -> None:
        """Open a group of settings."""
        details = self.box.locator(f"details[data-group={group}]")
        if not details.evaluate("node => node.open"):
            details.locator("summary").click()


@pytest.fixture(scope="session")
def house() -> Iterator[House]:
    house = House()
    yield house
    house.page.close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=ensure(), args=FLAGS)
        yield browser
        browser.close()


Visit = Callable[..., Visitor]


@pytest.fixture
def visit(house: House, browser: Browser) -> Iterator[Visit]:
    """visit("/zh?tab=classifier", width=390, …) → a Visitor; afterwards the page must have stayed clean and at home."""
    contexts, wrongs = [], []

    def open_page(
        path: str = "/",
        *,
        lesson: str = "regression",
        width: int = 1440,
        height: int = 1000,
        first: bool = False,
        **options: Any,
    ) -> Visitor:
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        if not first:
            context.add_init_script(SEEN_BEFORE)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("request", lambda request: _check_host(request.url, wrongs))
        page.on("pageerror", lambda error: wrongs.append(f"error on the page: {error}"))
        page.goto(house.address + path)
        return Visitor(page, lesson)

    yield open_page
    for context in contexts:
        context.close()
    assert not wrongs


def _check_host(url: str, wrongs: list[str]) -> None:
    parts = urlparse(url)
    if parts.scheme not in ("data", "blob", "about") and parts.hostname not in ("127.0.0.1", "localhost"):
        wrongs.append(f"a request left this machine: {url}")
