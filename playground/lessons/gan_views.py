"""How a GAN is looked at: many paintings, D's opinion of all parabolas, where D looks, and both nets at work."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from playground.core.nets import linears
from playground.core.paintings import Opinions, Paintings, Studio
from playground.core.pictures import Heat, Picture
from playground.core.refusal import BadValue, echo
from playground.data.artist import HIGH, LOW, UPPER
from playground.lessons.gan_duel import Duel
from playground.lessons.gan_quality import Quality

SHOWN = 48  # of G's paintings
SHOWN_REAL = 24
SIDE = 40  # rows and columns of D's opinions
A_RANGE, B_RANGE = (-0.75, 3.0), (-1.0, 2.0)
ROWS = 11  # of the surface over (a, x)
LARGEST_IDEA = 5.0  # standard deviations
ASKS = ("lower", "upper")
Labelled = tuple[Tensor, Tensor]  # paintings (n, POINTS) and their labels (n, 1)


@dataclass(frozen=True)
class Exam:
    """The sample's paintings and D's logits on them and on the real ones; `middle` lies between their means."""

    painted: Tensor
    painted_logits: Tensor
    real_logits: Tensor
    middle: Tensor

    @classmethod
    def of(cls, duel: Duel) -> Exam:
        painted = duel.paint(duel.ideas, duel.labels)
        logits, real_logits = duel.judge(painted, duel.labels), duel.judge(duel.real, duel.real_labels)
        return cls(painted, logits, real_logits, (logits.mean() + real_logits.mean()) / 2)


class View:
    """What the visitor has chosen to see: an idea, and with labels an upper or a lower painting."""

    def __init__(self, duel: Duel, quality: Quality) -> None:
        self._duel, self._quality = duel, quality
        device = duel.artist.device
        self.idea = duel.ideas[:1]  # (1, ideas)
        self.ask = 1.0
        across = torch.linspace(*A_RANGE, SIDE, device=device)
        b, a = torch.meshgrid(torch.linspace(*B_RANGE, SIDE, device=device).flip(0), across, indexing="ij")
        self._parabolas = a.reshape(-1, 1) * duel.artist.squares + b.reshape(-1, 1)  # (SIDE², POINTS)
        self._middle = duel.artist.paint(torch.tensor([[UPPER]], device=device))[0]
        self._line = torch.tensor([[LOW, LOW - 1], [HIGH, HIGH - 1]], device=device)
        rows = torch.linspace(HIGH, LOW, ROWS)
        self._curves = duel.artist.paint(rows.unsqueeze(1).to(device))  # (ROWS, POINTS)
        self._rows = tuple(f"a {value:.1f}" for value in rows.tolist())
        self._columns = tuple(f"{value:.2g}".replace("-", "−") for value in duel.artist.x.tolist())

    def choose(self, name: str, value: Any) -> bool:
        """Answers idea and ask; False for a probe of another name."""
        if name == "idea":
            self.idea = _check_idea(value, self.idea)
        elif name == "ask":
            if value not in ASKS:
                raise BadValue("bad_probe", value=echo(value))
            self.ask = float(ASKS.index(value))
        else:
            return False
        return True

    def labels(self, count: int) -> Tensor:
        """The label that the visitor asks for, so many times: (count, 1)."""
        return torch.full((count, 1), self.ask, device=self.idea.device)

    def opinion(self, logits: Tensor, exam: Exam) -> Tensor:
        """D's opinions in 0..1: (n,)."""
        return self._duel.loss.opinion(logits[:, 0], exam.middle)

    def bounds(self) -> tuple[Tensor, Tensor]:
        """The lowest and the highest painting that the artist would make of what is asked: (POINTS,) each."""
        if not self._duel.conditional:
            return self._quality.low, self._quality.high
        return (self._middle, self._quality.high) if self.ask else (self._quality.low, self._middle)

    def look(self, exam: Exam, real: Labelled | None, painted: Labelled | None) -> dict[str, Picture]:
        """The pictures, of the paintings of the step under way where they are given."""
        duel = self._duel
        chosen = duel.paint(self.idea, self.labels(1)), self.labels(1)
        asked = duel.paint(duel.ideas[:SHOWN], self.labels(SHOWN)), self.labels(SHOWN)
        drives = painted is not None
        real, painted = real or self._asked_of_the_artist(), painted or asked
        return {
            "paintings": self._paintings(exam, real, painted, chosen, drives),
            "opinion": self._opinions(exam, asked, chosen),
            "touch": Heat(duel.push(self._curves, self.labels(ROWS)), self._rows, self._columns),
            "studio": self._studio(exam, real, chosen),
        }

    def _asked_of_the_artist(self) -> Labelled:
        """The first of the sample; with labels upper and lower ones in their order, so that no count is waited for."""
        duel = self._duel
        if not duel.conditional:
            return duel.real[:SHOWN_REAL], duel.real_labels[:SHOWN_REAL]
        order = torch.argsort(duel.real_labels[:, 0] != self.ask, stable=True)[:SHOWN_REAL]
        return duel.real[order], duel.real_labels[order]

    def _paintings(self, exam: Exam, real: Labelled, painted: Labelled, chosen: Labelled, drives: bool) -> Paintings:
        duel = self._duel
        judged = {
            name: self.opinion(duel.judge(*some), exam)
            for name, some in (("real_judged", real), ("painted_judged", painted), ("chosen_judged", chosen))
        }
        push = duel.push(*chosen)[0] if drives else None
        low, high = self.bounds()
        return Paintings(duel.artist.x, low, high, real[0], painted[0], chosen[0][0], **judged, push=push)

    def _opinions(self, exam: Exam, painted: Labelled, chosen: Labelled) -> Opinions:
        values = self.opinion(self._duel.judge(self._parabolas, self.labels(SIDE**2)), exam)
        dots, at = self._quality.fit_parabola(painted[0]), self._quality.fit_parabola(chosen[0])
        return Opinions((255 * values).round().view(SIDE, SIDE), A_RANGE, B_RANGE, self._line, dots, at[0])

    def _studio(self, exam: Exam, reals: Labelled, chosen: Labelled) -> Studio:
        duel = self._duel
        real = reals[0][:1], reals[1][:1]
        logits = torch.cat([duel.judge(*real), duel.judge(*chosen)])
        weights = [[_scaled(layer.weight) for layer in linears(net)] for net in duel.nets()]
        weights[0][0], weights[1][0] = weights[0][0].T, weights[1][0].T  # a hidden unit in each column
        judged = self.opinion(logits, exam)
        return Studio(self.idea[0], chosen[0][0], real[0][0], judged, *(tuple(part) for part in weights))


def _scaled(weight: Tensor) -> Tensor:
    return weight / weight.abs().max().clamp_min(1e-6)


def _check_idea(value: Any, like: Tensor) -> Tensor:
    wrong = BadValue("bad_probe", value=echo(value))
    if not isinstance(value, (list, tuple)) or len(value) != like.shape[1]:
        raise wrong
    if not all(type(part) in (int, float) and abs(part) <= LARGEST_IDEA for part in value):  # NaN compares false
        raise wrong
    return torch.tensor([[float(part) for part in value]], device=like.device)
