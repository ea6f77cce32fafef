"""Finds a learning rate for a lane: raises it step by step on a copy of the first net and watches the loss."""

from __future__ import annotations

import math
from dataclasses import replace

import torch
from torch import Tensor

from playground.core.lanes import LaneSpec
from playground.core.pictures import Sweep
from playground.lessons.racing.config import RaceConfig
from playground.lessons.racing.lane import Lane
from playground.lessons.racing.stack import Stack
from playground.lessons.racing.work import Heats, Work

SWEEP_STEPS = 120
FROM, TO = 1e-5, 10.0
LOST = 4.0  # times the lowest loss: from there on it only explodes
WINDOW = 6  # steps over which the fall is measured
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
    """The curve up to where it explodes; suggested is the rate in the middle of its steepest fall, by factors."""
    lowest = torch.cummin(losses.nan_to_num(math.inf), dim=0).values
    fine = torch.isfinite(losses) & (losses <= LOST * lowest)
    count = int(fine.int().cumprod(dim=0).sum())
    rates, curve = rates[:count], losses[:count]
    bottom = int(curve.argmin()) if count else 0
    suggestion = 0.0
    if bottom >= WINDOW and curve[bottom] < LEAST_FALL * curve[0]:
        logs = curve[: bottom + 1].clamp_min(1e-12).log()
        suggestion = float(rates[int((logs[WINDOW:] - logs[:-WINDOW]).argmin()) + WINDOW // 2])
    return Sweep(slot, rates, curve, torch.tensor(suggestion))
