"""Files that a seat hands out are fetched once; runs come back through the door that all uploads take."""

import json
from base64 import b64encode

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from playground.lessons.regression import REGRESSION
from playground.text import Text
from playground.ui import parcels as module
from playground.ui.actions import perform
from playground.ui.parcels import Parcel, Parcels
from playground.ui.seat import Seat
from tests.core.tiny import same, state


def test_a_parcel_is_fetched_once_under_its_name():
    parcels = Parcels()
    browser = TestClient(Starlette(routes=[parcels.route("/parcel")]))
    token = parcels.put(Parcel("回归 1.bin", b"data"))
    answer = browser.get(f"/parcel/{token}")
    assert answer.content == b"data"
    assert "attachment" in answer.headers["content-disposition"]
    assert "%E5%9B%9E%E5%BD%92%201.bin" in answer.headers["content-disposition"]
    assert browser.get(f"/parcel/{token}").status_code == 404
    assert browser.get("/parcel/nothing").status_code == 404


def test_the_oldest_parcels_make_room(monkeypatch):
    monkeypatch.setattr(module, "MOST_BYTES", 10)
    parcels = Parcels()
    first, second, third = (parcels.put(Parcel("a", bytes(4))) for _ in range(3))
    assert parcels.take(first) is None
    assert parcels.take(second)
    assert parcels.take(third)
    alone = parcels.put(Parcel("large", bytes(99)))
    assert parcels.take(alone)  # one that is larger than all room still goes out


@pytest.fixture
def kept(device):
    """A seat whose run was saved at step 20, and the file."""
    parcels = Parcels()
    seat = Seat(REGRESSION, Text("en"), device, parcels)
    perform(seat, {"kind": "set", "values": {"lr": 0.1, "steps": 50}})
    seat.run.advance(steps=20)
    perform(seat, {"kind": "save"})
    parcel = json.loads(seat.frame())["parcel"]
    assert parcel["name"] == "regression-run-20.safetensors"
    return seat, parcels.take(parcel["token"]).data


def opened(device, data):
    seat = Seat(REGRESSION, Text("zh"), device)
    perform(seat, {"kind": "run", "data": b64encode(data).decode()})
    return seat


def test_a_saved_run_goes_on_in_another_session(device, kept):
    seat, data = kept
    other = opened(device, data)
    frame = json.loads(other.frame())
    assert (frame["step"], frame["config"]["lr"], frame["why"]["reason"]) == (20, 0.1, "reopened")
    assert frame["pictures"]["loss"] == json.loads(seat.frame())["pictures"]["loss"]
    for one in (seat, other):
        one.run.advance()
    assert seat.run.step == other.run.step == 50
    assert same(state(seat.run), state(other.run))


def test_a_run_that_was_finished_is_opened_as_finished(device, kept):
    seat, _ = kept
    seat.run.advance()
    seat.run.peek()
    perform(seat, {"kind": "save"})
    data = seat._parcels.take(json.loads(seat.frame())["parcel"]["token"]).data
    assert opened(device, data).run.stop.reason == "finished"


@pytest.mark.parametrize("data", [None, 5, [], "no base64!", "", b64encode(b"x" * 50).decode(), "A" * 200_000_000])
def test_a_refused_file_leaves_all_as_it_was(device, data):
    seat = Seat(REGRESSION, Text("en"), device)
    seat.run.advance(steps=3)
    run = seat.run
    perform(seat, {"kind": "run", "data": data})
    frame = json.loads(seat.frame())
    assert seat.run is run
    assert frame["step"] == 3
    assert frame["notice"]["text"]
