"""What the menu hands out: the run, its weights or a graph, each under a name that says when; all else is refused."""

import json
from base64 import b64encode

import pytest
import safetensors.torch

from playground.lessons import LESSONS
from playground.lessons.race import RACE
from playground.lessons.regression import REGRESSION
from playground.text import Text
from playground.ui.actions import perform
from playground.ui.keeping import FORMS
from playground.ui.seat import Seat

BY_KEY = {lesson.key: lesson for lesson in LESSONS}


def told(seat):
    return json.loads(seat.frame())


def fetched(seat):
    parcel = seat._parcels.take(told(seat)["parcel"]["token"])
    return parcel.name, parcel.data


@pytest.mark.parametrize("form", FORMS)
def test_each_form_is_handed_out_under_its_name(device, form):
    seat = Seat(REGRESSION, Text("en"), device)
    perform(seat, {"kind": "step"})
    perform(seat, {"kind": "save", "form": form})
    name, data = fetched(seat)
    assert name == f"regression-301-1{FORMS[form][0]}"
    assert len(data) > 300


def test_without_a_form_it_is_the_run(device):
    seat = Seat(REGRESSION, Text("en"), device)
    perform(seat, {"kind": "save"})
    assert fetched(seat)[0] == "regression-301-0.safetensors"


@pytest.mark.parametrize("form", [None, 3, [], "pickle", {}, "run.weights"])
def test_another_form_is_refused(device, form):
    seat = Seat(REGRESSION, Text("en"), device)
    perform(seat, {"kind": "save", "form": form})
    assert told(seat)["notice"]["text"]
    assert told(seat)["parcel"]["token"] == ""


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("form", ["weights", "onnx"])
def test_a_surface_has_no_weights_and_says_so(device, form, language):
    seat = Seat(RACE, Text(language), device)
    perform(seat, {"kind": "preset", "value": "saddle"})
    perform(seat, {"kind": "save", "form": form})
    assert told(seat)["notice"]["text"] == Text(language).say("bad.no_net")


def test_weights_cannot_be_opened_as_a_run_and_nothing_is_lost(device):
    seat = Seat(REGRESSION, Text("en"), device)
    perform(seat, {"kind": "step"})
    perform(seat, {"kind": "save", "form": "weights"})
    _, data = fetched(seat)
    run = seat.run
    perform(seat, {"kind": "run", "data": b64encode(data).decode()})
    assert "holds weights only" in told(seat)["notice"]["text"]
    assert seat.run is run


@pytest.mark.parametrize("key", [lesson.key for lesson in LESSONS])
def test_every_lesson_hands_out_weights(device, key):
    seat = Seat(BY_KEY[key], Text("en"), device)
    perform(seat, {"kind": "save", "form": "weights"})
    assert safetensors.torch.load(fetched(seat)[1])
