"""The public endpoints: they say what they are, train, read, refuse with a sentence; for scripts and for agents."""

import asyncio
import base64
import json
import socket
from concurrent.futures import ThreadPoolExecutor

import gradio as gr
import httpx
import pytest
from gradio_client import Client, handle_file
from mcp import ClientSession
from mcp.client.streamable_http import streamablehttp_client
from PIL import Image, ImageDraw

from playground.core.refusal import BadValue
from playground.lessons import LESSONS
from playground.lessons.autoencoder_weights import WEIGHTS
from playground.lessons.classifier import CLASSIFIER
from playground.lessons.regression import REGRESSION
from playground.script.lessons import WRITERS
from playground.ui import api
from playground.ui import launch as launching
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
    assert list(train("regression", None, 1)) == list(train("regression", {}, 1))


def test_settings_are_used(train):
    last = list(train("classifier", {"head": "both", "layers": [4, 4], "test": 0.3}, 20))[-1]
    told = {f"{head}{what}" for head in ("softmax", "sigmoid") for what in ("", "_accuracy", "_test_loss")}
    assert set(last) == {"step", "stop", *told}


def test_a_divergence_is_told(train):
    last = list(train("regression", {"lr": 1e6}, 100))[-1]
    assert last["stop"] == "diverged"
    json.dumps(last, allow_nan=False)


NAN = float("nan")
JUNK = [(lesson, {}, 5) for lesson in ("", "Regression", None, 5, [], {}, "数", "x" * 1000, True)]
JUNK += [("regression", settings, 5) for settings in ([], "lr", 5, {"nope": 1}, {"lr": "x"}, {"lr": NAN}, [["lr", 1]])]
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
    page, address = launch(device, "127.0.0.1", port, mcp=True)
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


@pytest.fixture
def seven(tmp_path):
    """A picture of a seven that a net reads without doubt."""
    picture = Image.new("L", (400, 300), 255)
    ImageDraw.Draw(picture).line([(150, 60), (250, 60), (190, 240)], fill=0, width=18, joint="curve")
    picture.save(tmp_path / "seven.png")
    return tmp_path / "seven.png"


def test_the_endpoints_say_what_they_are(address):
    told = Client(address, verbose=False).view_api(return_format="dict", print_info=False)["named_endpoints"]
    assert set(told) == {"/lessons", "/train", "/export", "/predict_digit"}
    assert [item["parameter_name"] for item in told["/train"]["parameters"]] == ["lesson", "settings", "steps"]
    assert [item["parameter_has_default"] for item in told["/train"]["parameters"]] == [True, True, True]
    assert told["/train"]["parameters"][0]["type"]["enum"] == [lesson.key for lesson in LESSONS]
    assert told["/export"]["parameters"][0]["type"]["enum"] == list(WRITERS)
    assert all(len(endpoint["description"]) > 30 for endpoint in told.values())
    for endpoint in told.values():
        for item in endpoint["parameters"]:
            assert item["label"] == item["parameter_name"]
            assert len(item["python_type"]["description"]) > 20, item
            assert item["example_input"] not in (None, "...")
            assert "http" not in str(item["example_input"])
        (answer,) = endpoint["returns"]
        assert len(answer["python_type"]["description"]) > 20
        assert answer["python_type"]["type"] != "Any"


def test_the_examples_are_calls_that_work(address, seven, monkeypatch):
    """As the page shows them, word for word, in the folder where the picture is."""
    monkeypatch.chdir(seven.parent)
    told = httpx.get(f"{address}gradio_api/info").json()["named_endpoints"]
    for name, endpoint in told.items():
        found = {}
        exec(endpoint["code_snippets"]["python"].replace("print(result)", "").replace("Client(", "quiet("), {
            "quiet": lambda url: Client(url, verbose=False), "handle_file": handle_file,
        }, found)  # fmt: skip
        assert found["result"], name
    assert found["result"]["label"] == "7"


def test_the_lessons_are_listed_and_can_be_trained_as_listed(address):
    client = Client(address, verbose=False)
    cards = client.predict(api_name="/lessons")
    assert [card["lesson"] for card in cards] == [lesson.key for lesson in LESSONS]
    assert cards[0]["knobs"]["lr"] == {"default": "0.2", "allowed": "1e-06..1e+07"}
    for card in cards[:2]:  # as they stand there, in the form of links
        settings = {name: knob["default"] for name, knob in card["knobs"].items() if knob["default"]}
        last = client.predict(card["lesson"], settings, 5, api_name="/train")
        assert last["step"] == 5


def test_a_program_is_exported_and_a_wrong_setting_refused(address):
    client = Client(address, verbose=False)
    program = client.predict("regression", {"lr": 0.1, "steps": 50}, "zh", api_name="/export")
    assert "lr=0.1" in program
    assert "STEPS = 50" in program
    assert "# 训练" in program
    program = client.predict("autoencoder", {}, "en", api_name="/export")
    assert WEIGHTS.name in program
    assert httpx.get(f"{address}playground/{WEIGHTS.name}").content == WEIGHTS.read_bytes()
    with pytest.raises(Exception, match="“fast” is not allowed"):
        client.predict("regression", {"lr": "fast"}, "en", api_name="/export")


def test_a_picture_is_read_and_another_file_is_refused_in_a_sentence(address, seven, tmp_path):
    client = Client(address, verbose=False)
    told = client.predict(handle_file(seven), api_name="/predict_digit")
    assert told["label"] == "7"
    assert sum(item["confidence"] for item in told["confidences"]) == pytest.approx(1, abs=1e-4)
    (tmp_path / "junk.png").write_bytes(b"no picture")
    with pytest.raises(Exception, match="cannot be read as a picture"):
        client.predict(handle_file(tmp_path / "junk.png"), api_name="/predict_digit")


def test_an_agent_finds_the_tools_and_uses_them(address, seven):
    """Through the protocol's own client."""
    uri = f"data:image/png;base64,{base64.b64encode(seven.read_bytes()).decode()}"

    async def talk():
        async with (
            streamablehttp_client(f"{address}gradio_api/mcp/") as (read, write, _),
            ClientSession(read, write) as session,
        ):
            await session.initialize()
            tools = (await session.list_tools()).tools
            train = await session.call_tool("train", {"lesson": "regression", "settings": {"seed": 3}, "steps": 50})
            wrong = await session.call_tool("train", {"lesson": "regression", "settings": {"lr": "fast"}, "steps": 5})
            digit = await session.call_tool("predict_digit", {"picture": uri})
            return {tool.name: tool for tool in tools}, train, wrong, digit

    # in a thread of its own: Playwright's tests leave an event loop running in this one
    with ThreadPoolExecutor(1) as thread:
        tools, train, wrong, digit = thread.submit(asyncio.run, talk()).result(60)
    assert set(tools) == {"lessons", "train", "export", "predict_digit"}
    asked = tools["train"].inputSchema["properties"]
    assert asked["steps"]["type"] == "integer"
    assert all(len(item["description"]) > 20 for item in asked.values())
    assert "Train a small neural net" in tools["train"].description
    assert "'stop': 'finished'" in train.content[0].text
    assert "'step': 50" in train.content[0].text
    assert wrong.isError
    assert "“fast” is not allowed" in wrong.content[0].text
    assert "'label': '7'" in digit.content[0].text


def test_agents_are_let_in_only_where_they_are_asked_in(device, monkeypatch):
    """Not by what happens to be installed or set; and without the package a sentence says what is missing."""
    monkeypatch.setenv("GRADIO_MCP_SERVER", "True")
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        port = door.getsockname()[1]
    page, _ = launch(device, "127.0.0.1", port)
    try:
        assert not page.mcp_server
    finally:
        page.close(verbose=False)
    monkeypatch.setattr(launching, "find_spec", lambda name: None)
    with pytest.raises(BadValue, match="bad_mcp"):
        launch(device, "127.0.0.1", port, mcp=True)
