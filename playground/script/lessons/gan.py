"""Writes the program of the GAN painter: the artist, two nets, and the game that they play."""

from __future__ import annotations

from playground.data.artist import POINTS
from playground.lessons import gan as lesson
from playground.lessons.gan_quality import solver
from playground.script.modules import module
from playground.script.pen import Pen, table
from playground.script.values import expression

TURNS = ("train", "k_d", "k_g")  # live knobs that change who learns how often
RATES = {"lr_d": "opt_D", "lr_g": "opt_G"}
PLOT = """
plt.plot(x, G(IDEA)[0].detach(), color="#4AD631", linewidth=3, label="Generated painting")
plt.plot(x, high, color="#74BCFF", linewidth=3, label="upper bound")
plt.plot(x, low, color="#FF9359", linewidth=3, label="lower bound")
accuracy = f"D accuracy = {d_real:.2f} (0.5 for D to converge)"
plt.title(f"{accuracy}, D score = {score:.2f} (BALANCE for G to converge)", fontsize=10)
plt.ylim((0, 3))
plt.legend(loc="upper right")
plt.show()
"""


def write(pen: Pen) -> None:
    trainer = pen.trainer
    assert isinstance(trainer, lesson.Gan)
    pen.section("data")
    write_artist(pen, trainer)
    pen.section("net")
    write_nets(pen, trainer)
    pen.section("learning")
    learn(pen)
    pen.section("figure")
    idea = "torch.cat([fixed_ideas[:1], torch.ones(1, 1)], dim=1)" if trainer.duel.conditional else "fixed_ideas[:1]"
    pen.line(PLOT.replace("IDEA", idea).replace("BALANCE", f"{trainer.duel.loss.balance:.2f}"))


def write_artist(pen: Pen, trainer: lesson.Gan) -> None:
    """What all paintings are made of, what is known of good ones, and the sample for measuring."""
    artist, quality, duel = trainer.artist, trainer.quality, trainer.duel
    pen.comment("artist", points=POINTS)
    for name in ("x", "squares"):
        pen.by.variable(artist, name)
    pen.call(artist.__init__, artist.device)  # type: ignore[misc]
    for name in ("low", "high", "rises", "real_bend"):
        pen.by.variable(quality, name)
    pen.by.left_out.add(solver)
    pen.call(quality.__init__, artist)  # type: ignore[misc]
    pen.comment("sample")
    pen.by.variable(duel, "ideas", "fixed_ideas")
    pen.by.variable(duel, "real")
    if duel.conditional:
        pen.by.variable(duel, "real_labels")
        pen.by.variable(duel, "labels", "asked")
    pen.call(duel.take_sample, pen.config.ideas, pen.config.seed)


def write_nets(pen: Pen, trainer: lesson.Gan) -> None:
    first, duel, device = pen.first, trainer.duel, trainer.artist.device
    pen.line(f"torch.manual_seed({first.seed + 1})")
    pen.name(duel.painter, "G", module(duel.painter))
    pen.name(duel.critic, "D", module(duel.critic))
    for net, key, climbs in (("D", "d", True), ("G", "g", False)):
        optimizer = getattr(trainer, f"optimizer_{key}")
        rate = getattr(first, f"lr_{key}")
        weights = expression(f"{net}.parameters()")
        pen.call(lesson.make_optimizer, weights, rate, first.beta1, device, climbs=climbs, into=f"opt_{net}")
        pen.name(optimizer, f"opt_{net}")
        pen.name(trainer.parameters[key], f"list({net}.parameters())")


def learn(pen: Pen) -> None:
    """The loop, with what was set by hand."""
    changes = pen.changes((*TURNS, *RATES, "beta1"))
    if changes:
        pen.comment("changes")
    for name, values in changes.items():
        pen.line(f"{name}_at = {table({step + 1: value for step, value in values.items()})}")
        if name in TURNS:
            pen.line(f"{name} = {getattr(pen.first, name)!r}")
            pen.by.variable(pen.config, name)
    pen.line(f"STEPS = {pen.steps}")
    with pen.block("for step in range(1, STEPS + 1):"):
        for name in changes:
            apply(pen, name)
        pen.learn()
        pen.report()


def apply(pen: Pen, name: str) -> None:
    """Inside the loop: what was set by hand counts from its step on."""
    if name in TURNS:
        pen.line(f"{name} = {name}_at.get(step, {name})")
        return
    with pen.block(f"if step in {name}_at:"):
        if name in RATES:
            pen.line(f"{RATES[name]}.param_groups[0]['lr'] = {name}_at[step]")
        else:
            with pen.block("for optimizer in (opt_D, opt_G):"):
                pen.line(f"optimizer.param_groups[0]['betas'] = ({name}_at[step], {lesson.BETA2})")
