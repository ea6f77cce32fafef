"""The one shape of every lesson's learner: an act of learning in named stages, and ways of being looked at."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from playground.core.cards import Detector
from playground.core.graph import Graph
from playground.core.knobs import Config
from playground.core.limits import Stop
from playground.core.pictures import Pictures, Plot
from playground.core.refusal import BadValue, echo
from playground.core.state import Parts, State

Metrics = Mapping[str, Tensor]


class Trainer(ABC):
    """A live learner; it never leaves its run, and only the run calls it."""

    STAGES: ClassVar[tuple[str, ...]] = ("forward", "loss", "backward", "update")
    EDITS: ClassVar[frozenset[str]] = frozenset({"weight"})  # the probes that change what is learnt
    ONCE: ClassVar[frozenset[str]] = frozenset()  # edits that depend on more than their value: none is done again
    GLANCES: ClassVar[frozenset[str]] = frozenset({"focus", "point", "map"})  # probes of a pointer that passes by
    UNCHARTED: ClassVar[frozenset[str]] = frozenset()  # metrics that are no losses: the loss chart leaves them out
    CARDS: ClassVar[tuple[Detector, ...]] = ()  # what may deserve a "Why?" card, the most urgent first
    metrics: Metrics
    threads: int = 1  # for tiny nets a second thread only burns time; more than one also changes the last digits
    epoch: int = 0

    @abstractmethod
    def stages(self) -> Iterator[str]:
        """One act of learning; yields the name of each stage when it is done and leaves `metrics` behind.

        The first steps of a trainer that must gather data before it learns may leave no metrics.
        """

    def step(self) -> Metrics:
        """One act of learning without a stop; the metrics are scalars on the device."""
        for _ in self.stages():
            pass
        return self.metrics

    @abstractmethod
    def nets(self) -> tuple[nn.Module, ...]:
        """The nets that learn."""

    def named_nets(self) -> Mapping[str, nn.Module]:
        """The nets as other programs know them; a single one needs no name."""
        return dict(zip(("",), self.nets(), strict=False))

    def graph(self) -> Graph | None:
        """What the nets make of an input, as one graph; None where there is no net."""
        return None

    @abstractmethod
    def look(self, *, closely: bool) -> Pictures:
        """The pictures of this moment, with tensors in them; `closely` adds the gradients. Only while observed."""

    def measure(self) -> Metrics:
        """Numbers beside the loss, as scalars on the device. Only while observed."""
        return {}

    def measure_fully(self) -> Metrics:
        """Numbers that are too dear for every look, taken once when the run stops. Only while observed."""
        return {}

    def symptoms(self) -> Metrics:
        """Numbers of the inner state that the detectors of `CARDS` judge by, small tensors on the device.

        Asked for now and then, and when the run stops. Only while observed.
        """
        return {}

    def verdict(self) -> Stop | None:
        """Why the lesson itself calls the run over, such as a world that is solved; asked after each look."""
        return None

    def is_busy(self) -> bool:
        """Whether something that was asked for is still being made in the background."""
        return False

    def plots(self) -> Mapping[str, Sequence[Plot]]:
        """The metrics that are drawn apart from the losses, as several small charts in each panel that is named."""
        return {}

    def ends(self, stage: str) -> bool:
        """Whether a step is over with the stage that it has just come to."""
        return stage == self.STAGES[-1]

    @abstractmethod
    def tune(self, config: Config) -> None:
        """Take over the live knobs of another config."""

    def check(self, name: str, value: Any) -> None:
        """Raise BadValue for an edit that is not understood: it must not even finish the step that is under way."""
        return None

    def probe(self, name: str, value: Any) -> None:
        """Answer a question between frames; raises BadValue for one that is not understood."""
        raise BadValue("bad_probe", value=echo(name))

    def state(self) -> State:
        """Everything that the next steps depend on and that config and seed do not already give."""
        raise NotImplementedError

    def restore(self, parts: Parts) -> None:
        """Take the state of another trainer under the same config; raises BadValue where it does not fit."""
        raise NotImplementedError

    def inherit(self, previous: Trainer) -> None:
        """Take over what is the visitor's own, such as drawings, from the run that this one replaces."""
        return None

    def remark(self) -> str:
        """The text key of something that the reader should know about the data; empty when there is nothing."""
        return ""

    def lacking(self) -> BadValue | None:
        """What the reader must give before there is anything to learn from; None when all is there."""
        return None

    @contextmanager
    def observed(self) -> Iterator[None]:
        """Eval mode and no gradients while somebody looks; afterwards all is as before."""
        nets = self.nets()
        training = [net.training for net in nets]
        for net in nets:
            net.eval()
        try:
            with torch.no_grad():
                yield
        finally:
            for net, mode in zip(nets, training, strict=True):
                net.train(mode)
