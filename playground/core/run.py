"""The only training loop: a trainer with a clock, a history and its own random numbers."""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from playground.core.cards import Card, Watch
from playground.core.graph import Graph
from playground.core.history import History
from playground.core.limits import Limits, RunConfig, Stop
from playground.core.pictures import Chart, Charts, Curve, Pictures, to_host
from playground.core.randomness import COMPUTE, Randomness
from playground.core.refusal import BadValue
from playground.core.state import Parts, State
from playground.core.trainer import Metrics, Trainer

Build = Callable[[Any, torch.device], Trainer]
Edit = tuple[int, str, Any]  # (step, what, value): what was done by hand
SHARED_SLICE = 0.01  # seconds before a run gives way to whoever waits for the compute lock
WAIT = 0.2  # seconds between two looks at data that are on their way
MOST_EDITS = 1000
SHOWN = 300  # values of a loss curve in a frame: about one for each pixel pair
FEW = 150  # the same for a small chart


@dataclass(frozen=True)
class Frame:
    """What an eye sees at one moment: NumPy only, so it can be kept, pickled and sent."""

    step: int
    epoch: int
    metrics: Mapping[str, float]
    pictures: Pictures
    stage: str = ""
    stop: Stop | None = None
    cards: tuple[Card, ...] = ()


class Run:
    """One act of learning from its first weights on: `advance` learns, `peek` looks, and looking changes nothing."""

    def __init__(self, build: Build, config: RunConfig, device: torch.device) -> None:
        self.device = device
        self.config = config
        self.first = config  # the settings before anything live was changed
        self.step = 0
        self.stop: Stop | None = None
        self.history = History()
        self.edits: deque[Edit] = deque(maxlen=MOST_EDITS)
        self.edited = 0  # how many edits there have been, those that are forgotten among them
        self.is_moved = False  # whether it began on another kind of device, whose random numbers this one cannot draw
        self._limits = Limits(config)
        self._randomness = Randomness(device)
        with self._randomness.own():
            self._trainer = build(config, device)
        self._pending: list[Metrics] = []
        self._recorded = 0  # the step up to which limits were checked
        self._is_verdict_open = True
        self._stages: Iterator[str] | None = None
        self._stage = ""
        self._is_hurried = False
        self._measured_stop: Stop | None = None
        self._watch = Watch(self._trainer.CARDS)
        self._keep_sound_weights()

    def advance(self, steps: int | None = None, seconds: float | None = None) -> int:
        """Learn for so many steps or seconds, whichever ends first; returns the steps taken.

        Ends early at the step limit. It also gives way when `hurry` is called and, with
        `seconds`, when somebody waits for the compute lock.
        """
        started = self.step
        last = min(self._limits.last_step, math.inf if steps is None else started + steps)
        clock, pending, step = time.perf_counter, self._pending, self._trainer.step
        self._is_hurried = False
        with self._randomness.own():
            torch.set_num_threads(self._trainer.threads)
            end = math.inf if seconds is None else clock() + seconds
            give_way = math.inf if seconds is None else clock() + SHARED_SLICE
            if self._stages:
                self._finish_step()
            while self.step < last and not self.stop:
                if metrics := step():
                    pending.append(metrics)
                self.step += 1
                now = clock()
                if now > end or self._is_hurried or (now > give_way and COMPUTE.contended):
                    break
        return self.step - started

    def advance_stage(self) -> str:
        """Go on to the end of the next stage of a step; returns the stage's name."""
        if self.stop or self.step >= self._limits.last_step:
            return self._stage
        with self._randomness.own():
            self._stages = self._stages or self._trainer.stages()
            self._stage = next(self._stages)
            if self._trainer.ends(self._stage):
                self._finish_step()
        return self._stage

    def _finish_step(self) -> None:
        assert self._stages is not None
        for stage in self._stages:
            self._stage = stage
        self._stages = None
        if self._trainer.metrics:
            self._pending.append(self._trainer.metrics)
        self.step += 1

    def peek(self, *, closely: bool = False) -> Frame:
        """The frame of this moment; `closely` is for slow motion: it adds the stage and the gradients."""
        with self._randomness.forked(), self._trainer.observed():
            torch.set_num_threads(self._trainer.threads)
            is_due = self._watch.is_due(self.step)
            (losses, measured, symptoms, pictures), sound = to_host(self._view(closely, is_due))
            exploded = [self._limits.exploded(values) for values in losses.values()]
            if all(place is None for place in exploded) and sound:
                self._keep_sound_weights()
            else:  # a lane at infinity must not blank the page: show the last weights that were sound
                self._restore_sound_weights()
                self._stop_diverged(losses, dict(zip(losses, exploded, strict=True)))
                (_, measured, symptoms, pictures), _ = to_host(self._view(closely, is_due))
        self._record(losses, measured)
        is_over = self.stop is not None and self._measured_stop is not self.stop
        if is_over:
            symptoms = self._measure_end()
        if is_over or is_due:
            self._watch.check(self.config, self.step, self.history, symptoms, self.stop)
        metrics = {name: series.newest for name, series in self.history.series.items()}
        stage = self._stage if closely else ""
        pictures = {**pictures, **self._charts()}
        return Frame(self.step, self._trainer.epoch, metrics, pictures, stage, self.stop, self._watch.cards)

    def _view(
        self, closely: bool, is_due: bool
    ) -> tuple[dict[str, Any], Mapping[str, Any], Mapping[str, Any], Pictures]:
        names: Metrics = self._pending[0] if self._pending else {}
        losses = {name: torch.stack([metrics[name] for metrics in self._pending]) for name in names}
        measured = self._trainer.measure()
        symptoms: Mapping[str, Any] = self._trainer.symptoms() if is_due else {}
        return losses, measured, symptoms, self._trainer.look(closely=closely)

    def _measure_end(self) -> Mapping[str, Any]:
        """Take what is too dear for every look, once for each stop; returns the symptoms."""
        self._measured_stop = self.stop
        assert self.stop is not None
        with self._randomness.forked(), self._trainer.observed():
            dear = {} if self.stop.reason == "diverged" else self._trainer.measure_fully()
            (full, symptoms), _ = to_host((dear, self._trainer.symptoms()))
        self._record({}, full)
        return symptoms

    def _stop_diverged(self, losses: Mapping[str, Any], exploded: Mapping[str, int | None]) -> None:
        """Stop at the first loss that exploded; where only the weights did, at the newest."""
        places = {name: place for name, place in exploded.items() if place is not None}
        metric = min(places, key=lambda name: places[name], default=next(iter(losses), ""))
        place = places.get(metric, -1)
        step = self.step if place < 0 else self.step - len(self._pending) + 1 + place
        loss = float(losses[metric][place]) if metric else math.nan
        self.stop = Stop("diverged", {"step": step, "loss": loss, "metric": metric})

    def _record(self, losses: Mapping[str, Any], measured: Mapping[str, Any]) -> None:
        """Losses belong to the weights before their step, measured numbers to the weights of now."""
        count = len(self._pending)
        self._pending.clear()
        first = self.step - count
        for name, values in losses.items():
            sound = np.isfinite(values)
            self.history.extend(name, np.arange(first, self.step)[sound], values[sound])
        for name, value in measured.items():
            self.history.extend(name, np.array([self.step]), value.reshape(1))
        if not self.stop and self.step > self._recorded:
            verdict = self._trainer.verdict() if self._is_verdict_open else None
            values = next(iter(losses.values()), np.empty(0, dtype=np.float32))
            self.stop = verdict or self._limits.reached(values, self.step)
        self._recorded = self.step

    def _charts(self) -> Pictures:
        """The trainer's own charts, and the losses that are in none of them."""
        plots = self._trainer.plots()
        apart = {name for panel in plots.values() for plot in panel for name in plot.metrics}
        charts = {
            panel: Charts(tuple(Chart(plot, self._lines(plot.metrics, FEW)) for plot in plots[panel]))
            for panel in plots
        }
        apart |= self._trainer.UNCHARTED
        losses = [name for name in self.history.series if "accuracy" not in name and name not in apart]
        if plots and not losses:
            return charts
        return {**charts, "loss": Curve(self._lines(losses, SHOWN), log=True)}

    def _lines(self, names: Iterable[str], most: int) -> dict[str, NDArray[np.float32]]:
        """Each metric that has come so far as (2, n), steps over values."""
        shown = {name: self.history.series[name].shown(most) for name in names if name in self.history.series}
        return {name: np.stack(points).astype(np.float32) for name, points in shown.items()}

    def tune(self, config: RunConfig) -> None:
        """Take over a config whose differences are all live; the run goes on."""
        assert self.config.keeps_run(config)
        self._settle()
        self._note("config", config.query())
        self._watch.tuned(self.step)
        with self._randomness.own():
            self._trainer.tune(config)
        self.config = config
        self._limits.tune(config)
        if self.stop and self.stop.reason == "finished" and self.step < self._limits.last_step:
            self.stop = None

    def probe(self, name: str, value: Any) -> None:
        """Ask or do something between frames; raises BadValue and changes nothing when it is not understood."""
        if name not in self._trainer.EDITS:
            with self._randomness.forked(), self._trainer.observed():
                self._trainer.probe(name, value)
            return
        self._trainer.check(name, value)
        self._settle()
        with self._randomness.own():
            self._trainer.probe(name, value)
        self._note(name, value)

    def _note(self, what: str, value: Any) -> None:
        self.edits.append((self.step, what, value))
        self.edited += 1

    def check(self, name: str, value: Any) -> bool:
        """Whether a probe would change what is learnt; raises BadValue for such a one that is not understood."""
        if name in self._trainer.EDITS:
            self._trainer.check(name, value)
        return name in self._trainer.EDITS

    def is_glance(self, name: str) -> bool:
        """Whether a probe is the question of a pointer that only passes by."""
        return name in self._trainer.GLANCES

    def is_repeatable(self, name: str) -> bool:
        """Whether an edit, done again at the same step, comes out the same."""
        return name not in self._trainer.ONCE

    @property
    def is_between_steps(self) -> bool:
        """False in slow motion, in the middle of a step."""
        return self._stages is None

    def state(self) -> State:
        """All that the rest of the run depends on; a half-done step is finished first."""
        self._settle()
        if self._pending or self._recorded < self.step:
            self.peek()  # what was learnt since the last look belongs to the history
        with self._randomness.own():
            trainer = self._trainer.state()
        return {
            "step": self.step,
            "verdict": "open" if self._is_verdict_open else "passed",
            "trainer": trainer,
            **self._random_state(),
            "history": self.history.state(),
            "limits": self._limits.state(),
        }

    def restore(self, parts: Parts) -> None:
        """Go on where the state was taken, as if the run had never stopped; raises BadValue where it does not fit."""
        step = parts.number("step")
        if step < 0:
            raise BadValue("bad_run_part", part="step")
        with self._randomness.own(), torch.no_grad():
            self._trainer.restore(parts.under("trainer"))
        self._restore_random(parts)
        self.history.restore(parts.under("history"))
        self._limits.restore(parts.under("limits"))
        self.step = self._recorded = step
        self._is_verdict_open = parts.plain.get("verdict") != "passed"
        finished = Stop("finished", {"step": step}) if step >= self._limits.last_step else None
        self.stop = self._measured_stop = (self._trainer.verdict() if self._is_verdict_open else None) or finished
        self._keep_sound_weights()

    def _random_state(self) -> State:
        """The CPU's generator under the name that it has in every file; that of another device by its kind."""
        others = dict(self._randomness.state())
        return {"random": others.pop("cpu"), "generators": others}

    def _restore_random(self, parts: Parts) -> None:
        own, kept = self._randomness.state(), parts.under("generators")
        states = {kind: kept.tensor(kind, like) for kind, like in own.items() if kind in kept.tensors}
        self._randomness.restore({**states, "cpu": parts.tensor("random", own["cpu"])})
        self.is_moved = {"cpu", *kept.tensors} != set(own)

    @property
    def last_step(self) -> float:
        """Where the run ends by its limit of steps; infinity without one."""
        return self._limits.last_step

    @property
    def cards(self) -> tuple[Card, ...]:
        """What goes wrong, the most urgent first."""
        return self._watch.cards

    def weights(self) -> list[Tensor]:
        """Copies of all parameters, net by net."""
        return [weight.detach().clone() for net in self._trainer.nets() for weight in net.parameters()]

    def named_nets(self) -> dict[str, nn.Module]:
        """Copies of the nets as they are now, by name, in eval mode and on the CPU."""
        self.peek()  # it puts sound weights in the place of those that have diverged
        with self._randomness.forked(), self._trainer.observed():
            return {name: deepcopy(net).cpu() for name, net in self._trainer.named_nets().items()}

    def graph(self) -> Graph:
        """A copy of what the nets make of an input, in eval mode and on the CPU; raises BadValue without a net."""
        self.peek()
        with self._randomness.forked(), self._trainer.observed():
            graph = self._trainer.graph()
            if graph is None:
                raise BadValue("bad_no_net")
            return replace(graph, net=deepcopy(graph.net).cpu().eval())

    def net(self) -> nn.Module:
        """The first net, on loan: whoever asks neither keeps nor changes it."""
        return self._trainer.nets()[0]

    def trainer(self) -> Trainer:
        """The trainer between two steps, on loan: whoever asks only describes it, and neither keeps nor changes it."""
        self._settle()
        return self._trainer

    def lacking(self) -> BadValue | None:
        """What the reader must give before there is anything to learn from; None when all is there."""
        return self._trainer.lacking()

    def await_data(self) -> None:
        """Wait for a data set that is on its way; raises BadValue where something else is missing."""
        while lacking := self.lacking():
            if lacking.key != "loading":
                raise lacking
            time.sleep(WAIT)

    def remark(self) -> str:
        """The text key of something that the reader should know about the data; empty when there is nothing."""
        return self._trainer.remark()

    def inherit(self, previous: Run) -> None:
        """Take over what is the visitor's own from the run that this one replaces."""
        with self._randomness.forked(), self._trainer.observed():
            self._trainer.inherit(previous._trainer)

    def is_busy(self) -> bool:
        """Whether something that was asked for is still being made in the background."""
        return self._trainer.is_busy()

    def hurry(self) -> None:
        """End the `advance` that is under way after its present step: somebody has a question. Needs no lock."""
        self._is_hurried = True

    def resume(self) -> None:
        """Go on after a stop; a diverged run must be built anew instead."""
        assert self.stop is None or self.stop.reason != "diverged"
        self.stop = None
        self._is_verdict_open = False
        self._limits.resume(self.step)

    def _settle(self) -> None:
        """Finish a half-done step: weights must not change between its forward and its backward pass."""
        if self._stages:
            with self._randomness.own():
                self._finish_step()

    def _keep_sound_weights(self) -> None:
        self._sound = [[value.clone() for value in net.state_dict().values()] for net in self._trainer.nets()]

    def _restore_sound_weights(self) -> None:
        for net, kept in zip(self._trainer.nets(), self._sound, strict=True):
            for value, sound in zip(net.state_dict().values(), kept, strict=True):
                value.copy_(sound)
