"""Detectors of what goes wrong in supervised lessons."""

from __future__ import annotations

from functools import partial

import numpy as np

from playground.core.cards import Card, Detector, Seek, Signs, Values, first_of
from playground.core.lanes import KINDS
from playground.core.rescue import best_of, lower_rate

POOR = 0.25  # of the loss of the best constant answer: beyond that, little has been learnt
FLAT = 0.01  # a window that lowers the loss by less than this share brings nothing
DEAD_SHARE = 0.6  # of a layer: with up to half of its ReLUs silent a net still fits
STUCK_SHARE = 0.5
EARLIEST = 20  # steps before which nothing is said
SMALL_NET = 4  # hidden neurons
SURELY = 0.25  # of the loss: settings that get lower; by heart, a larger net learns to 0.3 on overlapping classes
MUCH = 0.5  # of the loss of the best constant answer
FALLING = 0.05  # a window that lowers the loss by more than this share promises more; outliers alone leave 0.03
MORE = 5  # times the steps that were too few
LONG = 100_000  # steps beyond which more of them are no advice


def diverged(signs: Signs) -> Card | None:
    """The loss is no number any more or absurdly large; a rate that works is sought."""
    if signs.stop is None or signs.stop.reason != "diverged":
        return None
    facts = {**signs.stop.facts, "lr": signs.config.lr}
    return Card("diverged", facts, seek=lower_rate)


def dead_relu(signs: Signs) -> Card | None:
    """Most ReLUs of a layer are silent for every input, and the net has learnt little."""
    worst = _worst_layer(signs, "silent", DEAD_SHARE)
    if worst is None:
        return None
    return Card("dead_relu", _units(signs, "silent", worst), seek=partial(best_of, tries=_gentler(signs)))


def saturated(signs: Signs) -> Card | None:
    """Many tanh or sigmoid units of a layer stand at an end for nearly every input."""
    worst = _worst_layer(signs, "stuck", STUCK_SHARE)
    if worst is None:
        return None
    tries: tuple[Values, ...] = (
        *_gentler(signs),
        {"activation": "relu"},
        {"activation": "relu", "optimizer": "adam", "lr": 0.01},
    )
    return Card("saturated", _units(signs, "stuck", worst), seek=partial(best_of, tries=tries))


def _worst_layer(signs: Signs, name: str, least: float) -> int | None:
    """The layer with the largest share of such units, if it is large and the net has learnt little."""
    counts = signs.numbers.get(name)
    if counts is None or signs.age < EARLIEST or not signs.number("unexplained", 0) > POOR:
        return None
    shares = counts / signs.numbers["units"]
    worst = int(shares.argmax())
    return worst if shares[worst] >= least else None


def _units(signs: Signs, name: str, layer: int) -> dict[str, object]:
    count, units = (int(signs.numbers[each][layer]) for each in (name, "units"))
    return {"count": count, "units": units, "layer": layer + 1}


def _gentler(signs: Signs) -> tuple[Values, ...]:
    """Settings under which units are not thrown to where no gradient comes back."""
    lr = signs.config.lr
    lower: tuple[Values, ...] = tuple({"lr": float(f"{lr / by:.2g}")} for by in (2.5, 10))
    return (*lower, {"optimizer": "adam", "lr": 0.02})


def _progress(signs: Signs, name: str) -> tuple[int, float] | None:
    """How many steps the newest half of a run has, and by which share it lowered the loss; None while it is short."""
    steps, losses = signs.series(name)
    if signs.age < 100 or len(losses) < 16:
        return None
    half = np.searchsorted(steps, steps[-1] - signs.age // 2)
    quarter = (len(losses) - half) // 2
    before, after = float(losses[half : half + quarter].mean()), float(losses[-quarter:].mean())
    return signs.age // 2, 1 - after / before if before > 0 else 1.0


def _stalls(signs: Signs) -> dict[str, object] | None:
    """The facts of a loss that no longer falls although little has been learnt."""
    progress = _progress(signs, "loss")
    if progress is None or not signs.number("unexplained", 0) > POOR or progress[1] > FLAT:
        return None
    window, gain = progress
    percent = f"{max(0.0, 100 * gain):.2g}"
    return {"window": window, "percent": percent, "unexplained": f"{100 * signs.number('unexplained'):.0f}"}


def linear_model(signs: Signs) -> Card | None:
    """A straight line on data that is none."""
    facts = _stalls(signs)
    if facts is None or (signs.config.layers and signs.config.activation != "linear"):
        return None
    return Card("linear_model", facts, seek=_larger(signs), unsure=True)


def small_net(signs: Signs) -> Card | None:
    """So few neurons that their bends cannot make the shape."""
    facts = _stalls(signs)
    neurons = sum(signs.config.layers)
    if facts is None or neurons > SMALL_NET:
        return None
    return Card("small_net", {**facts, "neurons": neurons}, seek=_larger(signs), unsure=True)


def _larger(signs: Signs) -> Seek:
    """A net with ten neurons, as the run learns and with Adam."""
    larger: dict[str, object] = {"layers": (10,)}
    if signs.config.activation == "linear":
        larger["activation"] = "relu"
    return partial(best_of, tries=(larger, {**larger, "optimizer": "adam", "lr": 0.02}), better=SURELY)


def plateau(signs: Signs) -> Card | None:
    """The loss stands still high up."""
    facts = _stalls(signs)
    if facts is None:
        return None
    tries: list[Values] = [{"optimizer": "adam", "lr": rate} for rate in (0.003, 0.02)]
    tries.append({"optimizer": "adam", "lr": 0.01, "layers": (12, 12), "activation": "tanh"})
    return Card("plateau", facts, seek=partial(best_of, tries=tuple(tries), better=SURELY), unsure=True)


def slow(signs: Signs) -> Card | None:
    """The loss falls, but at a rate far below the usual ones of this optimizer."""
    usual = KINDS[signs.config.optimizer].rate
    _, losses = signs.series("loss")
    if signs.age < 50 or len(losses) < 16 or signs.config.lr > usual / 4:
        return None
    few = max(1, len(losses) // 10)
    gain = 1 - float(losses[-few:].mean()) / float(losses[:few].mean())
    if gain > 0.1 or not signs.number("unexplained", 1) > POOR:
        return None
    facts = {"steps": signs.age, "percent": f"{max(0.0, 100 * gain):.2g}", "lr": signs.config.lr}
    return Card("slow", facts, {"lr": usual}, restarts=False)


def unfinished(signs: Signs) -> Card | None:
    """The steps are over, the loss still falls, and much of it is left."""
    progress = _progress(signs, "loss")
    if signs.stop is None or signs.stop.reason != "finished" or progress is None:
        return None
    left, (window, gain) = signs.number("unexplained", 0), progress
    if not left > MUCH or gain < FALLING or signs.step > LONG:
        return None
    usual = KINDS[signs.config.optimizer].rate
    facts = {"steps": signs.step, "unexplained": f"{100 * left:.0f}", "window": window, "percent": f"{100 * gain:.0f}"}
    fix: Values = {"lr": usual} if signs.config.lr <= usual / 2 else {}
    return Card("unfinished", facts, {**fix, "steps": MORE * signs.step}, restarts=False)


def overfit(signs: Signs) -> Card | None:
    """The test loss has been rising for long while the training loss fell."""
    steps, tests = signs.series("test_loss")
    if len(tests) < 8 or signs.age < 100:
        return None
    smooth = np.convolve(tests, np.ones(3) / 3, mode="valid")  # smooth[i] belongs to steps[i + 1]
    best = int(smooth.argmin())
    since, low, now = int(steps[best + 1]), float(smooth[best]), float(smooth[-1])
    if now < 1.25 * low or len(smooth) - best < 4 or signs.step - since < 50 or since <= 0:
        return None
    at, losses = signs.series("loss")
    place = int(np.searchsorted(at, since))
    few = max(1, len(losses) // 20)
    if float(losses[-few:].mean()) > 0.98 * float(losses[max(0, place - few) : place + 1].mean()):
        return None
    return Card("overfit", {"low": low, "now": now, "since": since}, {"steps": since})


CAUSES = first_of(diverged, linear_model, small_net, dead_relu, saturated, slow, plateau, unfinished)
MLP_CARDS: tuple[Detector, ...] = (CAUSES, overfit)
