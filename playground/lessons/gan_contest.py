"""The visitor against the critic: a curve drawn by hand, what D thinks of it, and who wins, hand or net."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from playground.core.paintings import Contest as ContestPicture
from playground.core.refusal import BadValue, echo
from playground.data.artist import POINTS
from playground.lessons.gan_duel import Duel
from playground.lessons.gan_quality import Quality
from playground.lessons.gan_views import Exam, View

HIGHEST = 10.0  # of a drawn point, up or down: far outside the picture


class Contest:
    """The curve that the visitor has drawn, if any, and the rounds won so far."""

    def __init__(self, duel: Duel, view: View, quality: Quality) -> None:
        self._duel, self._view, self._quality = duel, view, quality
        self.heights: Tensor | None = None  # (POINTS,)
        self.tally = torch.zeros(2, device=duel.artist.device)

    def draw(self, value: Any) -> None:
        """value: {heights, done} or None for a clean sheet; a curve that is done counts as a round."""
        if value is None:
            self.heights = None
            return
        heights = _check(value)
        self.heights = torch.tensor(heights, device=self._duel.artist.device)
        if value.get("done") is True:
            exam = Exam.of(self._duel)
            mine, rival, _ = self._opinions(exam)
            assert mine is not None
            self.tally = self.tally + torch.stack([mine > rival, mine <= rival])

    def look(self, exam: Exam) -> ContestPicture:
        """The sheet, with D's opinions and its advice for each point."""
        mine, rival, real = self._opinions(exam)
        x, (low, high) = self._duel.artist.x, self._view.bounds()
        if self.heights is None:
            return ContestPicture(x, low, high, rival, real, self.tally)
        sketch = self.heights.unsqueeze(0)  # (1, POINTS)
        push, fitted = self._duel.push(sketch, self._view.labels(1))[0], self._quality.fit_parabola(sketch)[0]
        return ContestPicture(x, low, high, rival, real, self.tally, self.heights, mine, push, fitted)

    def _opinions(self, exam: Exam) -> tuple[Tensor | None, Tensor, Tensor]:
        """D's opinion of the visitor's curve, and the means of those of G's and of real paintings."""
        mine = None
        if self.heights is not None:
            logits = self._duel.judge(self.heights.unsqueeze(0), self._view.labels(1))
            mine = self._view.opinion(logits, exam)[0]
        rival, real = (self._view.opinion(logits, exam).mean() for logits in (exam.painted_logits, exam.real_logits))
        return mine, rival, real


def _check(value: Any) -> list[float]:
    heights = value.get("heights") if isinstance(value, Mapping) else None
    if not isinstance(heights, (list, tuple)) or len(heights) != POINTS:
        raise BadValue("bad_probe", value=echo(value))
    if not all(type(height) in (int, float) and abs(height) <= HIGHEST for height in heights):  # NaN compares false
        raise BadValue("bad_probe", value=echo(heights))
    return [float(height) for height in heights]
