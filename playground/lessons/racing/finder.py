"""Finds a learning rate for a lane: raises it step by step on a copy of the first net and watches the loss."""

from __future__ import annotations

import math
from dataclasses import replace

import torch
from torch import Tensor

from playground.core.lanes import MOST_LANES, LaneSpec
from playground.core.refusal import BadValue
from playground.core.state import Parts
from playground.core.trackside import Sweep
from playground.lessons.racing.config import RaceConfig
from playground.lessons.racing.heats import Heats
from playground.lessons.racing.lane import Lane
from playground.lessons.racing.stack import Stack
from playground.lessons.racing.work import Work

SWEEP_STEPS = 120
FROM, TO = 1e-5, 10.0
LOST = 4.0  # times the lowest loss: from there on it only explodes
LEAST_FALL = 0.98  # a lowest loss above this share of the first is no fall


@torch.enable_grad()
def sweep(spec: LaneSpec, work: Work, start: Tensor, config: RaceConfig) -> Sweep:
    """start (1, parameters). Neither the race nor its batches notice.

    The losses are those on all the data after each update: a batch's own would say more of the batch than of the rate.
    """
    stack = Stack(config.shape, start.clone())
    batches = Heats(work, config.seeds[:1], config.batch)
    plain = replace(spec, schedule="constant", lr=FROM)
    assert stack.rows.grad is not None
    lane = Lane(plain, stack.rows.data, stack.rows.grad, config.shape.sizes, SWEEP_STEPS, 0)
    rates = torch.logspace(math.log10(FROM), math.log10(TO), SWEEP_STEPS).tolist()
    losses = []
    for rate in rates:
        for optimizer in lane.optimizers:
            optimizer.param_groups[0]["lr"] = rate
        inputs, targets = (part[:1] for part in next(batches))
        stack.zero_grad()
        loss = work.losses(stack(inputs), targets)
        loss.sum().backward()  # type: ignore[no-untyped-call]

        def again(seed: int, weights: Tensor, inputs: Tensor = inputs, targets: Tensor = targets) -> Tensor:
            return work.losses(config.shape.forward(weights.unsqueeze(0), inputs), targets)[0]

        lane.step(loss.detach(), again)
        with torch.no_grad():
            losses.append(work.grade_one(stack.rows))
    return _read(spec.slot, torch.tensor(rates), torch.stack(losses).cpu())


def _read(slot: int, rates: Tensor, losses: Tensor) -> Sweep:
    """The curve up to where it explodes, and a quarter of the rate at which it is lowest.

    Measured on three works with eleven kinds, a race of its own for each rate: a quarter trains as well as any; the
    rate of the steepest fall, as others suggest, is off by a factor of ten now and then.
    """
    lowest = torch.cummin(losses.nan_to_num(math.inf), dim=0).values
    fine = torch.isfinite(losses) & (losses <= LOST * lowest)
    count = int(fine.int().cumprod(dim=0).sum())
    rates, curve = rates[:count], losses[:count]
    suggestion = torch.zeros(())
    if count and curve.min() < LEAST_FALL * curve[0]:
        suggestion = rates[curve.argmin()] / 4
    return Sweep(slot, rates, curve, suggestion)


def restored_sweep(parts: Parts) -> Sweep | None:
    """The sweep that was shown when a race was kept, if there was one; raises BadValue."""
    if not parts.tensors and not parts.plain:
        return None
    number = torch.empty(())
    rates, losses = (parts.rows(name, number, SWEEP_STEPS) for name in ("rates", "losses"))
    suggestion = parts.tensor("suggestion", number)
    if len(rates) != len(losses) or not all(bool(each.isfinite().all()) for each in (rates, losses, suggestion)):
        raise BadValue("bad_run_part", part="sweep")
    return Sweep(parts.between("slot", 0, MOST_LANES - 1), rates, losses, suggestion)
