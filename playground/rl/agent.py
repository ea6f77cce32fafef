"""A deep Q-network at work: it acts in its world, remembers, and learns from its memory."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from playground.core.state import Parts, State
from playground.rl.adam import Adam
from playground.rl.config import DqnConfig
from playground.rl.dice import restore, written
from playground.rl.qnet import QNet, Quick
from playground.rl.replay import Batch, Replay
from playground.rl.trail import Trail
from playground.rl.worlds import World

EPISODES = 20_000  # remembered


class Agent:
    """Everything random about it comes from generators of its own, so that a rival beside it changes nothing."""

    def __init__(self, config: DqnConfig, device: torch.device) -> None:
        self.config = config
        self._device = device
        self.world = World(config.world, config.envs, config.reward, config.seed)
        kind = self.world.kind
        width = len(kind.scale)
        torch.manual_seed(config.seed + 1)
        widths = (width, *[config.hidden] * config.depth, kind.actions)
        self.net = QNet(widths, config.dueling, config.init).to(device)
        self.target = self.net if config.target_net == "none" else deepcopy(self.net)
        self.quick = Quick(self.net)
        self.quick_target = self.quick if self.target is self.net else Quick(self.target)
        self.optimizer = Adam(self.net.parameters(), lr=config.lr)
        self.loss_of = functional.mse_loss if config.loss == "mse" else functional.smooth_l1_loss
        self.memory = Replay(max(config.memory, config.envs), width, config.seed + 2)
        self.dice = np.random.default_rng(config.seed + 3)
        self._parameters = list(self.net.parameters())
        self.fast, self.slow = ([weight.detach() for weight in net.parameters()] for net in (self.net, self.target))
        self.trail = Trail(self.world)
        self.returns: deque[float] = deque(maxlen=EPISODES)  # of the episodes that are over
        self.ended = 0  # episodes that are over
        self.acts = 0  # steps of all copies together
        self.learns = 0
        self.loss: Tensor | None = None

    @property
    def epsilon(self) -> float:
        """The share of random actions now: from epsilon_start down to epsilon in so many steps."""
        start, end, steps = self.config.epsilon_start, self.config.epsilon, self.config.epsilon_steps
        if not steps:
            return end
        return end + (start - end) * max(0.0, 1 - self.acts / steps)

    def act(self) -> None:
        """One step of all copies of the world, mostly with the best action, sometimes with a random one."""
        world, states = self.world, self.world.states
        actions = self.quick(states).argmax(axis=1)
        epsilon = self.epsilon
        blind = np.flatnonzero(self.dice.random(world.copies) < epsilon)
        if blind.size:
            actions[blind] = self.dice.integers(world.kind.actions, size=blind.size)
        outcome = world.step(actions)
        self.memory.store(states, actions, outcome.rewards, outcome.nexts, outcome.terminated)
        self.acts += world.copies
        self.trail.add(int(actions[0]), outcome)
        for _, gained in world.ended:
            self.ended += 1
            self.returns.append(gained)

    def learn(self) -> Iterator[str]:
        """One update of the net, in named stages."""
        config = self.config
        batch = self.memory.sample(config.batch) if config.replay else self.memory.newest(config.envs)
        for parameter in self._parameters:  # optimizer.zero_grad() without its profiling hook, 5 µs a step
            parameter.grad = None
        chosen = self.net(self._tensor(batch.states)).gather(1, self._tensor(batch.actions))  # (batch, 1)
        yield "forward"
        loss = self.loss_of(chosen, self._tensor(self.aim(batch)))
        yield "loss"
        loss.backward()  # type: ignore[no-untyped-call]
        yield "backward"
        self.optimizer.step()
        self.learns += 1
        self.follow()
        self.loss = loss.detach()
        yield "update"

    def _tensor(self, array: NDArray[Any]) -> Tensor:
        return torch.from_numpy(array).to(self._device)

    def aim(self, batch: Batch) -> NDArray[np.float32]:
        """What the Q-value of each action should have been: its reward and the best that can follow, (batch, 1)."""
        config = self.config
        values = self.quick_target(batch.nexts)  # (batch, actions)
        if config.double:  # the net chooses, the target says what the choice is worth
            best = self.quick(batch.nexts).argmax(axis=1, keepdims=True)
            later = np.take_along_axis(values, best, axis=1)
        else:
            later = values.max(axis=1, keepdims=True)
        if config.done_mask:
            later = later * (1 - batch.terminated)
        aim: NDArray[np.float32] = batch.rewards + config.gamma * later
        return aim

    def follow(self) -> None:
        """Bring the target net nearer to the one that learns: all at once now and then, or a little each time."""
        config = self.config
        if config.target_net == "hard" and self.learns % config.target_every == 0:
            torch._foreach_copy_(self.slow, self.fast)
        elif config.target_net == "soft":
            torch._foreach_lerp_(self.slow, self.fast, config.tau)

    def push(self, strength: float) -> None:
        """Hit the first copy; no row of the memory tells of it, the next one starts from where it stands then."""
        strengths = np.zeros(self.world.copies)
        strengths[0] = strength
        self.world.push(strengths)
        self.trail.moved()

    def tune(self, config: DqnConfig) -> None:
        """Take over the live knobs."""
        self.config = config
        for group in self.optimizer.param_groups:
            group["lr"] = config.lr

    def state(self) -> State:
        gained = torch.tensor(list(self.returns), dtype=torch.float64)
        return {
            "net": self.net,
            **({} if self.target is self.net else {"target": self.target}),
            "optimizer": self.optimizer,
            "world": self.world.state(),
            "memory": self.memory.state(),
            "trail": self.trail.state(),
            "dice": written(self.dice),
            "episodes": gained,
            "ended": self.ended,
            "acts": self.acts,
            "learns": self.learns,
            "loss": None if self.loss is None else float(self.loss),
        }

    def restore(self, parts: Parts) -> None:
        """Take the state of another agent under the same config; raises BadValue where it does not fit."""
        self.ended, self.acts, self.learns = (parts.count(name) for name in ("ended", "acts", "learns"))
        most = self.world.kind.most_steps
        gained = parts.array("episodes", np.zeros(min(self.ended, EPISODES)), -most, most)
        self.returns.extend(gained.tolist())
        self.world.restore(parts.under("world"))
        self.memory.restore(parts.under("memory"), self.world.kind.actions)
        self.trail.restore(parts.under("trail"))
        restore(self.dice, parts, "dice")
        parts.fill("net", self.net)
        if self.target is not self.net:
            parts.fill("target", self.target)
        parts.fill("optimizer", self.optimizer)
        loss = parts.maybe("loss")
        self.loss = None if loss is None else torch.tensor(loss, device=self._device)

    def average(self, last: int) -> float:
        """The mean return of the last episodes; no number before the first is over."""
        return float(np.mean(newest(self.returns, last))) if self.returns else math.nan

    def values(self) -> NDArray[np.float32]:
        """What the net expects of each action where the first copy stands now: (actions,)."""
        values: NDArray[np.float32] = self.quick(self.world.states[:1])[0]
        return values


def newest(values: deque[float], count: int) -> list[float]:
    """The last ones, the very last first; a deque has no slices."""
    return [values[-1 - place] for place in range(min(count, len(values)))]
