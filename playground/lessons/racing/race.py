"""The race of nets: all lanes from the same weights, on the same batches, in one stacked forward and backward."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from playground.core.graph import Graph
from playground.core.knobs import Config
from playground.core.lanes import LaneSpec
from playground.core.limits import EXPLODED
from playground.core.pictures import Pictures
from playground.core.refusal import BadValue, echo
from playground.core.run import MOST_EDITS
from playground.core.state import LARGEST_COUNT, Parts, State
from playground.core.trackside import Podium, Sweep
from playground.core.trainer import Metrics, Trainer
from playground.lessons.racing.cards import LANE_CARDS
from playground.lessons.racing.config import RaceConfig, median_of_sound
from playground.lessons.racing.finder import restored_sweep, sweep
from playground.lessons.racing.heats import Heats
from playground.lessons.racing.lane import Lane, Watch
from playground.lessons.racing.record import Record
from playground.lessons.racing.stack import Stack
from playground.lessons.racing.trails import Trails
from playground.lessons.racing.work import make_work, spread

CHECK_EVERY = 32  # steps between two roll calls that take diverged nets out


@dataclass(frozen=True)
class LineUp:
    """Who races from a step on: all lanes, and the slots of those that start from the first weights."""

    step: int
    planned: int
    specs: tuple[LaneSpec, ...]
    fresh: frozenset[int]
    has_lost: bool  # whether somebody had diverged before


class NetRace(Trainer):
    """2 to 8 lanes, each one net, or one for each seed of the fan."""

    CARDS = LANE_CARDS
    EDITS: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, config: RaceConfig, device: torch.device) -> None:
        self._config = config
        self._device = device
        self._seeds = len(config.seeds)
        self.work = make_work(config, device)
        starts = [config.shape.make(seed + 1) for seed in config.seeds]
        self._start = torch.stack(starts).to(device)  # (seeds, parameters): where every lane starts
        self.batches = Heats(self.work, config.seeds, config.batch)
        self._step = 0
        self.record = Record(self._seeds, device)
        self.trails = Trails(self.work, self._start[0])
        self._sweep: Sweep | None = None
        self._first: Tensor | None = None
        self.lanes: list[Lane] = []
        self.line_ups: deque[LineUp] = deque(maxlen=MOST_EDITS)
        self._line_up(config.lanes)
        self.metrics = {"leader": torch.zeros((), device=device)}

    def nets(self) -> tuple[nn.Module, ...]:
        return (self.stack,)

    def named_nets(self) -> Mapping[str, nn.Module]:
        """Each lane's net, with a fan each seed's: lane1_sgd, lane2_adam.seed3, …"""
        names = [f"lane{lane.spec.slot + 1}_{lane.spec.kind}" for lane in self.lanes]
        if self._seeds > 1:
            names = [f"{name}.seed{seed}" for name in names for seed in self._config.seeds]
        return {name: self._config.shape.net(row) for name, row in zip(names, self.stack.rows.data, strict=True)}

    def graph(self) -> Graph:
        """Of the nets of the first seed."""
        nets = list(self.named_nets().items())[:: self._seeds]
        return self.work.graph({name.split(".")[0]: net for name, net in nets})

    def lacking(self) -> BadValue | None:
        lacking = self.work.lacking()
        if lacking is None and self._step and not bool((self.record.died[list(self.slots)] < 0).any()):
            return BadValue("all_diverged")
        return lacking

    def remark(self) -> str:
        return self.work.remark()

    @property
    def slots(self) -> tuple[int, ...]:
        return tuple(lane.spec.slot for lane in self.lanes)

    def _line_up(self, specs: tuple[LaneSpec, ...]) -> None:
        """Put these lanes into the race: who is in it goes on where it is, who is new starts from the first weights."""
        self.record.settle()
        going = {lane.spec.slot: lane for lane in self.lanes}
        dead = (self.record.died >= 0).all(dim=1).tolist()
        staying = {spec.slot for spec in specs if spec.slot in going and self._goes_on(going[spec.slot], spec, dead)}
        fresh = frozenset(spec.slot for spec in specs) - staying
        self.line_ups.append(LineUp(self._step, self._config.planned, specs, fresh, any(dead)))
        rows = torch.cat([going[spec.slot].rows if spec.slot in staying else self._start for spec in specs])
        self.stack = Stack(self._config.shape, rows.clone())
        self.lanes = []
        for place, spec in enumerate(specs):
            part = slice(place * self._seeds, (place + 1) * self._seeds)
            assert self.stack.rows.grad is not None
            mine, grads = self.stack.rows.data[part], self.stack.rows.grad[part]
            if spec.slot in staying:
                going[spec.slot].attach(mine, grads)
                self.lanes.append(going[spec.slot])
                continue
            sizes, total = self._config.shape.sizes, self._config.planned
            self.lanes.append(Lane(spec, mine, grads, sizes, total, self._step))
            self.record.start(spec.slot)
            self.trails.restart(spec.slot)
        self.record.line_up(self.slots)
        self.trails.line_up(self.slots, self._step)
        self._out: Tensor | None = None  # (nets,) who has diverged; None while nobody has
        self._call_roll()

    @staticmethod
    def _goes_on(lane: Lane, spec: LaneSpec, dead: list[bool]) -> bool:
        """Whether a lane takes its new settings over in the race; a diverged one starts anew when they change."""
        if lane.spec == spec:
            return True
        return not dead[spec.slot] and lane.tune(spec)

    def stages(self) -> Iterator[str]:
        watch, rows = Watch(), self.stack.rows  # (nets, parameters)
        with watch:
            inputs, targets = next(self.batches)  # (seeds, batch, …)
            self.epoch = self.batches.epoch
            self.stack.zero_grad()
            inputs, targets = (spread(part, rows, self._seeds) for part in (inputs, targets))
            predictions = self.stack(inputs)  # (nets, batch, out)
        yield "forward"
        with watch:
            losses = self.work.losses(predictions, targets)  # (nets,)
        yield "loss"
        with watch:  # no net knows another: each gets its own gradient
            losses.sum().backward()  # type: ignore[no-untyped-call]
        yield "backward"
        for lane in self.lanes:
            lane.follow(self._step)
            lane.watch.seconds += watch.seconds / len(self.lanes)
        rates = [lane.rate() for lane in self.lanes]
        losses = losses.detach()
        for place, lane in enumerate(self.lanes):
            part = slice(place * self._seeds, (place + 1) * self._seeds)
            lane.step(losses[part], self._loss_of(inputs, targets))
        self.record.append(losses, rates, [lane.watch.seconds for lane in self.lanes])
        self.metrics = {"leader": self._lead(losses)}
        self._step += 1
        if self._step % CHECK_EVERY == 0:
            self._call_roll()
        if self._out is not None:
            rows.data.masked_fill_(self._out, 0.0)
        self.trails.visit(self._step, self.slots, rows.data[:: self._seeds], self._dead)
        yield "update"

    def _loss_of(self, inputs: Tensor, targets: Tensor) -> Any:
        """The loss of one net on this step's batch, for an optimizer that wants to look at it more than once."""

        def loss(seed: int, weights: Tensor) -> Tensor:
            outputs = self.stack.shape.forward(weights.unsqueeze(0), inputs[seed : seed + 1])
            return self.work.losses(outputs, targets[seed : seed + 1])[0]

        return loss

    def _lead(self, losses: Tensor) -> Tensor:
        """The loss of the best lane; with a fan, the mean over its seeds."""
        if self._out is not None:
            losses = losses.masked_fill(self._out[:, 0], torch.nan)
        if self._seeds > 1:
            losses = losses.view(-1, self._seeds).mean(dim=1)
        best = losses.nan_to_num(torch.inf).min()
        return torch.where(best < EXPLODED, best, self.metrics["leader"])  # all gone: the roll call will find out

    def _call_roll(self) -> None:
        """Take diverged nets out of the race: their weights are set to zero from here on."""
        self.record.settle()
        self._take_out(self.record.died[list(self.slots)] >= 0)

    def _take_out(self, out: Tensor) -> None:
        """out (lanes, seeds)."""
        self._out = out.view(-1, 1) if bool(out.any()) else None
        gone = out[:, 0].tolist() if self._out is not None else []
        self._dead = frozenset(slot for slot, is_gone in zip(self.slots, gone, strict=False) if is_gone)

    def state(self) -> State:
        out = torch.zeros(len(self.lanes) * self._seeds, 1) if self._out is None else self._out
        return {
            "step": self._step,
            "leader": self.metrics["leader"],
            "rows": self.stack.rows,
            "out": out.bool(),
            "batches": self.batches.state(),
            "lanes": {str(lane.spec.slot): lane.state() for lane in self.lanes},
            "record": self.record.state(),
            "trails": self.trails.state(),
            "sweep": {} if self._sweep is None else vars(self._sweep),
        }

    def restore(self, parts: Parts) -> None:
        """Rows that are no numbers are no reason to refuse: so do diverged nets look until the next roll call."""
        lacking = self.lacking()
        if lacking:
            raise lacking
        step = parts.between("step", 0, LARGEST_COUNT)
        rows, out = parts.tensor("rows", self.stack.rows), parts.tensor("out", self.stack.rows[:, :1] > 0)
        leader = parts.tensor("leader", self.metrics["leader"])
        if not bool(leader.isfinite()):
            raise BadValue("bad_run_part", part="leader")
        self.metrics = {"leader": leader}
        self.batches.restore(parts.under("batches"))
        for lane in self.lanes:
            lane.restore(parts.under(f"lanes.{lane.spec.slot}"), step)
        self.record.restore(parts.under("record"), step)
        self.trails.restore(parts.under("trails"), step)
        self._sweep = restored_sweep(parts.under("sweep"))
        self.stack.rows.data.copy_(rows)
        self._step, self.epoch = step, self.batches.epoch
        self._take_out(out.view(len(self.lanes), -1))

    def tune(self, config: Config) -> None:
        assert isinstance(config, RaceConfig)
        before, self._config = self._config, config
        if config.lanes != before.lanes:
            self._line_up(config.lanes)

    def look(self, *, closely: bool) -> Pictures:
        self.record.settle()
        rows = self.stack.rows.data.view(len(self.lanes), self._seeds, -1)
        died = self.record.died[list(self.slots)]
        pictures: dict[str, Any] = {"laps": self.record.laps(self.slots)}
        if self.work.inputs.shape[1]:
            pictures["podium"] = self._podium(died)
            pictures["landscape"] = self.trails.look(self._step, self.slots, rows[:, 0], died[:, 0] < 0)
            pictures |= self.work.look(self.slots, rows.nan_to_num(0.0).clamp(-1e6, 1e6))
        return pictures | ({"sweep": self._sweep} if self._sweep else {})

    def symptoms(self) -> Metrics:
        died = self.record.died[list(self.slots)]
        fallen = torch.where((died >= 0).all(dim=1), died.amax(dim=1), -1)
        if not self.work.inputs.shape[1]:
            return {"died": fallen}
        rows, count = self.stack.rows.data, len(self.lanes)
        losses, varieties = self.work.grade(rows, self._seeds)[0], self.work.variety(rows, self._seeds)
        left = losses.view(count, -1).median(dim=1).values / self._first_loss()
        spread = varieties.view(count, -1).median(dim=1).values
        return {"died": fallen, "left": left.nan_to_num(0.0), "spread": spread.nan_to_num(1.0)}

    def _podium(self, died: Tensor) -> Podium:
        losses, accuracies = self.work.grade(self.stack.rows.data, self._seeds)
        count = len(self.lanes)
        losses = losses.view(count, -1).masked_fill(died >= 0, torch.nan)
        losses = losses.masked_fill(~torch.isfinite(losses), torch.nan)
        best = losses.nan_to_num(torch.inf).argmin(dim=0)  # (seeds,)
        has_winner = torch.isfinite(losses).any(dim=0) & bool(self._step)
        wins = torch.zeros(count, device=losses.device).index_add_(0, best, has_winner.float())
        shares = None
        if accuracies is not None:
            shares = median_of_sound(accuracies.view(count, -1).masked_fill(torch.isnan(losses), torch.nan))
        fallen = torch.where((died >= 0).all(dim=1), died.amax(dim=1), -1)
        first = self._first_loss()
        return Podium(self.slots, median_of_sound(losses), first, shares, wins, fallen, self._seeds)

    def _first_loss(self) -> Tensor:
        """The loss of the common first weights on what the podium looks at; the first seed stands for all."""
        if self._first is None:
            self._first = self.work.grade(self._start, self._seeds)[0][0]
        return self._first

    def probe(self, name: str, value: Any) -> None:
        if name != "finder":
            super().probe(name, value)
        if value is None:
            self._sweep = None
            return
        found = next((lane.spec for lane in self.lanes if type(value) is int and lane.spec.slot == value), None)
        if found is None:
            raise BadValue("bad_probe", value=echo(value))
        if self.work.lacking() is None:
            self._sweep = sweep(found, self.work, self._start[:1], self._config)
