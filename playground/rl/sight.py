"""Draws an agent: its world in motion, what it expects all over a plane of states, what it remembers, how it fared."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from playground.core.pictures import QMap, Remembered, Scene
from playground.rl.agent import Agent
from playground.rl.plane import PLANES, grid, share
from playground.rl.qnet import folded

SIDE = 41  # of the map
MOST_REMEMBERED = 700  # dots: more hide one another
MOST_EPISODES = 240  # points of a curve
WINDOW = 20  # episodes of the moving average
FULL_REWARD = 1.0  # rewards beyond this have the full colour


def scene(agent: Agent, filled: float, with_net: bool) -> Scene:
    layers = tuple(folded(agent.net)) if with_net else ()
    kind = agent.world.kind
    return Scene(agent.config.world, agent.trail.table(), agent.values(), filled, kind.scale, layers)


def qmap(agent: Agent) -> QMap:
    """What the net expects over the plane, with the rest of the state as it is now."""
    plane = PLANES[agent.config.world]
    device = agent.net.out.weight.device
    now = torch.from_numpy(agent.world.unscaled(agent.world.states[0])).to(device)
    states = grid(plane, now, SIDE) * torch.tensor(agent.world.kind.scale, device=device)
    values = agent.net(states)  # (SIDE · SIDE, actions)
    best = values.amax(dim=1).view(SIDE, SIDE)
    edge = (values[:, -1] - values[:, 0]).view(SIDE, SIDE)
    low, high, most = best.amin(), best.amax(), edge.abs().amax()
    x, y = plane.take(now.cpu().unsqueeze(0))
    return QMap(
        best=255 * (best - low) / (high - low).clamp_min(1e-9),
        edge=edge / most.clamp_min(1e-9),
        span=torch.stack([low, high, most]),
        x_range=plane.x_range,
        y_range=plane.y_range,
        at=(float(x), float(y)),
    )


def remembered(agent: Agent) -> Remembered:
    plane, memory = PLANES[agent.config.world], agent.memory
    rows = torch.from_numpy(memory.spread(MOST_REMEMBERED)).to(agent.net.out.weight.device)
    scale = torch.tensor(agent.world.kind.scale, device=rows.device)
    xs, ys = plane.take(rows[:, : memory.width] / scale)
    places = torch.stack([share(xs, plane.x_range), share(ys, plane.y_range)], dim=1)
    colours = (rows[:, memory.width + 1] / FULL_REWARD).clamp(-1, 1)
    return Remembered(
        255 * places, colours, plane.x_range, plane.y_range, len(memory), memory.capacity, memory.seen % memory.capacity
    )


def returns(agent: Agent) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The return of each episode and its moving average over the last ones, both (2, n) over the episode's number."""
    gained = np.array(agent.returns, dtype=np.float32)
    numbers = np.arange(agent.ended - len(gained) + 1, agent.ended + 1)
    table = np.stack([numbers, gained]).astype(np.float32)
    sums = np.concatenate([[0.0], np.cumsum(gained, dtype=np.float64)])
    ends = np.arange(1, len(gained) + 1)
    starts = np.maximum(0, ends - WINDOW)
    average = np.stack([table[0], (sums[ends] - sums[starts]) / (ends - starts)]).astype(np.float32)
    thin = _thinned(table.shape[1])
    return table[:, thin], average[:, thin]


def _thinned(count: int) -> NDArray[np.int64]:
    """Evenly chosen places, the newest always among them."""
    step = max(1, -(-count // MOST_EPISODES))
    return np.arange(count - 1, -1, -step)[::-1]
