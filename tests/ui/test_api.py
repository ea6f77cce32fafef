"""The public endpoint: trains, reports, and refuses with a sentence."""

import json
import socket

import gradio as gr
import pytest
from gradio_client import Client

from playground.lessons.classifier import CLASSIFIER
from playground.lessons.regression import REGRESSION
from playground.ui import api
from playground.ui.api import make_train
from playground.ui.launch import launch


@pytest.fixture
def train(device):
    return make_train(device)


@pytest.mark.parametrize("lesson", [REGRESSION, CLASSIFIER], ids=lambda lesson: lesson.key)
def test_it_reports_rising_steps_and_falling_loss(train, lesson):
    """The last report says why it ended; all of it is plain JSON."""
    reports = list(train(lesson.key, {"seed": 3}, 150))
    steps = [report["step"] for report in reports]
    assert steps == sorted(set(steps))
    assert steps[-1] == 150
    assert [report["stop"] for report in reports] == [None] * (len(reports) - 1) + ["finished"]
    assert reports[-1]["loss"] < 0.2
    assert json.loads(json.dumps(reports, allow_nan=False)) == reports


def test_steps_of_the_call_win_and_whole_floats_are_whole(train):
    assert list(train("regression", {"steps": 10}, 5.0))[-1]["step"] == 5
    assert list(train("regression", {}, 1))[-1]["step"] == 1


def test_settings_are_used(train):
    last = list(train("classifier", {"head": "both", "layers": [4, 4], "test": 0.3}, 20))[-1]
    assert set(last) == {"step", "softmax", "sigmoid", "softmax_accuracy", "sigmoid_accuracy", "stop"}


def test_a_divergence_is_told(train):
    last = list(train("regression", {"lr": 1e6}, 100))[-1]
    assert last["stop"] == "diverged"
    json.dumps(last, allow_nan=False)


NAN = float("nan")
JUNK = [(lesson, {}, 5) for lesson in ("", "Regression", None, 5, [], {}, "数", "x" * 1000, True)]
JUNK += [
    ("regression", settings, 5) for settings in (None, [], "lr", 5, {"nope": 1}, {"lr": "x"}, {"lr": NAN}, [["lr", 1]])
]
JUNK += [
    ("regression", settings, 5) for settings in ({"layers": [99]}, {"own": []}, {"own": [[0, 0, 0]]}, {"seed": True})
]
JUNK += [("classifier", {"head": "sigmoid", "classes": 3}, 5)]
JUNK += [("regression", {}, steps) for steps in (0, -1, 1.5, NAN, float("inf"), None, "5", True, [], 10**9, 100_001)]


@pytest.mark.parametrize(("lesson", "settings", "steps"), JUNK, ids=lambda value: repr(value)[:30])
def test_junk_is_refused_with_a_sentence(train, lesson, settings, steps):
    with pytest.raises(gr.Error) as refused:
        list(train(lesson, settings, steps))
    assert 10 < len(refused.value.message) < 700
    assert "bad_" not in refused.value.message


def test_a_call_ends_after_a_minute(train, monkeypatch):
    """However many steps it asked for; here by a clock of its own."""
    now = iter(range(0, 10_000, 20))
    monkeypatch.setattr(api.time, "monotonic", lambda: next(now))
    monkeypatch.setattr(api, "FRAMES_A_SECOND", 10**9)
    reports = list(train("regression", {}, 100_000))
    assert 1 <= len(reports) <= 4
    assert reports[-1]["stop"] is None


@pytest.fixture(scope="module")
def address(device):
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        port = door.getsockname()[1]
    page, address = launch(device, "127.0.0.1", port)
    yield address
    page.close(verbose=False)


def test_the_endpoint_of_a_running_app_trains(address):
    """Through Gradio's own client, streaming and refusing."""
    client = Client(address, verbose=False)
    job = client.submit("regression", {"layers": [4]}, 60, api_name="/train")
    last = job.result(timeout=60)
    assert (last["step"], last["stop"]) == (60, "finished")
    assert [report["step"] for report in job.outputs()][-1] == 60
    with pytest.raises(Exception, match="no lesson “nope”"):
        client.predict("nope", {}, 5, api_name="/train")
