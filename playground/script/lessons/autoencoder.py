"""Writes the program of an autoencoder: plain, variational, tied or denoising, from shipped weights or from none."""

from __future__ import annotations

from playground.lessons.autoencoder import Autoencoding, make_net
from playground.lessons.autoencoder_nets import Autoencoder, scaled
from playground.lessons.autoencoder_weights import WEIGHTS
from playground.lessons.codes import coded, exam_noise, vote
from playground.script.lessons.mnist import write_digits
from playground.script.lessons.supervised import Player, learn, make_optimizer, name_batches
from playground.script.pen import Pen, table
from playground.script.values import expression

PLOT = """
figure, rows = plt.subplots({rows}, 10, figsize=(10, {rows}.2))
for places, pictures in zip(rows, ({pictures})):
    for place, picture in zip(places, pictures):
        place.imshow(picture.view(28, 28), cmap="gray")
        place.axis("off")
plt.show()
"""
SOLID = """
low, high = code.amin(dim=0).tolist(), code.amax(dim=0).tolist()
place = plt.figure().add_subplot(projection="3d")
place.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]), zlim=(low[2], high[2]))
"""
PLANE = """
low, high = code.amin(dim=0).tolist(), code.amax(dim=0).tolist()
place = plt.figure().add_subplot()
place.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]))
"""
POINTS = """
for point, label in zip(code.tolist(), test_y.tolist()):
    place.text(*point, str(label), color="white", backgroundcolor=plt.cm.rainbow(label / 9))
plt.show()
"""
LIVE = {"corruption": "noise", "kl": "kl_weight"}  # live knobs, and the trainer's attributes that follow them


def write(pen: Pen) -> None:
    trainer = pen.trainer
    assert isinstance(trainer, Autoencoding)
    codes = trainer.darkroom.codes
    assert codes is not None
    write_digits(pen, trainer.batches, (codes.pictures, codes.labels), is_small=trainer.darkroom.remark != "")
    changes = pen.changes(tuple(LIVE))
    if pen.config.coder == "plain":
        changes.pop("kl", None)
    is_noisy = bool(pen.first.corruption or changes.get("corruption"))
    pen.section("net")
    pen.make_net("net", trainer.net, make_net, pen.first)
    if pen.config.start == "shipped" and not trainer.weights_remark:
        pen.comment("shipped")
        pen.need(WEIGHTS, "weights")
        pen.line("net.load_state_dict(load_file(weights))")
    make_optimizer(pen, trainer.optimizer, fused=True)
    pen.section("learning")
    for function in (coded, vote):
        pen.keep(function)
    pen.by.answers[Autoencoding.is_exam_due] = True
    if is_noisy:
        pen.comment("exam_noise")
        pen.call(exam_noise, into="exam_noise")
        pen.name(codes.noise, "exam_noise")
    name_batches(pen, trainer.batches, "x", "y")
    for knob, values in changes.items():
        pen.by.variable(trainer, LIVE[knob], knob)
        pen.line(f"{knob}, {knob}_at = {getattr(pen.first, knob)}, {table({s + 1: v for s, v in values.items()})}")

    def before() -> None:
        for knob in changes:
            pen.line(f"{knob} = {knob}_at.get(step, {knob})")

    learn(pen, [Player(trainer.penalty)], before=before)
    pen.section("figure")
    write_figures(pen, trainer)


def write_figures(pen: Pen, trainer: Autoencoding) -> None:
    """Pictures over what the net makes of them, and where it puts them in its code."""
    codes = trainer.darkroom.codes
    assert codes is not None
    with pen.block("with torch.no_grad():"):
        pen.call(scaled, expression("test_x[:10]"), into="originals")
        if pen.config.corruption:
            pen.call(codes.corrupted, expression("originals"), pen.config.corruption, into="seen")
        pen.line(f"rebuilt = net({'seen' if pen.config.corruption else 'originals'})")
        pen.call(scaled, expression("test_x[:200]"), into="pixels")
        pen.call(Autoencoder.code, trainer.net, expression("pixels"), into="code")
    rows = ["originals", "seen", "rebuilt"] if pen.config.corruption else ["originals", "rebuilt"]
    pen.line(PLOT.format(rows=len(rows), pictures=", ".join(rows)))
    pen.line(SOLID if pen.config.latent == "3" else PLANE)
    pen.line(POINTS)
