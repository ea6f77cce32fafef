"""Finds a learning rate for a lane: raises it step by step on a copy of the first net and watches the loss."""

from __future__ import annotations

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
SMOOTH = 0.85  # how much of the running mean stays at each step
LOST = 4.0  # times the lowest smoothed loss: from there on it only explodes


@torch.enable_grad()
def sweep(spec: LaneSpec, work: Work, start: Tensor, config: RaceConfig) -> Sweep:
    """start (1, parameters). Neither the race nor its batches notice."""
    stack = Stack(config.shape, start.clone())
    batches = Heats(work, config.seeds[:1], config.batch)
    plain = replace(spec, schedule="constant", lr=FROM)
    assert stack.rows.grad is not None
    lane = Lane(plain, stack.rows.data, stack.rows.grad, config.shape.sizes, SWEEP_STEPS, 0)
    rates = torch.logspace(-5, 1, SWEEP_STEPS).tolist()
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
        losses.append(loss.detach())
    return _read(spec.slot, torch.tensor(rates), torch.cat(losses).cpu())


def _read(slot: int, rates: Tensor, losses: Tensor) -> Sweep:
    """The smoothed curve up to where it explodes; suggested is the rate at which it falls fastest."""
    smooth, mean = [], 0.0
    for step, loss in enumerate(losses.tolist(), start=1):
        mean = SMOOTH * mean + (1 - SMOOTH) * loss
        smooth.append(mean / (1 - SMOOTH**step))
        if not smooth[-1] <= LOST * min(smooth[0], *smooth):  # NaN compares false
            smooth.pop()
            break
    curve = torch.tensor(smooth)
    lowest = int(curve.argmin()) if len(curve) else 0
    suggestion = 0.0
    if lowest > 2:
        falls = curve[1 : lowest + 1] - curve[:lowest]
        suggestion = float(rates[int(falls.argmin())])
    return Sweep(slot, rates[: len(curve)], curve, torch.tensor(suggestion))
