"""The drawer's program waits for its data, and comes with the file that it needs."""

from __future__ import annotations

import io
import zipfile

import pytest
import torch

from playground.data.digits import small_digits
from playground.data.shelf import DIGITS
from playground.lessons.autoencoder import AUTOENCODER
from playground.lessons.autoencoder_weights import WEIGHTS
from playground.text import Text
from playground.ui.actions import perform
from playground.ui.parcels import Parcels
from playground.ui.seat import Seat


def test_while_the_data_are_on_their_way_there_is_no_program_and_then_there_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(DIGITS, "ask", lambda: DIGITS.digits)
    monkeypatch.setattr(DIGITS, "digits", None)
    parcels = Parcels()
    seat = Seat(AUTOENCODER, Text("zh"), torch.device("cpu"), parcels)
    for form in ("show", "py"):
        perform(seat, {"kind": "code", "form": form})
        assert seat.code == ""
        assert '"reason":"loading"' in seat.frame()
        assert '"parcel":{"token":"","name":""}' in seat.frame()
    monkeypatch.setattr(DIGITS, "digits", small_digits())
    assert '"reason":"ready"' in seat.frame()
    perform(seat, {"kind": "code", "form": "show"})
    shown = parcels.take(seat.code)
    assert shown
    assert WEIGHTS.name in shown.data.decode()
    perform(seat, {"kind": "code", "form": "py"})
    assert "解压到同一个文件夹" in seat.frame()
    handed = parcels.take(seat._parcel["token"])
    assert handed
    assert handed.name == "autoencoder-shipped-0.zip"
    box = zipfile.ZipFile(io.BytesIO(handed.data))
    assert box.read("autoencoder-shipped-0.py") == shown.data
    assert box.read(WEIGHTS.name) == WEIGHTS.read_bytes()
