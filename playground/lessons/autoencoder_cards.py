"""Detectors of an autoencoder that says nothing through its code, and the numbers that they judge by."""

from __future__ import annotations

from torch import Tensor

from playground.core.cards import Card, Signs, cured_by, first_of
from playground.core.inner import stuck_units
from playground.core.symptoms import diverged, saturated
from playground.core.trainer import Metrics
from playground.lessons.autoencoder_nets import COURSE, PIXELS, Autoencoder, scaled

EARLIEST = 300  # steps; a sound net draws the average digit for about the first hundred
SILENT = 0.1  # nats that the whole code of a VAE carries
NO_BETTER = 0.93  # of the error of the average digit
USUAL_KL = 0.03
LEAST = (64, 32, 8)  # neurons: with 32, 16 and 8, or with 2 in one layer, nothing comes through in 900 steps
USUAL = {"optimizer": "adam", "lr": 0.002}


def coder_numbers(net: Autoencoder, pictures: Tensor, average: Tensor) -> Metrics:
    """What a net says of itself on pictures (n, 28, 28); average: the error of one blurred digit for all."""
    pixels = scaled(pictures)
    *hidden, code = net.encoder_layers(pixels)
    *later, rebuilt = net.decoder_layers(code)
    error = (rebuilt - pixels).square().mean()
    return {"average": average, "unexplained": error / average, **stuck_units([*hidden, *later])}


def kl_collapse(signs: Signs) -> Card | None:
    """The KL term has pulled every code to the same cloud: the decoder learns nothing from it."""
    _, kl = signs.series("kl")
    if signs.age < EARLIEST or signs.config.coder != "vae" or not len(kl):
        return None
    nats = PIXELS * float(kl[-max(1, len(kl) // 20) :].mean())
    if nats > SILENT or signs.config.kl <= USUAL_KL:
        return None
    return Card("kl_collapse", {"nats": nats, "kl": signs.config.kl}, {"kl": USUAL_KL})


def average_digit(signs: Signs) -> Card | None:
    """Every picture is rebuilt as the average of all."""
    _, errors = signs.series("test_loss")
    if signs.age < EARLIEST or not len(errors) or "average" not in signs.numbers:
        return None
    error, average = float(errors[-1]), signs.number("average")
    if error < NO_BETTER * average or (signs.config.coder == "vae" and signs.config.kl > USUAL_KL):
        return None
    if card := _narrow(signs) or _stuck(signs):
        return card
    return Card("average_digit", {"error": error, "average": average, "lr": signs.config.lr}, USUAL)


def _narrow(signs: Signs) -> Card | None:
    """One of the hidden layers has so few neurons that nothing gets through."""
    widths = (signs.config.wide, signs.config.middle, signs.config.narrow)
    shares = [width / least for width, least in zip(widths, LEAST, strict=True)]
    if min(shares) >= 1:
        return None
    units = widths[shares.index(min(shares))]
    facts = {"error": signs.series("test_loss")[1][-1].item(), "average": signs.number("average"), "units": units}
    fix = dict(zip(("wide", "middle", "narrow"), COURSE, strict=True))
    return Card("narrow", facts, {**fix, **USUAL})


_stuck = cured_by(USUAL, saturated)
CODER_CARDS = first_of(cured_by(USUAL, diverged), kl_collapse, average_digit)
