"""Writes the program of a race of nets as a course would: nets, optimizers, and one loop over the same batches."""

from __future__ import annotations

import ast

import torch

from playground.core.limits import EXPLODED
from playground.core.nets import mlp
from playground.lessons.racing.race import NetRace
from playground.lessons.racing.terrain import TerrainRace
from playground.lessons.racing.work import PIXELS, Curve, Spiral, sample_curve, sample_spirals
from playground.script.lessons import race_surface
from playground.script.lessons.mnist import load_digits
from playground.script.lessons.race_lanes import STILL, Garage, Story, story_of
from playground.script.lessons.race_step import LaneStep
from playground.script.modules import module
from playground.script.pen import Pen
from playground.script.values import expression, library_name

BAND = """
longest = max([len(found) for found in values.values()])
table = torch.tensor([found + [math.nan] * (longest - len(found)) for found in values.values()])
low, middle, high = table.nanquantile(torch.tensor([0.25, 0.5, 0.75]), dim=0)
"""
AXES = """
plt.legend(loc="best")
plt.xlabel("Steps")
plt.ylabel("Loss")
plt.ylim((0, TOP))
plt.show()
"""
TOPS = {"curve": 0.2, "spiral": 0.8, "digits": 2.5}  # of the figure: what lies above is from the very first steps


def write(pen: Pen) -> None:
    if isinstance(pen.trainer, TerrainRace):
        race_surface.write(pen, pen.trainer)
        return
    assert isinstance(pen.trainer, NetRace)
    pen.note("stacked")
    NetProgram(pen, pen.trainer).write()


class NetProgram:
    """The program of a race of nets; in a fan each table of the program holds one more, by the seed."""

    def __init__(self, pen: Pen, trainer: NetRace) -> None:
        self.pen, self.trainer, self.config = pen, trainer, pen.first
        self.is_fan = len(self.config.seeds) > 1
        self.at = "[seed]" if self.is_fan else ""
        self.story: Story = story_of(trainer.line_ups, pen.text.tables["lane_kinds"])
        self.many = self.story.has("muon")
        self.has_lost = any(line_up.has_lost for line_up in trainer.line_ups) or bool((trainer.record.died >= 0).any())
        count = trainer.work.inputs.shape[1]
        self.is_whole = self.config.batch == 0 or 0 < count <= self.config.batch  # the digits may not be there yet
        self.garage = Garage(
            pen,
            weights=f"nets['NAME']{self.at}.parameters()",
            widths=self.config.shape.widths,
            many=self.many,
            seeds="SEEDS" if self.is_fan else "",
        )

    def write(self) -> None:
        pen = self.pen
        pen.section("data")
        self.write_data()
        if not self.is_whole:
            self.write_batches()
        pen.section("net")
        self.write_nets()
        pen.section("learning")
        self.learn()
        pen.section("figure")
        self.draw()

    def write_data(self) -> None:
        pen, config, work = self.pen, self.config, self.trainer.work
        if not isinstance(work, (Curve, Spiral)):
            load_digits(pen, ("x", "y"), is_small=work.remark() != "")
            pen.line(f"x = x.view(-1, {PIXELS})")
            if self.is_fan:
                pen.line(f"SEEDS = range({config.seeds[0]}, {config.seeds[-1] + 1})")
            return
        sample = sample_curve if isinstance(work, Curve) else sample_spirals
        if not self.is_fan:
            pen.call(sample, config, config.seed, into="x, y")
            return
        pen.line(f"SEEDS = range({config.seeds[0]}, {config.seeds[-1] + 1})")
        with pen.block("def sample(seed):"):
            pen.by.emit(ast.Return(pen.lifted(pen.call(sample, config, expression("seed")))))
        pen.line("data = {seed: sample(seed) for seed in SEEDS}")

    def write_batches(self) -> None:
        pen = self.pen
        size = self.config.batch
        with pen.block("def batches(x, y, seed):"):
            pen.line("generator = torch.Generator().manual_seed(seed)")
            with pen.block("while True:"):
                pen.line("order = torch.randperm(len(x), generator=generator)")
                with pen.block(f"for rows in torch.split(order, {size}):"):
                    pen.line(f"yield {self.prepared('x[rows]')}, y[rows]")

    def prepared(self, code: str) -> str:
        """A batch as the nets see it."""
        return ast.unparse(self.pen.lifted(self.pen.call(self.trainer.work.prepared, expression(code))))

    def write_nets(self) -> None:
        pen, config = self.pen, self.config
        with torch.device("meta"):
            made = module(mlp(config.shape.widths, config.activation))
        if self.is_fan:
            with pen.block("def make_net(seed):"):
                pen.line("torch.manual_seed(seed + 1)")
                pen.by.emit(ast.Return(expression(made)))
            pen.line("first = {seed: make_net(seed) for seed in SEEDS}")
        else:
            pen.line(f"torch.manual_seed({config.seed + 1})")
            pen.line(f"first = {made}")
        starters = self.story.starters
        pen.comment("alike")
        pen.line(f"nets = {{name: copy.deepcopy(first) for name in {tuple(racer.name for racer in starters)!r}}}")
        entries = [f"{racer.name!r}: {self.garage.optimizer(racer)}" for racer in starters]
        pen.line(f"optimizers = {{{', '.join(entries)}}}")
        self.garage.write_rates(self.story)

    def learn(self) -> None:
        pen = self.pen
        empty = "{seed: [] for seed in SEEDS}" if self.is_fan else "[]"
        pen.line(f"losses = {{name: {empty} for name in nets}}")
        if self.is_whole:
            both = f"{self.prepared('x')}, y"
            if self.is_fan:
                of_seed = (
                    "data"
                    if isinstance(self.trainer.work, (Curve, Spiral))
                    else f"{{seed: ({both}) for seed in SEEDS}}"
                )
                pen.line(f"batch = {of_seed}")
            else:
                pen.line(f"inputs, targets = {both}")
        elif self.is_fan:
            arguments = "*data[seed]" if isinstance(self.trainer.work, (Curve, Spiral)) else "x, y"
            pen.line(f"streams = {{seed: batches({arguments}, seed) for seed in SEEDS}}")
        else:
            pen.line(f"stream = batches(x, y, {self.config.seed})")
        if self.has_lost:
            pen.line("leader = 0")
        pen.line(f"STEPS = {pen.steps}")
        with pen.block("for step in range(1, STEPS + 1):"):
            self.apply_turns()
            if not self.is_whole:
                pen.comment("batch")
                if self.is_fan:
                    pen.line("batch = {seed: next(stream) for seed, stream in streams.items()}")
                else:
                    pen.line("inputs, targets = next(stream)")
            self.run_lanes()
            self.report()

    def apply_turns(self) -> None:
        """Inside the loop: lanes that were dropped, added or changed by hand."""
        pen = self.pen
        for step, turn in self.story.turns.items():
            if step == 0 or step >= pen.steps:
                continue
            with pen.block(f"if step == {step + 1}:"):
                pen.comment("lanes")
                for racer in turn.gone:
                    pen.line(f"nets.pop({racer.name!r}, None)" if self.has_lost else f"del nets[{racer.name!r}]")
                for racer in turn.come:
                    name = racer.name
                    pen.line(f"nets[{name!r}] = copy.deepcopy(first)")
                    pen.line(f"optimizers[{name!r}] = {self.garage.optimizer(racer)}")
                    pen.line(f"losses[{name!r}] = {'{seed: [] for seed in SEEDS}' if self.is_fan else '[]'}")
                    if racer.first.schedule == "plateau":
                        pen.line(f"plateaus[{name!r}] = {self.garage.plateau(racer)}")
                    elif racer.first.schedule not in STILL:
                        pen.line(f"rates[{name!r}] = {self.garage.rate(racer, racer.first)}")
                for racer, spec in turn.tuned:
                    self.garage.tune(racer, spec)

    def run_lanes(self) -> None:
        pen = self.pen
        if not self.is_fan:
            with pen.block(f"for name, net in {self.looped('nets')}:"):
                self.step()
            return
        with pen.block("for name in nets:"), pen.block(f"for seed, net in {self.looped('nets[name]')}:"):
            pen.line("inputs, targets = batch[seed]")
            self.step()

    def looped(self, table: str) -> str:
        return f"list({table}.items())" if self.has_lost else f"{table}.items()"

    def step(self) -> None:
        """One step of one net, as every course writes it; who diverges leaves the race."""
        pen, found = self.pen, f"losses[name]{self.at}"
        loss = library_name(self.trainer.work.LOSS)
        LaneStep(pen, self.story, "net", "net(inputs)", f"{loss}({{}}, targets)", self.at, self.many).write()
        if self.has_lost:
            with pen.block(f"if not {found}[-1] <= {EXPLODED:.0f} * (1 + {found}[0]):"):
                pen.comment("diverged")
                pen.line("nets[name].pop(seed)" if self.is_fan else "nets.pop(name)")

    def report(self) -> None:
        pen = self.pen
        newest = "losses[name][-1]"
        if self.is_fan:
            which = " if len(nets[name]) == len(SEEDS)" if self.has_lost else ""
            mean = "sum([values[-1] for values in losses[name].values()]) / len(SEEDS)"
            pen.line(f"means = {{name: {mean} for name in nets{which}}}")
            newest = "means[name]"
        names = "means" if self.is_fan else "nets"
        if self.has_lost:
            found = f"[{newest} for name in {names} if {newest} < {EXPLODED:.0f}]"
            pen.line(f"leader = min({found}, default=leader)")
        else:
            pen.line("leader = min(means.values())" if self.is_fan else f"leader = min([{newest} for name in nets])")
        with pen.now_and_then():
            pen.line(f"shown = [f'{{name}} {{{newest}:.6g}}' for name in {names}]")
            pen.line("print(f'step {step}', f'leader {leader:.6g}', *shown, sep='  ')")

    def draw(self) -> None:
        pen = self.pen
        late = {racer.name: racer.born for racer in self.story.racers if 0 < racer.born < pen.steps}
        with pen.block("for name, values in losses.items():"):
            if self.is_fan:
                pen.line(BAND)
            if late:
                pen.line(f"began = {late!r}.get(name, 0)")
            if self.is_fan:
                pen.line("steps = range(began, began + longest)" if late else "steps = range(longest)")
                pen.line("plt.plot(steps, middle, label=name)")
                pen.line("plt.fill_between(steps, low, high, alpha=0.2)")
            else:
                steps = "range(began, began + len(values)), " if late else ""
                pen.line(f"plt.plot({steps}values, label=name)")
        pen.line(AXES.replace("TOP", str(TOPS[self.config.work])))
