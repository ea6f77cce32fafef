"""GAN painter: one net learns to paint because another learns to tell its paintings from real ones."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from playground.core.graph import Graph
from playground.core.knobs import Config, choice, number, toggle
from playground.core.lesson import Lesson, Preset
from playground.core.limits import RunConfig
from playground.core.nets import linears
from playground.core.pictures import Pictures, Plot
from playground.core.state import Parts, State
from playground.core.trainer import Metrics, Trainer
from playground.data.artist import Artist
from playground.lessons.gan_cards import GAN_CARDS, symptoms
from playground.lessons.gan_contest import Contest
from playground.lessons.gan_duel import Duel
from playground.lessons.gan_losses import LOSSES, believed, gradient_penalty, unmasked
from playground.lessons.gan_quality import Quality
from playground.lessons.gan_views import Exam, Labelled, View

BETA2 = 0.999  # Adam's own
FUSED = ("cpu", "cuda", "mps")  # where torch has Adam as one kernel


@dataclass(frozen=True)
class GanConfig(RunConfig):
    conditional: bool = toggle(False, group="data")
    paintings: int = number(64, 2, 512, group="data", integer=True, slider=(2, 256))
    ideas: int = number(5, 1, 20, group="net", integer=True, slider=(1, 10))
    hidden: int = number(128, 4, 512, group="net", integer=True, slider=(4, 256))
    game: str = choice("original", LOSSES, group="training")
    train: str = choice("both", ("both", "only_g", "only_d"), group="training", live=True)
    k_d: int = number(1, 1, 10, group="training", integer=True, slider=(1, 10), live=True)
    k_g: int = number(1, 1, 10, group="training", integer=True, slider=(1, 10), live=True)
    lr_d: float = number(1e-4, 1e-6, 1, group="training", slider=(1e-5, 1e-2), log=True, live=True)
    lr_g: float = number(1e-4, 1e-6, 1, group="training", slider=(1e-5, 1e-2), log=True, live=True)
    beta1: float = number(0.9, 0, 0.999, group="training", slider=(0, 0.99), live=True)
    steps: int = number(10_000, 0, 1_000_000, group="run", integer=True, slider=(0, 20_000), live=True)


def make_optimizer(
    weights: Iterable[nn.Parameter], lr: float, beta1: float, device: torch.device, *, climbs: bool
) -> torch.optim.Adam:
    """D climbs its score: its optimizer maximises, so that one value can serve both nets."""
    return torch.optim.Adam(weights, lr=lr, betas=(beta1, BETA2), maximize=climbs, fused=device.type in FUSED)


class Gan(Trainer):
    """A generator G and a discriminator D that learn from each other."""

    STAGES: ClassVar[tuple[str, ...]] = ("artist", "paint", "judge", "learn_d", "learn_g")
    EDITS: ClassVar[frozenset[str]] = frozenset()
    CARDS = GAN_CARDS

    def __init__(self, config: GanConfig, device: torch.device) -> None:
        self._config = config
        self.artist = Artist(device)
        self._game = LOSSES[config.game]
        self.duel = Duel(config.ideas, config.hidden, config.conditional, self._game, config.seed, self.artist)
        self.quality = Quality(self.artist)
        self._view = View(self.duel, self.quality)
        self._contest = Contest(self.duel, self._view, self.quality)
        self.parameters = {"d": list(self.duel.critic.parameters()), "g": list(self.duel.painter.parameters())}
        self.optimizer_d = make_optimizer(self.parameters["d"], config.lr_d, config.beta1, device, climbs=True)
        self.optimizer_g = make_optimizer(self.parameters["g"], config.lr_g, config.beta1, device, climbs=False)
        self._art: Labelled | None = None  # those of the step under way
        self._painted: Labelled | None = None
        self._exam: Exam | None = None
        self._is_over = False

    def nets(self) -> tuple[nn.Module, ...]:
        return self.duel.nets()

    def named_nets(self) -> Mapping[str, nn.Module]:
        return {"painter": self.duel.painter, "critic": self.duel.critic}

    def graph(self) -> Graph:
        """Of the painter; where one asks for an upper or a lower painting, the last number of an idea is that label."""
        painter = self.duel.painter
        return Graph(painter, torch.zeros(2, linears(painter)[0].in_features), "ideas", ("paintings",))

    def ends(self, stage: str) -> bool:
        return self._is_over

    def stages(self) -> Iterator[str]:
        self._is_over = False
        self._painted = None
        config = self._config
        if config.game == "original" and config.train == "both" and config.k_d == config.k_g == 1:
            yield from self._learn_together()
        else:
            yield from self._learn_in_turn()

    def _paint(self) -> Generator[str, None, tuple[Tensor, Tensor, Tensor]]:
        """The artist's paintings and G's (n, POINTS), under the same labels (n, 1)."""
        count = self._config.paintings
        a = self.artist.choose(count)
        art, labels = self._art = self.artist.paint(a), self.artist.label(a)
        yield "artist"
        paintings = self.duel.paint(torch.randn(count, self._config.ideas, device=a.device), labels)
        self._painted = paintings, labels
        yield "paint"
        return art, paintings, labels

    def _learn_together(self) -> Iterator[str]:
        """The course's step: D climbs V while G descends it, so one forward and one backward pass serve both."""
        duel = self.duel
        art, paintings, labels = yield from self._paint()
        g_loss = unmasked(duel.judge(paintings, labels))
        value = believed(duel.judge(art, labels)) + g_loss
        yield "judge"
        self._forget("d", "g")
        value.backward()  # type: ignore[no-untyped-call]
        self.optimizer_d.step()
        yield "learn_d"
        self.optimizer_g.step()
        self.metrics = {"d_loss": -value.detach(), "g_loss": g_loss.detach()}
        self._is_over = True
        yield "learn_g"

    def _learn_in_turn(self) -> Iterator[str]:
        """D learns k_d times, then G k_g times from the D of that moment; one of them may rest."""
        config = self._config
        d_turns = config.k_d if config.train != "only_g" else 0
        g_turns = config.k_g if config.train != "only_d" else 0
        for turn in range(d_turns):
            yield from self._teach_d(is_last=not g_turns and turn == d_turns - 1, is_told=not g_turns)
        for turn in range(g_turns):
            yield from self._teach_g(is_last=turn == g_turns - 1)

    def _teach_d(self, is_last: bool, is_told: bool) -> Iterator[str]:
        """One turn of D's; its losses are told only where G does not learn after it."""
        duel = self.duel
        art, paintings, labels = yield from self._paint()
        paintings = paintings.detach()  # here G's weights stay as they are
        fake = duel.judge(paintings, labels)
        score = self._game.score(duel.judge(art, labels), fake)
        climbed = score
        if self._game.penalised:
            climbed = score - gradient_penalty(lambda mixed: duel.judge(mixed, labels), art, paintings)
        yield "judge"
        self._forget("d")
        climbed.backward()  # type: ignore[no-untyped-call]
        self.optimizer_d.step()
        if is_told:
            self.metrics = {"d_loss": -score.detach(), "g_loss": self._game.loss(fake.detach())}
        self._is_over = is_last
        yield "learn_d"

    def _teach_g(self, is_last: bool) -> Iterator[str]:
        duel = self.duel
        art, paintings, labels = yield from self._paint()
        fake = duel.judge(paintings, labels)
        g_loss = self._game.loss(fake)
        yield "judge"
        self._forget("g")
        g_loss.backward(inputs=self.parameters["g"])  # type: ignore[no-untyped-call]  # D keeps no gradient of it
        self.optimizer_g.step()
        with torch.no_grad():
            d_loss = -self._game.score(duel.judge(art, labels), fake)
        self.metrics = {"d_loss": d_loss, "g_loss": g_loss.detach()}
        self._is_over = is_last
        yield "learn_g"

    def _forget(self, *names: str) -> None:
        """zero_grad without the profiling hook, 5 µs a step."""
        for name in names:
            for parameter in self.parameters[name]:
                parameter.grad = None

    def state(self) -> State:
        duel = self.duel
        return {"painter": duel.painter, "critic": duel.critic, "d": self.optimizer_d, "g": self.optimizer_g}

    def restore(self, parts: Parts) -> None:
        for name, net in (("painter", self.duel.painter), ("critic", self.duel.critic)):
            parts.fill(name, net)
        for name, optimizer in (("d", self.optimizer_d), ("g", self.optimizer_g)):
            parts.fill(name, optimizer)
        self._exam = None

    def tune(self, config: Config) -> None:
        assert isinstance(config, GanConfig)
        self._config = config
        for optimizer, lr in ((self.optimizer_d, config.lr_d), (self.optimizer_g, config.lr_g)):
            for group in optimizer.param_groups:
                group["lr"], group["betas"] = lr, (config.beta1, BETA2)

    def measure(self) -> Metrics:
        duel = self.duel
        self._exam = exam = Exam.of(duel)
        metrics = {
            "d_real": self._view.opinion(exam.real_logits, exam).mean(),
            "d_fake": self._view.opinion(exam.painted_logits, exam).mean(),
            "score": self._game.score(exam.real_logits, exam.painted_logits),
            **self.quality.measure(exam.painted),
        }
        if duel.conditional:
            metrics["asked_share"] = self.quality.obedience(exam.painted, duel.labels)
        return metrics

    def symptoms(self) -> Metrics:
        exam = self._exam or Exam.of(self.duel)
        return symptoms(self.quality.fit(exam.painted), self.duel.labels if self.duel.conditional else None)

    def plots(self) -> Mapping[str, Sequence[Plot]]:
        share = ("band_share", "asked_share") if self.duel.conditional else ("band_share",)
        return {
            "balance": (
                Plot("probability", ("d_real", "d_fake"), 0.5, (0, 1)),
                Plot("score", ("score",), self._game.balance),
                Plot("losses", ("d_loss", "g_loss")),
            ),
            "quality": (
                Plot("inside", share, 1, (0, 1)),
                Plot("roughness", ("roughness",), 1, log=True),
                Plot("distance", ("distance",), 0),
            ),
        }

    def look(self, *, closely: bool) -> Pictures:
        exam = self._exam or Exam.of(self.duel)
        now = (self._art, self._painted) if closely else (None, None)
        return {**self._view.look(exam, *now), "critic": self._contest.look(exam)}

    def probe(self, name: str, value: Any) -> None:
        if name == "sketch":
            self._contest.draw(value)
        elif not self._view.choose(name, value):
            super().probe(name, value)


PANELS = ("studio", "paintings", "critic", "balance", "quality", "opinion", "touch")
GAN = Lesson(
    key="gan",
    config=GanConfig,
    build=Gan,
    presets={
        "406": Preset(GanConfig()),
        "406c": Preset(GanConfig(conditional=True)),
        "collapse": Preset(GanConfig(k_g=10, steps=6000), course=False),
        "wgan": Preset(GanConfig(game="wgan", k_d=3, lr_d=5e-4, lr_g=5e-4, beta1=0.5, steps=4000), course=False),
        "nonsaturating": Preset(GanConfig(game="nonsaturating"), course=False),
        "lsgan": Preset(GanConfig(game="lsgan"), course=False),
    },
    panels=PANELS,
    pace=20,
    stages=Gan.STAGES,
    has_epochs=False,
    aims=("distance", "band_share", "roughness"),
)
