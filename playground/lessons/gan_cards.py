"""Detectors of what goes wrong between the two nets of a GAN."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from playground.core.cards import Card, Signs, first_of
from playground.data.artist import HIGH, LOW

EARLIEST = 1000  # steps in which the painter still finds the band
INSIDE = 0.5  # the share of points in the band from which on a lack of variety is the trouble
NARROW = 0.45  # of the variety of real paintings
FAR = 0.2  # of the distance of a: real paintings of one kind alone are as far as that
SURE = 0.8  # between D's mean probabilities for real and for painted ones, from which on it has no doubt
FOOLED = 0.9  # the probability of being real that only a blind D gives to paintings outside the band
TIMID = 2e-5  # learning rates: at 1e-6 a G still paints its first noise after 3000 steps
CALM = {"lr_d": 1e-4, "lr_g": 1e-4}


def variety(a: Tensor, labels: Tensor | None) -> Tensor:
    """How much the parameters a (n,) of paintings differ, over what real ones do; under labels (n, 1), within each."""
    real = (HIGH - LOW) / 12**0.5  # the deviation of a uniform a
    if labels is None:
        return a.std() / real
    upper = labels[:, 0] > 0.5
    return (a[upper].std() + a[~upper].std()) / real  # each label holds half of the interval


def diverged(signs: Signs) -> Card | None:
    if signs.stop is None or signs.stop.reason != "diverged":
        return None
    rates = f"{signs.config.lr_d:g} / {signs.config.lr_g:g}"
    return Card("diverged", {**signs.stop.facts, "lr": rates}, CALM)


def collapse(signs: Signs) -> Card | None:
    """G paints inside the band, but nearly the same painting from every idea."""
    _, inside = signs.series("band_share")
    _, distance = signs.series("distance")
    if signs.age < EARLIEST or not len(inside) or inside[-1] < INSIDE:
        return None
    if signs.number("variety", 1) > NARROW or distance[-1] < FAR:
        return None
    fix: dict[str, Any] = (
        {"k_g": 1} if signs.config.k_g > signs.config.k_d else {"game": "wgan", "k_d": 3, "beta1": 0.5}
    )
    if "game" in fix:
        fix |= {"lr_d": 5e-4, "lr_g": 5e-4}
    return Card("collapse", {"percent": f"{100 * signs.number('variety'):.0f}"}, fix)


def one_rests(signs: Signs) -> Card | None:
    """Only one of the two nets learns, and D has been sure for long."""
    if signs.age < EARLIEST or signs.config.train == "both" or not _is_sure(signs):
        return None
    return Card("one_rests", _opinions(signs), {"train": "both"}, restarts=False)


def sure_critic(signs: Signs) -> Card | None:
    """D tells all paintings from real ones, and G gets nowhere."""
    _, inside = signs.series("band_share")
    if signs.age < EARLIEST or not len(inside) or inside[-1] > INSIDE or not _is_sure(signs):
        return None
    return Card("sure_critic", _opinions(signs), {"game": "nonsaturating", "k_d": 1, "k_g": 1, **CALM})


def blind_critic(signs: Signs) -> Card | None:
    """D believes in paintings that have left the band, and G runs wherever it is believed."""
    _, inside = signs.series("band_share")
    _, fake = signs.series("d_fake")
    if signs.age < EARLIEST or not len(inside) or inside[-1] > INSIDE:
        return None
    if not float(fake[-max(1, len(fake) // 10) :].mean()) > FOOLED:
        return None
    facts = {**_opinions(signs), "inside": f"{100 * inside[-1]:.0f}"}
    return Card("blind_critic", facts, {"train": "both", "k_d": 1, "k_g": 1, **CALM})


def timid(signs: Signs) -> Card | None:
    """Both learn in such tiny steps that G still paints its first noise."""
    _, inside = signs.series("band_share")
    config = signs.config
    if signs.age < EARLIEST or not len(inside) or inside[-1] > INSIDE or max(config.lr_d, config.lr_g) > TIMID:
        return None
    facts = {"steps": signs.age, "inside": f"{100 * inside[-1]:.0f}", "lr": max(config.lr_d, config.lr_g)}
    return Card("timid_painter", facts, CALM, restarts=False)


def _is_sure(signs: Signs) -> bool:
    """Over the newest tenth of its opinions, so that no single exam decides."""
    (_, real), (_, fake) = signs.series("d_real"), signs.series("d_fake")
    few = max(1, len(real) // 10)
    return len(real) > 0 and float(real[-few:].mean() - fake[-few:].mean()) > SURE


def _opinions(signs: Signs) -> dict[str, object]:
    (_, real), (_, fake) = signs.series("d_real"), signs.series("d_fake")
    return {"real": f"{float(real[-1]):.2f}", "fake": f"{float(fake[-1]):.2f}"}


GAN_CARDS = (diverged, collapse, first_of(one_rests, sure_critic, blind_critic, timid))


def symptoms(a: Tensor, labels: Tensor | None) -> dict[str, Tensor]:
    return {"variety": torch.nan_to_num(variety(a, labels), 1.0)}
