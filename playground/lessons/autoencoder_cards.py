"""Detectors of an autoencoder that says nothing through its code, and the numbers that they judge by."""

from __future__ import annotations

from torch import Tensor

from playground.core.cards import Card, Signs, cured_by, first_of
from playground.core.inner import stuck_units
from playground.core.symptoms import diverged, saturated
from playground.core.trainer import Metrics
from playground.lessons.autoencoder_nets import PIXELS, Autoencoder, scaled

EARLIEST = 300  # steps; a sound net draws the average digit for about the first hundred
SILENT = 0.1  # nats that the whole code of a VAE carries
NO_BETTER = 0.93  # of the error of the average digit
USUAL_KL = 0.03
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
    if card := _stuck(signs):
        return card
    return Card("average_digit", {"error": error, "average": average, "lr": signs.config.lr}, USUAL)


_stuck = cured_by(USUAL, saturated)
CODER_CARDS = first_of(diverged, kl_collapse, average_digit)
