"""What the page shows is saved by a click in each form, looks like something, and a report comes as one file."""

from __future__ import annotations

import io
import re
import zipfile
import zlib

import numpy as np
import pytest
from PIL import Image

from tests.browser.conftest import Visit, Visitor


def saved(visitor: Visitor, panel: str, form: str) -> tuple[str, bytes]:
    menu = visitor.box.locator(f"[data-panel={panel}] .figure-menu")
    menu.locator("summary").click()
    with visitor.page.expect_download() as download:
        menu.locator(f"[data-format={form}]").click()
    assert menu.get_attribute("open") is None
    return download.value.suggested_filename, download.value.path().read_bytes()


def test_a_picture_is_saved_in_each_form(visit: Visit) -> None:
    visitor = visit("/?steps=30")
    visitor.press("play")
    visitor.expect("state.step === 30 && !state.playing")
    name, data = saved(visitor, "fit", "png")
    assert name == "regression-fit-30.png"
    pixels = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"), dtype=int)
    assert pixels.shape[1] == 1400
    red = np.abs(pixels - [225, 30, 40]).sum(axis=2) < 30  # the course's curve
    blue = np.abs(pixels - [31, 119, 180]).sum(axis=2) < 90  # its points
    assert min(red.sum(), blue.sum()) > 2000
    name, data = saved(visitor, "loss", "svg")
    assert name == "regression-loss-30.svg"
    text = data.decode()
    assert ">Loss<" in text
    assert max(len(path) for path in re.findall(r' d="([^"]*)"', text)) > 100
    name, data = saved(visitor, "network", "pdf")
    assert name == "regression-network-30.pdf"
    assert data.startswith(b"%PDF-")
    packed = re.search(rb"/FlateDecode.*?stream\n(.*?)\nendstream", data, re.DOTALL)
    assert packed
    assert zlib.decompress(packed[1]).count(b" c\n") > 20  # the bends of the edges


def test_the_report_comes_as_one_file_in_the_language_of_the_page(visit: Visit) -> None:
    visitor = visit("/zh?steps=5")
    visitor.press("play")
    visitor.expect("state.step === 5 && !state.playing")
    with visitor.page.expect_download() as download:
        visitor.box.get_by_role("button", name="报告").click()
    box = zipfile.ZipFile(io.BytesIO(download.value.path().read_bytes()))
    text = box.read("report.md").decode()
    assert "# 回归：训练 5 步的记录" in text
    home = visitor.page.url.split("?")[0]
    assert f"<{home}?tab=regression&steps=5>" in text
    visitor.expect("!box.querySelector('[data-keep=report]').disabled")


@pytest.mark.parametrize("width", [390, 1440])
def test_the_menu_is_quiet_but_in_reach(visit: Visit, width: int) -> None:
    """Faint until the panel is looked at, clearer for a finger, and never outside the page."""
    visitor = visit("/", width=width, has_touch=width < 500, is_mobile=width < 500)
    opacity = "Number(getComputedStyle(box.querySelector('[data-panel=fit] .figure-menu summary')).opacity)"
    if width < 500:
        assert visitor.state(opacity) > 0.5
    else:
        visitor.page.mouse.move(2, 2)
        visitor.expect(f"{opacity} < 0.5")
        visitor.box.locator("[data-panel=fit]").hover()
        visitor.expect(f"{opacity} === 1")
    visitor.box.locator("[data-panel=fit] .figure-menu summary").click()
    choice = visitor.box.locator("[data-panel=fit] [data-format=pdf]").bounding_box()
    first = visitor.box.locator("[data-panel=fit] [data-format=png]").bounding_box()
    assert choice
    assert first
    assert first["x"] >= 0
    assert choice["x"] + choice["width"] <= width
    visitor.page.keyboard.press("Escape")
    visitor.expect("!box.querySelector('[data-panel=fit] .figure-menu').open")
