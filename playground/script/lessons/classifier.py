"""Writes the program of a classifier, with one net or with two heads side by side."""

from __future__ import annotations

from playground.lessons import classifier as lesson
from playground.lessons.classifier_losses import Balanced, class_weights
from playground.lessons.plane import inputs_of
from playground.script.lessons.supervised import Player, hold_out, learn, make_optimizer, name_batches
from playground.script.pen import Pen, table
from playground.script.weights import write_edits

PLOT = """
with torch.no_grad():
    guess = {guess}
plt.scatter(xy[:, 0], xy[:, 1], c=guess, cmap="RdYlGn", s=100, linewidth=0)
plt.title(f"Accuracy = {{(guess == y).float().mean():.2f}}")
plt.show()
"""


def write(pen: Pen) -> None:
    trainer = pen.trainer
    assert isinstance(trainer, (lesson.Classifier, lesson.BothHeads))
    pen.section("data")
    pen.call(lesson.plane_of, pen.first, into="xy, y")
    keep_apart(pen, trainer, pen.first)
    pen.section("net")
    write_nets(pen, trainer)
    pen.section("learning")
    name_batches(pen, trainer.batches, "x", "y")
    weigh_classes(pen, trainer)
    own = pen.changes(("own",)).get("own", {})
    if own:
        pen.comment("points")
        pen.line(f"points_at = {table({step + 1: value for step, value in own.items()})}")
    if isinstance(trainer, lesson.Classifier):
        edited, players = ("net", trainer.net), [Player(trainer.penalty)]
    else:
        edited = "softmax", trainer.softmax
        players = [Player(lane.penalty, lane.name, f"optimizer_{lane.name}") for lane in trainer.lanes]

    def before() -> None:
        write_edits(pen, *edited)
        if own:
            with pen.block("if step in points_at:"):
                load_points(pen, trainer)

    learn(pen, players, before=before)
    pen.section("figure")
    net = edited[0]
    pen.line(
        PLOT.format(guess=f"({net}(x)[:, 0] > 0).long()" if pen.config.head == "sigmoid" else f"{net}(x).argmax(dim=1)")
    )


def write_nets(pen: Pen, trainer: lesson.Classifier | lesson.BothHeads) -> None:
    """The net with its optimizer, or the two heads with theirs."""
    if isinstance(trainer, lesson.Classifier):
        pen.make_net("net", trainer.net)
        pen.by.facts["logits.shape[1]"] = 1 if pen.config.head == "sigmoid" else pen.config.class_count
        make_optimizer(pen, trainer.optimizer)
        return
    pen.make_net("softmax", trainer.softmax)
    pen.make_net("sigmoid", trainer.sigmoid)
    pen.call(lesson.start_alike, trainer.sigmoid, trainer.softmax)
    for lane in trainer.lanes:
        make_optimizer(pen, lane.optimizer, f"optimizer_{lane.name}", lane.name)


def keep_apart(pen: Pen, trainer: lesson.Classifier | lesson.BothHeads, config: lesson.ClassifierConfig) -> None:
    """The net's inputs, those to learn from and those held out."""
    pen.call(inputs_of, pen.expression("xy"), config.features, into="x")
    if config.test:
        hold_out(pen, config)
        pen.line("test_x, test_y, x, y, xy = x[test], y[test], x[~test], y[~test], xy[~test]")
        for value, name in zip(trainer.view.data.test, ("test_x", "test_y"), strict=True):
            pen.name(value, name)


def load_points(pen: Pen, trainer: lesson.Classifier | lesson.BothHeads) -> None:
    """The reader's own points take the place of those before."""
    pen.line("points = torch.tensor(points_at[step])")
    pen.line("xy, y = points[:, :2], points[:, 2].long()")
    keep_apart(pen, trainer, pen.config)
    weigh_classes(pen, trainer)
    if not trainer.batches.whole:
        pen.line("plan, place = (), 0")


def weigh_classes(pen: Pen, trainer: lesson.Classifier | lesson.BothHeads) -> None:
    """How much a point of each class counts, where that is not the same for all."""
    if isinstance(trainer, lesson.Classifier) and isinstance(trainer.loss, Balanced):
        pen.call(class_weights, pen.expression("y"), pen.config.class_count, into="class_weights")
        pen.name(trainer.loss.weights, "class_weights")
