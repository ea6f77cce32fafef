"""The QR code of an address."""

import xml.etree.ElementTree as ET

import pytest
import segno
from starlette.applications import Starlette
from starlette.testclient import TestClient

from playground.ui import qr

ADDRESS = "http://192.168.1.20:7860/zh?tab=regression&lr=0.5"


def test_the_picture_holds_the_code_of_the_text():
    browser = TestClient(Starlette(routes=[qr.route("/qr")]))
    answer = browser.get("/qr", params={"text": ADDRESS})
    assert answer.headers["content-type"].startswith("image/svg+xml")
    root = ET.fromstring(answer.content)
    side = segno.make_qr(ADDRESS, error="l").symbol_size(scale=4, border=3)[0]
    assert root.attrib["width"] == str(side)
    assert answer.content == qr.draw(ADDRESS) != qr.draw(ADDRESS + "1")


@pytest.mark.parametrize("text", ["", "x" * (qr.LONGEST + 1), "🙂" * 1500])
def test_what_fits_no_code_is_refused(text):
    browser = TestClient(Starlette(routes=[qr.route("/qr")]))
    assert browser.get("/qr", params={"text": text}).status_code == 400
