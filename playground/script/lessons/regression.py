"""Writes the program of a regression."""

from __future__ import annotations

from playground.lessons import regression as lesson
from playground.script.lessons.supervised import Player, hold_out, learn, make_optimizer, name_batches
from playground.script.pen import Pen, table
from playground.script.weights import write_edits

PLOT = """
order = x[:, 0].argsort()
with torch.no_grad():
    fit = net(x[order])
plt.scatter(x, y)
plt.plot(x[order], fit, "r-", linewidth=5)
plt.text(0.5, 0, f"Loss = {loss.item():.4f}", fontdict={"size": 20, "color": "red"})
plt.show()
"""


def load_points(pen: Pen, trainer: lesson.Regression) -> None:
    """The reader's own points take the place of those before."""
    pen.line("x, y = torch.tensor(points_at[step]).split(1, dim=1)")
    if pen.config.test:
        hold_out(pen, pen.config)
        pen.line("test_x, test_y, x, y = x[test], y[test], x[~test], y[~test]")
    if not trainer.batches.whole:
        pen.line("plan, place = (), 0")


def write(pen: Pen) -> None:
    trainer = pen.trainer
    assert isinstance(trainer, lesson.Regression)
    pen.section("data")
    pen.call(lesson.points, pen.first, into="x, y")
    if pen.first.test:
        hold_out(pen, pen.first)
        pen.line("test_x, test_y = x[test], y[test]")
        pen.line("x, y = x[~test], y[~test]")
        for value, name in zip(trainer.test, ("test_x", "test_y"), strict=True):
            pen.name(value, name)
    pen.section("net")
    pen.make_net("net", trainer.net)
    pen.call(lesson.loss_of, pen.config, into="loss_of")
    pen.name(trainer.loss, "loss_of")
    make_optimizer(pen, trainer.optimizer)
    pen.section("learning")
    name_batches(pen, trainer.batches, "x", "y")
    own = pen.changes(("own",)).get("own", {})
    if own:
        pen.comment("points")
        pen.line(f"points_at = {table({step + 1: [point[:2] for point in value] for step, value in own.items()})}")

    def before() -> None:
        write_edits(pen, "net", trainer.net)
        if own:
            with pen.block("if step in points_at:"):
                load_points(pen, trainer)

    learn(pen, [Player(trainer.penalty)], before=before)
    pen.section("figure")
    pen.line(PLOT)
