"""One visitor at one lesson: the frame they see is strict JSON and tells the truth."""

import json
import threading

import orjson
import pytest

from playground.lessons.classifier import CLASSIFIER
from playground.lessons.gan import GAN
from playground.lessons.regression import REGRESSION
from playground.text import Text
from playground.ui import seat as seat_module
from playground.ui.seat import Seat
from playground.ui.thumbnails import thumbnails


def refuse(word):
    raise AssertionError(f"{word} is not JSON")


def shown(seat):
    return json.loads(seat.frame(), parse_constant=refuse)


def sit(device, lesson=REGRESSION, language="en", **values):
    seat = Seat(lesson, Text(language), device)
    if values:
        seat.renew(lesson.config(**values))
    return seat


@pytest.mark.parametrize("lesson", [REGRESSION, CLASSIFIER], ids=lambda lesson: lesson.key)
@pytest.mark.parametrize("speed", seat_module.SPEEDS)
def test_a_frame_is_strict_json_with_all_that_the_stage_reads(device, lesson, speed):
    seat = sit(device, lesson)
    seat.speed = speed
    ticket = seat.begin()
    seat.take_turn(ticket, 0.0)
    frame = shown(seat)
    assert set(frame) == {
        *(
            "seat",
            "n",
            "renewal",
            "run",
            "earlier",
            "step",
            "epoch",
            "metrics",
            "stage",
            "playing",
            "busy",
            "answered",
            "speed",
            "course",
            "preset",
            "cards",
            "task",
            "replay",
        ),
        *("why", "notice", "parcel", "code", "config", "link", "thumbnails", "timeline", "lottery", "pictures"),
    }
    assert list(frame["config"]) == list(lesson.config.knobs())
    assert list(frame["thumbnails"]) == list(lesson.config.knobs()[lesson.gallery].options)
    assert set(frame["pictures"]) <= set(lesson.panels)
    assert frame["speed"] == speed


@pytest.mark.parametrize("lesson", [REGRESSION, CLASSIFIER], ids=lambda lesson: lesson.key)
def test_a_diverged_frame_is_strict_json_too(device, lesson):
    """Also when no loss was ever finite enough to show."""
    seat = sit(device, lesson, lr=1e7, steps=0)
    seat.run.advance(steps=100)
    frame = shown(seat)
    assert frame["metrics"]["loss"] is not None
    assert "null" not in json.dumps(frame["pictures"])


def test_frames_are_counted_and_a_new_run_is_told(device):
    seat = sit(device)
    first, second = shown(seat), shown(seat)
    assert second["n"] == first["n"] + 1
    assert second["renewal"] == first["renewal"]
    seat.renew(seat.run.config)
    assert shown(seat)["renewal"] == first["renewal"] + 1
    assert first["seat"] == second["seat"] != shown(sit(device))["seat"]


def test_the_preset_is_named_while_its_config_is_untouched(device):
    seat = sit(device)
    assert shown(seat)["preset"] == "301"
    seat.run.tune(seat.run.config.changed({"lr": 0.3}))
    assert shown(seat)["preset"] == ""


def test_every_reason_is_said_in_the_visitors_language(device):
    """Finished, target, plateau and diverged, each with its facts filled in."""
    cases = [({"steps": 3}, "finished"), ({"goal": 5.0}, "goal"), ({"patience": 1, "lr": 1e-6}, "plateau")]
    cases += [({"lr": 1e6}, "diverged")]
    for values, reason in cases:
        for language in ("en", "zh"):
            seat = sit(device, language=language, **values)
            seat.begin()
            for _ in range(20):
                seat.run.advance(steps=1)
                why = shown(seat)["why"]
                if why["reason"] != "playing":
                    break
            assert why["reason"] == reason
            assert "{" not in why["text"]
            assert any("一" <= letter <= "鿿" for letter in why["text"]) == (language == "zh")
            assert not seat.playing


def test_a_ticket_is_good_for_one_play(device):
    seat = sit(device)
    first = seat.begin()
    second = seat.begin()
    assert not seat.is_playing(first)
    assert seat.is_playing(second)
    seat.end(first, "paused")
    assert seat.is_playing(second)
    seat.end(second, "paused")
    assert not seat.is_playing(second)
    assert shown(seat)["why"]["reason"] == "paused"


def test_an_interrupt_needs_no_lock(device):
    """A pause arrives while a turn holds the seat."""
    seat = sit(device)
    ticket = seat.begin()
    done = threading.Event()

    def interrupt():
        seat.interrupt()
        done.set()

    with seat.lock:
        thread = threading.Thread(target=interrupt)
        thread.start()
        assert done.wait(30)
        assert not seat.is_playing(ticket)
    thread.join(30)


def test_a_refused_config_keeps_the_old_run(device):
    """When the lesson itself fails, the visitor still has what they had."""
    seat = sit(device)
    run = seat.run

    class Broken:
        key, build = "regression", staticmethod(lambda config, device: 1 / 0)

    seat.lesson = Broken()
    with pytest.raises(ZeroDivisionError):
        seat.renew(run.config)
    assert seat.run is run


def test_thumbnails_follow_the_noise_and_ignore_live_knobs(device):
    """And drawing them moves nobody's random numbers."""
    quiet, noisy = CLASSIFIER.config(noise=0), CLASSIFIER.config(noise=1)
    drawn = [orjson.dumps(thumbnails(CLASSIFIER, config)) for config in (quiet, noisy, quiet.changed({"lr": 0.5}))]
    assert drawn[0] != drawn[1]
    assert drawn[0] == drawn[2]


def test_a_diverged_gan_names_both_of_its_rates(device):
    """It has no single learning rate, and the course's are offered."""
    seat = Seat(GAN, Text("en"), device)
    seat.renew(GAN.config(game="nonsaturating", lr_d=1, lr_g=1, steps=400))
    seat.run.advance(steps=60)
    seat.frame()
    assert seat.run.stop.reason == "diverged"
    seat.voice.explain_stop(seat.run.stop)
    frame = json.loads(seat.frame())
    assert "learning rate 1 / 1" in frame["cards"][0]["text"]
    assert "0.0001" in frame["cards"][0]["fix"]
