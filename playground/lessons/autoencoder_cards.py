"""Detects an autoencoder that says nothing through its code."""

from __future__ import annotations

from playground.core.cards import Card, Signs
from playground.lessons.autoencoder_nets import PIXELS

EARLIEST = 300  # steps; a sound net draws the average digit for about the first hundred
SILENT = 0.1  # nats that the whole code of a VAE carries
NO_BETTER = 0.93  # of the error of the average digit
USUAL_KL = 0.03
USUAL = {"optimizer": "adam", "lr": 0.002}


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
    return Card("average_digit", {"error": error, "average": average, "lr": signs.config.lr}, USUAL)
