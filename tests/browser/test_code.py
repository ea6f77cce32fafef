"""The program of the run follows what is done on the page, and comes as a file."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from playground.data.digits import small_digits
from playground.data.shelf import DIGITS
from tests.browser.conftest import Visit
from tests.script.runs import printed

SHOWN = "(box.querySelector('.code-lines')?.textContent ?? '')"


def test_the_drawer_shows_the_program_and_follows_the_run(visit: Visit, tmp_path: Path) -> None:
    visitor = visit("/?steps=30")
    visitor.box.get_by_role("button", name="Code", exact=True).click()
    visitor.expect(f"{SHOWN}.includes('STEPS = 30') && {SHOWN}.includes('lr=0.2')")
    visitor.press("step")
    visitor.expect(f"{SHOWN}.includes('STEPS = 1')")
    visitor.box.locator("[data-knob=lr] input").first.fill("0.05")
    visitor.box.locator("[data-knob=lr] input").first.press("Enter")
    visitor.expect(f"{SHOWN}.includes('lr_at = {{2: 0.05}}')")
    visitor.press("play")
    visitor.expect("state.step === 30 && !state.playing")
    visitor.expect(f"{SHOWN}.includes('STEPS = 30')")
    with visitor.page.expect_download() as download:
        visitor.box.get_by_role("button", name="Python file").click()
    assert download.value.suggested_filename == "regression-run-30.py"
    code = Path(download.value.path()).read_text(encoding="utf-8")
    told = printed({"run": code}, tmp_path)["run"]
    assert float(told[30]["loss"]) == float(f"{visitor.state('state.metrics.loss'):.6g}")
    with visitor.page.expect_download() as download:
        visitor.box.get_by_role("button", name="Notebook").click()
    assert json.loads(Path(download.value.path()).read_text(encoding="utf-8"))["nbformat"] == 4
    visitor.page.keyboard.press("Escape")
    assert not visitor.box.locator(".code").is_visible()


def test_the_program_is_told_in_chinese_on_the_chinese_page(visit: Visit) -> None:
    visitor = visit("/zh/?tab=classifier", lesson="classifier", width=390, height=844)  # also with a slash at its end
    visitor.box.locator("[data-keep=code]").click()
    visitor.expect(f"{SHOWN}.includes('# 训练')")
    box = visitor.box.locator(".code").bounding_box()
    assert box
    assert box["x"] >= 0
    assert box["width"] < 391


def test_a_program_that_needs_a_file_comes_with_it(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(DIGITS, "digits", small_digits())
    visitor = visit("/?tab=autoencoder", lesson="autoencoder")
    visitor.box.locator("[data-keep=code]").click()
    visitor.expect(f"{SHOWN}.includes('autoencoder.safetensors')")
    with visitor.page.expect_download() as download:
        visitor.box.get_by_role("button", name="Notebook").click()
    name = download.value.suggested_filename
    assert name.endswith("-0.zip")
    box = zipfile.ZipFile(download.value.path())
    assert box.namelist() == [name.replace(".zip", ".ipynb"), "autoencoder.safetensors"]
    visitor.box.get_by_role("alert").get_by_text("unpack both into one folder").wait_for()
