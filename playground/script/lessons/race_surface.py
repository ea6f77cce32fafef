"""Writes the program of a race on a surface: one point for each lane, and the trail that it leaves."""

from __future__ import annotations

import ast
import re

from playground.lessons.racing.descent import LOST
from playground.lessons.racing.race import LineUp
from playground.lessons.racing.surfaces import SURFACES, Surface
from playground.lessons.racing.terrain import FLOOR, LONGEST, SIDE, TerrainRace
from playground.script.lessons.race_lanes import Garage, Story, story_of
from playground.script.lessons.race_step import LaneStep
from playground.script.pen import Pen
from playground.script.values import expression

PLOT = """
ys, xs = torch.meshgrid(torch.linspace(Y, SIDE), torch.linspace(X, SIDE), indexing="ij")
plt.contourf(xs, ys, (height(xs, ys) + FLOOR).log10(), levels=30, cmap="Greys", alpha=0.6)
for name, path in paths.items():
    plt.plot(*zip(*path), label=name)
plt.plot(LOWEST, "*", color="black", markersize=12)
plt.xlim(X)
plt.ylim(Y)
plt.legend(loc="best")
plt.show()
"""


def write(pen: Pen, trainer: TerrainRace) -> None:
    """A changed start or lane throws all points back to the start, on the page too: only the newest settings count."""
    config = pen.config
    surface = SURFACES[config.work]
    line_up = LineUp(0, config.planned, config.lanes, frozenset(config.slots), False)
    story = story_of([line_up], pen.text.tables["lane_kinds"])
    if any(what == "config" for _, what, _ in pen.run.edits):
        pen.note("anew")
    pen.section("surface")
    with pen.block("def height(x, y):"):
        found = pen.call(surface.height, expression("x"), expression("y"))
        pen.by.emit(ast.Return(pen.lifted(found)))
    pen.section("points")
    garage = Garage(pen, weights="[points['NAME']]", many=False)
    names = tuple(racer.name for racer in story.racers)
    pen.line(f"points = {{name: torch.tensor({list(config.start)!r}, requires_grad=True) for name in {names!r}}}")
    entries = [f"{racer.name!r}: {garage.optimizer(racer)}" for racer in story.racers]
    pen.line(f"optimizers = {{{', '.join(entries)}}}")
    pen.section("learning")
    garage.write_rates(story)
    learn(pen, trainer, story)
    pen.section("figure")
    draw(pen, surface)


def learn(pen: Pen, trainer: TerrainRace, story: Story) -> None:
    has_lost = bool((trainer.descent.lost_at >= 0).any())
    pen.line("paths = {name: [] for name in points}")
    pen.line("losses = {name: [] for name in points}")
    if has_lost:
        pen.line("leader = 0")
    pen.line(f"STEPS = {pen.steps}")
    with pen.block("for step in range(1, STEPS + 1):"):
        with pen.block(f"for name, point in {'list(points.items())' if has_lost else 'points.items()'}:"):
            if pen.steps > LONGEST:
                with pen.block(f"if step > {LONGEST}:"):
                    pen.comment("end")
                    pen.line("losses[name].append(height(*point).item())")
                    pen.line("continue")
            if has_lost:
                with pen.block(f"if not (point.abs() < {LOST:.0f}).all():"):
                    pen.comment("lost")
                    pen.line("del points[name]")
                    pen.line("continue")
            pen.line("paths[name].append(point.tolist())")
            LaneStep(pen, story, "point", "", "height(*point)").write()
        newest = "losses[name][-1] for name in points"
        pen.line(f"leader = min([{newest}], default=leader)" if has_lost else f"leader = min([{newest}])")
        with pen.now_and_then():
            pen.line("shown = [f'{name} {losses[name][-1]:.6g}' for name in points]")
            pen.line("print(f'step {step}', f'leader {leader:.6g}', *shown, sep='  ')")


def draw(pen: Pen, surface: Surface) -> None:
    x, y = (f"{low!r}, {high!r}" for low, high in (surface.x_range, surface.y_range))
    lowest = ", ".join(repr(list(values)) for values in zip(*surface.lowest, strict=True))
    words = {"X": x, "Y": y, "LOWEST": lowest, "FLOOR": repr(FLOOR), "SIDE": str(SIDE)}
    plot = PLOT
    for name, value in words.items():
        plot = re.sub(rf"\b{name}\b", value, plot)
    pen.line(plot)
