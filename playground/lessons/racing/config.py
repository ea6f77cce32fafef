"""The knobs of the optimizer race."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from playground.core.knobs import choice, number, toggle
from playground.core.lanes import LaneSpec, lane, lanes
from playground.core.limits import RunConfig
from playground.core.nets import ACTIVATIONS
from playground.core.refusal import BadValue
from playground.lessons.racing.stack import Shape
from playground.lessons.racing.surfaces import SURFACES
from playground.lessons.racing.work import WIDTHS

FAN = 16  # seeds of a fan
UNPLANNED = 1000  # steps that the schedules reckon with when a race has no end
NETS = tuple(WIDTHS)
MOST_WORK = 1e9  # multiplications of a step: a second on a slow machine, and 100 MB
ALONE = 1e6  # multiplications that a pass of a single net could do in the time of its calls
DIGITS = 60_000
COURSE = (
    lane(0, "sgd", 0.01),
    lane(1, "momentum", 0.01, momentum=0.8),
    lane(2, "rmsprop", 0.01, alpha=0.9),
    lane(3, "adam", 0.01, beta2=0.99),
)
COURSE_STEPS = 384  # 12 epochs of 32 batches


@dataclass(frozen=True)
class RaceConfig(RunConfig):
    work: str = choice("curve", (*NETS, *SURFACES), group="data")
    samples: int = number(
        1000, 10, 2000, group="data", integer=True, slider=(20, 2000), shown_if=("work", ("curve", "spiral"))
    )
    noise: float = number(0.1, 0, 2, group="data", slider=(0, 1), shown_if=("work", ("curve", "spiral")))
    start_x: float = number(0, -10, 10, group="data", live=True, shown_if=("work", ()))  # dropped on the map instead
    start_y: float = number(0, -10, 10, group="data", live=True, shown_if=("work", ()))
    depth: int = number(1, 1, 4, group="net", integer=True, slider=(1, 4), shown_if=("work", NETS))
    hidden: int = number(20, 1, 64, group="net", integer=True, slider=(1, 64), shown_if=("work", NETS))
    activation: str = choice("relu", ACTIVATIONS, group="net", shown_if=("work", NETS))
    lanes: tuple[LaneSpec, ...] = lanes(COURSE, group="training")
    batch: int = number(32, 0, 1000, group="training", integer=True, slider=(0, 200), shown_if=("work", NETS))
    fan: bool = toggle(False, group="training", shown_if=("work", NETS))
    steps: int = number(COURSE_STEPS, 0, 1_000_000, group="run", integer=True, slider=(0, 5000), live=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        has_muon = any(spec.kind == "muon" for spec in self.lanes)
        if has_muon and self.work in SURFACES:
            raise BadValue("muon_surface")
        if has_muon and self.depth < 2:
            raise BadValue("muon_depth")
        if self.work in NETS and self._work_of_a_step() > MOST_WORK:
            raise BadValue("race_too_heavy")

    def _work_of_a_step(self) -> float:
        """About how many multiplications one forward pass of everybody takes; L-BFGS takes several."""
        again = sum(passes_of(spec) - 1 for spec in self.lanes)  # one net at a time, which has its price
        examples = DIGITS if self.work == "digits" else self.samples
        batch = min(self.batch or examples, examples)
        one = batch * self.shape.count
        return len(self.seeds) * (len(self.lanes) * one + again * (one + ALONE))

    @property
    def seeds(self) -> tuple[int, ...]:
        """One, or those of the fan: each is the race that this seed gives alone."""
        return tuple(self.seed + place for place in range(FAN if self.fan else 1))

    @property
    def shape(self) -> Shape:
        first, last = WIDTHS[self.work]
        return Shape((first, *[self.hidden] * self.depth, last), self.activation)

    @property
    def planned(self) -> int:
        """The steps that schedules reckon with."""
        return self.steps or UNPLANNED

    @property
    def start(self) -> tuple[float, float]:
        """Where the balls start; (0, 0) stands for the place that suits the surface."""
        given = self.start_x, self.start_y
        return given if any(given) else SURFACES[self.work].start

    @property
    def slots(self) -> tuple[int, ...]:
        return tuple(spec.slot for spec in self.lanes)


def passes_of(spec: LaneSpec) -> float:
    """How often a lane computes its loss in a step."""
    return 1 + 1.25 * spec.option("iterations") if spec.kind == "lbfgs" else 1.0


def median_of_sound(values: torch.Tensor) -> torch.Tensor:
    """values (lanes, seeds) → the median over the seeds that have not diverged, (lanes,); -1 where none is left."""
    return torch.nanmedian(values, dim=1).values.nan_to_num(-1.0)
