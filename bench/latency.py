"""From a click or a pen stroke to the changed picture in the page, in a headless Chromium on this machine."""

from __future__ import annotations

import socket
import statistics
import time

import torch
from playwright.sync_api import Browser, Page, sync_playwright

from playground.data.shelf import DIGITS
from playground.lessons.codes import IN_CLOUD
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


# The clock starts when the pen goes up and stops at the last change of the bars, which are then watched for a while.
WATCH = """() => {
    const box = document.querySelector(".stage[data-lesson=digits]");
    const read = () => String([...(box.stage.state.pictures.bars_shipped?.values ?? [])]);
    window.answered = new Promise((done) => {
        box.querySelector("[data-panel=pad] canvas").addEventListener("pointerup", () => {
            const up = performance.now();
            let [shown, changed] = [read(), 0];
            const look = () => {
                const now = performance.now();
                if (read() !== shown) [shown, changed] = [read(), now];
                if (now - up < 700 || !shown) requestAnimationFrame(look);
                else done(changed - up);
            };
            look();
        }, { once: true });
    });
}"""
READ = "[...document.querySelectorAll('.stage[data-lesson=digits]')].at(-1).stage.state"


def _stroke(page: Page, width: float) -> float:
    """Milliseconds from pen up to the last change of the bars, for one quick stroke."""
    page.evaluate(WATCH)
    box = page.locator("[data-panel=pad] canvas").first.bounding_box()
    assert box
    page.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 0.2 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + (0.3 + width) * box["width"], box["y"] + 0.2 * box["height"], steps=4)
    page.mouse.move(box["x"] + (0.05 + width) * box["width"], box["y"] + 0.8 * box["height"], steps=4)
    page.mouse.up()
    return float(page.evaluate("window.answered"))


def _pen(page: Page) -> list[float]:
    """The same for several strokes, on a pad that is cleared between them."""
    times = []
    for i in range(ROUNDS):
        page.click("[data-panel=pad] button:has-text('Clear')")
        page.wait_for_function(f"() => !{READ}.pictures.seen")
        times.append(_stroke(page, 0.3 + 0.02 * i))
    return times


def _report_pad(browser: Browser, address: str) -> None:
    page = browser.new_page()
    page.add_init_script("localStorage.setItem('playground.visited', '1')")
    began = time.perf_counter()
    page.goto(f"{address}?tab=digits&steps=0")
    page.wait_for_function(
        f"() => document.querySelector('.stage[data-lesson=digits]')?.stage?.state && {READ}.step === 0"
    )
    first = _stroke(page, 0.3)
    opened = time.perf_counter() - began
    print(
        f"  the first stroke on a cold server is answered in {first:.0f} ms; the page was opened {opened:.1f} s before"
    )
    DIGITS.wait()
    idle = _pen(page)
    other = browser.new_page()
    other.add_init_script("localStorage.setItem('playground.visited', '1')")
    other.goto(f"{address}?tab=classifier&steps=0")
    other.wait_for_selector(".stage[data-lesson=classifier][data-step]")
    for visitor, lesson in ((page, "digits"), (other, "classifier")):
        stage = f".stage[data-lesson={lesson}]"
        visitor.click(f"{stage} [data-speed=max]")
        visitor.click(f"{stage} .play")
        visitor.wait_for_function(f"Number(document.querySelector('{stage}').dataset.step) > 20")
    busy = _pen(page)
    for name, times in (("nothing trains", idle), ("this visitor and one other train", busy)):
        print(f"  pen up → bars changed, {name}: median {statistics.median(times):.0f} ms, worst {max(times):.0f} ms")


# The clock starts with a move of a slider and stops when what the decoder paints there has been painted in the page.
DECODE = """(step) => new Promise((done) => {
    const box = document.querySelector(".stage[data-lesson=autoencoder]");
    const canvas = box.querySelector(".latent-painting");
    const slider = box.querySelector(".latent-sliders input");
    const before = String(box.stage.state.pictures.passage.drawn);
    const began = performance.now();
    new MutationObserver((_, observer) => {
        const passage = box.stage.state.pictures.passage;
        if (passage.source || String(passage.drawn) === before) return;
        observer.disconnect();
        done(performance.now() - began);
    }).observe(canvas, { attributes: true });
    slider.value = Number(slider.value) + step;
    slider.dispatchEvent(new Event("input", { bubbles: true }));
})"""
PAINTS = """(seconds) => new Promise((done) => {
    const canvas = document.querySelector(".latent .cloud");
    const first = Number(canvas.dataset.n);
    setTimeout(() => done((Number(canvas.dataset.n) - first) / seconds), 1000 * seconds);
})"""


def _decodes(page: Page) -> list[float]:
    page.evaluate(DECODE, 40)  # from a point's picture to a place of its own
    return [float(page.evaluate(DECODE, -20 if i % 2 else 25)) for i in range(ROUNDS)]


def _report_decoder(browser: Browser, address: str) -> None:
    page = browser.new_page()
    page.add_init_script("localStorage.setItem('playground.visited', '1')")
    page.goto(f"{address}?tab=autoencoder&start=scratch&lr=0.005&steps=0")
    stage = ".stage[data-lesson=autoencoder]"
    page.wait_for_function(f"() => document.querySelector('{stage}')?.stage?.state?.pictures?.latent")
    idle = page.evaluate(PAINTS, 4)
    resting = _decodes(page)
    page.click(f"{stage} [data-speed=max]")
    page.click(f"{stage} .play")
    page.wait_for_function(f"Number(document.querySelector('{stage}').dataset.step) > 200")
    learning = page.evaluate(PAINTS, 4)
    busy = _decodes(page)
    page.close()
    points = len(DIGITS.wait().test_images[:IN_CLOUD])
    print(f"  {points} points painted: {idle:.0f} times a second while the cloud turns, {learning:.0f} while it learns")
    for name, times in (("nothing trains", resting), ("it trains at full speed", busy)):
        print(
            f"  slider → decoder's picture, {name}: median {statistics.median(times):.0f} ms, worst {max(times):.0f} ms"
        )


def _reset(page: Page) -> None:
    page.click(".buttons [data-action=reset]")
    page.wait_for_function(
        "(b => b.dataset.step === '0' && b.dataset.playing === 'false')(document.querySelector('.stage'))"
    )


def report() -> None:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        port = door.getsockname()[1]
    print("\nIn the page, browser and server on the same machine")
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
        page.close()
        _report_pad(browser, address)
        _report_decoder(browser, address)
        browser.close()
    app.close(verbose=False)
    print(
        f"  click on Play → first changed picture: median {statistics.median(times):.0f} ms, worst {max(times):.0f} ms"
    )
    print(f"  frames painted at normal speed: {shown:.1f} a second (15 are sent)")


if __name__ == "__main__":
    report()
