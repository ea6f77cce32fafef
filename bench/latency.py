"""From a click on Play to the first changed picture in the page, in a headless Chromium on this machine."""

from __future__ import annotations

import socket
import statistics

import torch
from playwright.sync_api import Page, sync_playwright

from playground.ui.launch import launch
from tests.browser.chromium import FLAGS, ensure

ROUNDS = 15
# The clock starts with the click and stops when the canvas of the fit has been painted with a later step.
CLICK = """() => new Promise((done) => {
    const box = document.querySelector(".stage");
    const canvas = box.querySelector("[data-panel=fit] canvas");
    const began = performance.now();
    const painted = canvas.dataset.n;
    new MutationObserver((_, observer) => {
        if (Number(box.dataset.step) === 0 || canvas.dataset.n === painted) return;
        observer.disconnect();
        done(performance.now() - began);
    }).observe(canvas, { attributes: true });
    box.querySelector(".play").click();
})"""
FRAMES = """(seconds) => new Promise((done) => {
    const canvas = document.querySelector("[data-panel=fit] canvas");
    const first = Number(canvas.dataset.n);
    setTimeout(() => done((Number(canvas.dataset.n) - first) / seconds), 1000 * seconds);
})"""


def _reset(page: Page) -> None:
    page.click(".buttons [data-action=reset]")
    page.wait_for_function(
        "(b => b.dataset.step === '0' && b.dataset.playing === 'false')(document.querySelector('.stage'))"
    )


def report() -> None:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        port = door.getsockname()[1]
    app, address = launch(torch.device("cpu"), "127.0.0.1", port)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=ensure(), args=FLAGS)
        page = browser.new_page()
        page.add_init_script("localStorage.setItem('playground.visited', '1')")
        page.goto(f"{address}?steps=0")
        page.wait_for_selector(".stage[data-step]")
        times = []
        for _ in range(ROUNDS):
            _reset(page)
            times.append(page.evaluate(CLICK))
        shown = page.evaluate(FRAMES, 5)
        browser.close()
    app.close(verbose=False)
    print("\nIn the page, browser and server on the same machine")
    print(
        f"  click on Play → first changed picture: median {statistics.median(times):.0f} ms, worst {max(times):.0f} ms"
    )
    print(f"  frames painted at normal speed: {shown:.1f} a second (15 are sent)")
