"""Each card of the larger lessons comes with a setting that brings it, stays away otherwise, and its fix helps."""

from dataclasses import replace

import pytest

from playground.core.cards import CHECK_EVERY
from playground.core.lanes import lane
from playground.core.run import Run
from playground.data.digits import load
from playground.data.shelf import DIGITS
from playground.lessons.autoencoder import AUTOENCODER
from playground.lessons.digits import DIGITS_LESSON, DigitsConfig
from playground.lessons.dqn import DQN, MODERN, PLAIN
from playground.lessons.gan import GAN, GanConfig
from playground.lessons.race import RACE
from playground.lessons.racing.config import RaceConfig
from playground.rl.config import DqnConfig

pytestmark = pytest.mark.learning


def followed(lesson, config, device, steps, each):
    """The last frame of a run that is looked at every so many steps."""
    run = Run(lesson.build, config, device)
    while run.step < steps and run.stop is None:
        run.advance(steps=each)
        frame = run.peek()
    return frame


def shown_at_last(run):
    """The frame of a run that is looked at until its watch has asked twice."""
    for _ in range(2 * CHECK_EVERY):
        run.advance(steps=1)
        frame = run.peek()
    return frame


def keys(frame):
    return [card.key for card in frame.cards]


def mended(lesson, config, frame, key, device):
    """The config under the fix of the card with this key, which must be the first."""
    card = frame.cards[0]
    assert card.key == key
    return config.changed(card.fix or card.seek(lesson.build, config, device))


BLOWN = {
    "endless": DqnConfig(reward="plain"),
    "blow_up": replace(MODERN, target_net="none", lr=0.05, double=False, gamma=0.99),
    "blow_up with a target net": replace(MODERN, lr=1),
}


@pytest.mark.parametrize("key", BLOWN)
def test_an_agent_that_expects_too_much_is_told_and_cured(device, key):
    config, key = BLOWN[key], key.split()[0]
    steps, each = (400, 10) if config.envs > 1 else (2500, 50)
    frame = followed(DQN, config, device, steps, each)
    facts = frame.cards[0].facts
    assert facts["expected"] > 0.8 * facts["possible"]
    better = followed(DQN, mended(DQN, config, frame, key, device), device, steps, each)
    assert frame.metrics["return"] < 20
    assert better.metrics["return"] > 40
    assert keys(better) == []


@pytest.mark.parametrize(
    ("key", "config"),
    [
        ("runaway", replace(MODERN, lr=10, target_net="none", gamma=1)),
        ("diverged", replace(MODERN, lr=10, loss="mse", init="narrow", tau=1)),
    ],
)
def test_an_agent_that_diverges_at_once_is_cured(device, key, config):
    frame = followed(DQN, config, device, 500, 100)
    assert frame.stop.reason == "diverged"
    better = followed(DQN, mended(DQN, config, frame, key, device), device, 500, 20)
    assert better.metrics["return"] > 30
    assert keys(better) == []


def test_a_timid_agent_is_told_and_goes_on_with_a_rate_that_brings_it_on(device):
    run = Run(DQN.build, replace(MODERN, lr=1e-5), device)
    run.advance(steps=330)
    frame = shown_at_last(run)
    assert keys(frame) == ["timid_agent"]
    assert frame.metrics["return"] < 20
    run.tune(run.config.changed(frame.cards[0].fix))
    run.advance(steps=300)
    assert shown_at_last(run).metrics["return"] > 40
    assert run.cards == ()


@pytest.mark.parametrize("config", [MODERN, PLAIN], ids=["modern", "plain"])
def test_agents_that_learn_are_left_alone(device, config):
    assert keys(followed(DQN, config, device, 400, 10)) == []


@pytest.mark.parametrize(
    "config",
    [GanConfig(k_g=4, lr_g=5e-4, lr_d=3e-4), GanConfig(game="nonsaturating", lr_g=2e-3)],
    ids=["G learns more often", "G learns faster"],
)
def test_a_painter_that_paints_one_painting_is_told_and_cured(device, config):
    """Faster than the preset: by a calmer G where it learns more often than D, else by the Wasserstein game."""
    config = replace(config, paintings=32, steps=0)
    run = Run(GAN.build, config, device)
    while not run.cards:
        assert run.step < 3000
        run.advance(steps=20)
        frame = run.peek()
    assert int(frame.cards[0].facts["percent"]) < 45
    better = followed(GAN, mended(GAN, config, frame, "collapse", device), device, run.step, 20)
    assert better.metrics["distance"] < 0.75 * frame.metrics["distance"]
    assert keys(better) == []


@pytest.mark.parametrize(
    ("key", "config"),
    [
        ("one_rests", GanConfig(train="only_d", steps=0)),
        ("sure_critic", GanConfig(lr_d=0.01, steps=0)),
        ("blind_critic", GanConfig(lr_d=1e-6, steps=0)),
        ("blind_critic", GanConfig(train="only_g", steps=0)),
        ("timid_painter", GanConfig(lr_d=1e-6, lr_g=1e-6, steps=0)),
    ],
)
def test_a_duel_that_is_none_is_told_and_the_painter_gets_a_way(device, key, config):
    frame = followed(GAN, config, device, 1400, 10)
    assert keys(frame) == [key]
    better = followed(GAN, mended(GAN, config, frame, key, device), device, 1400, 10)
    assert better.metrics["band_share"] > frame.metrics["band_share"] + 0.3
    assert keys(better) == []


def test_a_gan_that_diverges_gets_the_rates_of_the_course(device):
    config = GanConfig(game="nonsaturating", lr_d=1, lr_g=1, steps=400)
    frame = followed(GAN, config, device, 400, 10)
    assert frame.stop.reason == "diverged"
    better = followed(GAN, mended(GAN, config, frame, "diverged", device), device, 400, 10)
    assert better.stop.reason == "finished"


@pytest.mark.parametrize(("work", "rate"), [("curve", 30.0), ("rosenbrock", 0.1)], ids=["a net", "a ball on a surface"])
def test_a_lane_that_fell_out_gets_a_rate_with_which_it_stays(device, work, rate):
    config = RaceConfig(work=work, lanes=(lane(0, "sgd", rate), lane(3, "adam", 0.01)), steps=200)
    frame = followed(RACE, config, device, 200, 4)
    podium = frame.pictures["podium"]
    assert podium.died[0] == frame.cards[0].facts["step"]
    better = mended(RACE, config, frame, "lane_out", device)
    assert better.lanes[1] == config.lanes[1]
    assert better.lanes[0].lr < rate
    run = Run(RACE.build, config, device)
    run.advance(steps=60)
    run.peek()
    run.tune(better)  # live: the lane starts again in the race that is under way
    run.advance(steps=140)
    podium = run.peek().pictures["podium"]
    assert podium.died[0] == -1
    assert 0 <= podium.loss[0] < podium.first


@pytest.mark.parametrize(
    ("key", "lanes"),
    [
        ("lane_slow", (lane(0, "sgd", 1e-5), lane(3, "adam", 0.01))),
        ("lane_flat", (lane(0, "sgd", 0.05), lane(3, "adam", 2))),
    ],
)
def test_a_lane_that_gets_nowhere_is_told_and_gets_a_rate_that_brings_it_on(device, key, lanes):
    config = RaceConfig(lanes=lanes, steps=200)
    frame = followed(RACE, config, device, 200, 4)
    sick = 0 if key == "lane_slow" else 1
    better = mended(RACE, config, frame, key, device)
    assert better.lanes[1 - sick] == config.lanes[1 - sick]
    after = followed(RACE, better, device, 200, 4)
    assert after.pictures["podium"].loss[sick] < 0.5 * frame.pictures["podium"].loss[sick]
    assert keys(after) == []


def test_presets_of_the_race_are_left_alone(device):
    for name in ("306", "schedules", "trails", "saddle"):
        config = RACE.presets[name].config
        assert keys(followed(RACE, config, device, min(160, config.steps), 8)) == []


@pytest.fixture
def mnist(data, monkeypatch):
    monkeypatch.setattr(DIGITS, "digits", load(data))


@pytest.mark.parametrize(
    ("key", "config"),
    [
        ("dead_relu", DigitsConfig(lr=0.03)),
        ("saturated", DigitsConfig(net="rnn", lr=0.1)),
        ("guessing", DigitsConfig(net="lstm", lr=1)),
        ("timid", DigitsConfig(net="mlp", lr=1e-6)),
        ("timid", DigitsConfig(net="mlp", optimizer="sgd", lr=0.001)),
        ("diverged", DigitsConfig(lr=1)),
    ],
)
def test_a_net_that_cannot_read_is_told_and_cured(device, mnist, key, config):
    config = replace(config, steps=150)
    frame = followed(DIGITS_LESSON, config, device, 150, 10)
    assert key == "diverged" or frame.metrics["test_accuracy"] < 0.2
    better = followed(DIGITS_LESSON, mended(DIGITS_LESSON, config, frame, key, device), device, 150, 10)
    assert better.metrics["test_accuracy"] > 0.45
    assert keys(better) == []


def test_of_three_readers_the_one_is_named_that_cannot_read(device, mnist):
    """At SGD's rate of 0.1 the CNN and the MLP learn; the LSTM has hardly moved."""
    config = DigitsConfig(net="all", optimizer="sgd", lr=0.1, channels=4, hidden=32, steps=120)
    frame = followed(DIGITS_LESSON, config, device, 120, 20)
    (card,) = frame.cards
    assert (card.key, card.nets) == ("timid", ("lstm",))
    better = followed(DIGITS_LESSON, config.changed(card.fix), device, 120, 20)
    assert better.metrics["lstm_accuracy"] > 2 * frame.metrics["lstm_accuracy"]
    assert keys(better) == []


FRESH = replace(AUTOENCODER.presets["404"].config, steps=450)
SILENT = replace(AUTOENCODER.presets["vae"].config, kl=10, steps=450)


@pytest.mark.parametrize(
    ("key", "config"),
    [
        ("average_digit", replace(FRESH, lr=1e-5)),
        ("saturated", replace(FRESH, lr=0.1)),
        ("narrow", replace(FRESH, wide=8, middle=8, narrow=8)),
        ("kl_collapse", SILENT),
    ],
)
def test_a_code_that_carries_nothing_is_told_and_cured(device, mnist, key, config):
    frame = followed(AUTOENCODER, config, device, 450, 10)
    better = followed(AUTOENCODER, mended(AUTOENCODER, config, frame, key, device), device, 450, 10)
    assert better.metrics["full_loss"] < 0.9 * frame.metrics["full_loss"]
    assert keys(better) == []


@pytest.mark.parametrize("name", ["404", "vae"])
def test_codes_that_unfold_are_left_alone(device, mnist, name):
    config = replace(AUTOENCODER.presets[name].config, steps=450)
    assert keys(followed(AUTOENCODER, config, device, 450, 10)) == []
