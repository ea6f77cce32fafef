"""Writes the program of the digits, with one net or with three side by side, and with what a visitor taught it."""

from __future__ import annotations

import base64
import zlib

from torch import Tensor

from playground.lessons.desk import Desk
from playground.lessons.digit_nets import Cnn, Mlp, Recurrent, make_net
from playground.lessons.digits import Digits, SideBySide
from playground.lessons.exam import QUESTIONS, Exam, accuracy
from playground.lessons.hand import Hand
from playground.script.lessons.mnist import write_digits
from playground.script.lessons.supervised import Player, learn, make_optimizer, name_batches
from playground.script.pen import Pen
from playground.script.values import expression

PLOT = """
with torch.no_grad():
    guesses = {net}(test_x[:10]).argmax(dim=1)
figure, places = plt.subplots(1, 10, figsize=(10, 1.5))
for place, picture, guess, label in zip(places, test_x, guesses, test_y):
    place.imshow(picture, cmap="gray_r")
    place.set_title(guess.item(), color="green" if guess == label else "red")
    place.axis("off")
plt.show()
"""
PLOT_ALL = """
figure, rows = plt.subplots(3, 10, figsize=(10, 5))
for places, (name, net) in zip(rows, {"cnn": cnn, "lstm": lstm, "mlp": mlp}.items()):
    with torch.no_grad():
        guesses = net(test_x[:10]).argmax(dim=1)
    for place, picture, guess, label in zip(places, test_x, guesses, test_y):
        place.imshow(picture, cmap="gray_r")
        place.set_title(guess.item(), color="green" if guess == label else "red")
        place.axis("off")
    places[0].text(-12, 14, name, ha="right", va="center")
plt.show()
"""
LINE = 80  # characters
UNPACK = """
def unpacked(*parts):
    pixels = bytearray(zlib.decompress(base64.b85decode("".join(parts))))
    return torch.frombuffer(pixels, dtype=torch.uint8).view(-1, 28, 28)
"""


def write(pen: Pen) -> None:
    trainer = pen.trainer
    assert isinstance(trainer, (Digits, SideBySide))
    desk = trainer.desk
    assert desk.exam is not None
    assert desk.whole is not None
    write_digits(pen, trainer.batches, (desk.whole.pictures, desk.whole.labels), is_small=desk.remark != "")
    few = f"[:{QUESTIONS}]" if len(desk.whole.labels) > QUESTIONS else ""
    pen.name(desk.exam.pictures, f"test_x{few}")
    pen.name(desk.exam.labels, f"test_y{few}")
    pen.section("net")
    players = write_nets(pen, trainer)
    pen.section("learning")
    pen.keep(accuracy)
    pen.by.left_out.add(Exam.remember)
    pen.by.answers[Desk.is_exam_due] = True
    name_batches(pen, trainer.batches, "x", "y")
    taught = write_taught(pen, desk.hand)

    def teach() -> None:
        pen.line("drawings, labels = taught_at[step]")
        drawn = expression("drawings"), expression("labels")
        pen.do(Hand.fine_tune, trainer.nets()[0], *drawn, trainer.batches.inputs, trainer.batches.targets)

    def after() -> None:
        if any(taught):
            with pen.block("if step in taught_at:"):
                teach()

    if 0 in taught:
        pen.line("step = 0")
        teach()
    learn(pen, players, after=after)
    pen.section("figure")
    pen.line(PLOT_ALL if isinstance(trainer, SideBySide) else PLOT.format(net="net"))


def write_taught(pen: Pen, hand: Hand) -> set[int]:
    """A table of the drawings that the page taught the net; returns the steps after which it did.

    A run that was kept in a file and opened again has lost the drawings of the time before: they are only named.
    """
    steps = [step for step, what, _ in pen.run.edits if what == "teach"]
    lost = steps[: len(steps) - len(hand.taught)]
    for step in lost:
        pen.comment("lost_drawings", step=step)
    taught = dict(zip(steps[len(lost) :], hand.taught, strict=True))
    if taught:
        pen.keep(Hand.fine_tune)
        pen.comment("taught")
        pen.define(UNPACK)
        pen.line(f"taught_at = {{{', '.join(f'{step}: {_lesson(*drawn)}' for step, drawn in taught.items())}}}")
    return set(taught)


def _lesson(drawings: Tensor, labels: Tensor) -> str:
    """Drawings (n, 28, 28) uint8 and their digits as code."""
    text = base64.b85encode(zlib.compress(drawings.cpu().numpy().tobytes(), 9)).decode()
    parts = [text[first : first + LINE] for first in range(0, len(text), LINE)]
    return f"(unpacked({', '.join(repr(part) for part in parts)}), torch.tensor({labels.tolist()}))"


def write_nets(pen: Pen, trainer: Digits | SideBySide) -> list[Player]:
    """The nets with their classes and optimizers."""
    for kind in (Cnn, Recurrent, Mlp):
        pen.keep(kind.features)
    config = pen.config
    if isinstance(trainer, Digits):
        pen.make_net("net", trainer.net, make_net, config.net, config.channels, config.hidden)
        make_optimizer(pen, trainer.optimizer, fused=True)
        return [Player(trainer.penalty)]
    players = []
    for lane in trainer.lanes:
        pen.make_net(lane.name, lane.net, make_net, lane.name, config.channels, config.hidden)
        make_optimizer(pen, lane.optimizer, f"optimizer_{lane.name}", lane.name, fused=True)
        players.append(Player(lane.penalty, lane.name, f"optimizer_{lane.name}"))
    return players
