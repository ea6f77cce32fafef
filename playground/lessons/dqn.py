"""CartPole: an agent learns by trial and error, may be pushed, and plays against the visitor."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, ClassVar

import numpy as np
import torch
from torch import nn

from playground.core.cards import first_of
from playground.core.graph import Graph, Together
from playground.core.knobs import Config
from playground.core.lesson import Lesson, Preset
from playground.core.limits import Stop
from playground.core.pictures import Array, Curve, Picture, Pictures
from playground.core.refusal import BadValue, echo
from playground.core.state import Parts, State
from playground.core.trainer import Metrics, Trainer
from playground.rl.agent import Agent
from playground.rl.cards import blow_up, diverged, endless, symptoms, timid
from playground.rl.config import DqnConfig, rival_config
from playground.rl.exam import LONG, Exams, examine
from playground.rl.sight import WINDOW, qmap, remembered, returns, scene

FILLED_A_STEP = 20  # acts without learning in one step while the memory fills


class Dqn(Trainer):
    """One agent, or two in lock-step that differ in one switch."""

    CARDS = (first_of(endless, blow_up, diverged, timid),)
    EDITS: ClassVar[frozenset[str]] = frozenset({"push"})
    UNCHARTED: ClassVar[frozenset[str]] = frozenset({"return", "test_return", "epsilon", "acts"})

    def __init__(self, config: DqnConfig, device: torch.device) -> None:
        self._config = config
        self._device = device
        self.agents = [Agent(config, device)]
        if config.rival != "nobody":
            self.agents.append(Agent(rival_config(config), device))
        self.metrics = {}
        self._shows_net = False
        self._exams = Exams(config.world, self.agents)

    @property
    def agent(self) -> Agent:
        """The one that the visitor trains; the rival stands beside it."""
        return self.agents[0]

    @property
    def _filled(self) -> float:
        """How much of what must be remembered before learning is there, 0..1."""
        return min(1.0, self.agent.acts / self._config.prefill)

    def nets(self) -> tuple[nn.Module, ...]:
        return tuple(dict.fromkeys(net for agent in self.agents for net in (agent.net, agent.target)))

    def named_nets(self) -> Mapping[str, nn.Module]:
        """Those that act; the target nets only help them to learn."""
        names = ("agent", "rival") if len(self.agents) > 1 else ("",)
        return {name: agent.net for name, agent in zip(names, self.agents, strict=True)}

    def graph(self) -> Graph:
        """From the states as gymnasium tells them to the value of each action."""
        scale = torch.tensor(self.agent.world.kind.scale)
        net = Together((self.agent.net,), partial(torch.mul, scale))
        return Graph(net, torch.zeros(2, len(scale)), "states", ("values",))

    def stages(self) -> Iterator[str]:
        """One step of the world and its updates; before learning starts, several steps that only fill the memory."""
        config, first = self._config, self.agent
        is_filling = first.acts < config.prefill
        end = min(config.prefill, first.acts + FILLED_A_STEP) if is_filling else first.acts + config.envs
        while first.acts < end:
            for agent in self.agents:
                agent.act()
        if is_filling:
            yield self.STAGES[-1]
        elif config.every == 1 or (first.acts // config.envs) % config.every == 0:
            for _ in range(config.updates):
                yield from self._learn()
        else:
            yield self.STAGES[-1]
        losses = zip(("loss", "rival"), self.agents, strict=False)
        self.metrics = {name: agent.loss for name, agent in losses if agent.loss is not None}

    def _learn(self) -> Iterator[str]:
        """One update of each agent, in lock-step."""
        if len(self.agents) == 1:
            return self.agent.learn()
        return in_lock_step([agent.learn() for agent in self.agents])

    def measure(self) -> Metrics:
        agent = self.agent
        self.epoch = agent.trail.episode
        self._exams.sit_if_due()
        numbers = self.numbers()
        if not agent.ended:
            del numbers["return"]
        if self._exams.newest is not None:
            numbers["test_return"] = self._exams.newest
        return {name: torch.tensor(float(value), device=self._device) for name, value in numbers.items()}

    def numbers(self) -> dict[str, float]:
        """What can be said of the agent without an exam."""
        agent = self.agent
        return {"acts": agent.acts, "epsilon": agent.epsilon, "return": agent.average(WINDOW)}

    def symptoms(self) -> Metrics:
        return symptoms(self.agent)

    def measure_fully(self) -> Metrics:
        if not self.agent.learns:
            return {}
        returns = examine(self.agent.quick, self._config.world, LONG)
        return {"test_return": torch.tensor(float(returns.mean()))}

    def verdict(self) -> Stop | None:
        average = self._exams.newest
        if average is None or not (self._config.solved and self._exams.is_solved):
            return None
        return Stop("solved", {"average": round(average), "episodes": LONG, "acts": self.agent.acts})

    def look(self, *, closely: bool) -> Pictures:
        agent = self.agent
        pictures: dict[str, Picture] = {
            "scene": scene(agent, self._filled, self._shows_net),
            "qmap": qmap(agent),
            "replay": remembered(agent),
            "returns": self._draw_returns(),
        }
        if len(self.agents) > 1:
            pictures["rival"] = scene(self.agents[1], self._filled, False)
        return pictures

    def _draw_returns(self) -> Curve:
        lines: dict[str, Array] = {}
        for prefix, agent, marks in zip(("", "rival_"), self.agents, self._exams.marks, strict=False):
            lines[f"{prefix}return"], lines[f"{prefix}average"] = returns(agent)
            lines[f"{prefix}test"] = np.array(marks, dtype=np.float32).reshape(-1, 2).T
        kind = self.agent.world.kind
        return Curve(lines, y_range=(min(0.0, -kind.most_steps * (kind.solved < 0)), max(0.0, kind.solved)))

    def tune(self, config: Config) -> None:
        assert isinstance(config, DqnConfig)
        self._config = config
        self.agent.tune(config)
        for rival in self.agents[1:]:
            rival.tune(rival_config(config))

    def state(self) -> State:
        agents = {str(place): agent.state() for place, agent in enumerate(self.agents)}
        return {"agents": agents, "exams": self._exams.state()}

    def restore(self, parts: Parts) -> None:
        for place, agent in enumerate(self.agents):
            agent.restore(parts.under(f"agents.{place}"))
        self._exams.restore(parts.under("exams"))

    def check(self, name: str, value: Any) -> None:
        _strength(value)

    def probe(self, name: str, value: Any) -> None:
        """push: -1 … 1, a hit to the left or to the right; watch: whether frames carry the net itself."""
        if name == "push":
            for agent in self.agents:
                agent.push(_strength(value))
        elif name == "watch" and isinstance(value, bool):
            self._shows_net = value
        else:
            super().probe(name, value)


def in_lock_step(learners: Sequence[Iterator[str]]) -> Iterator[str]:
    """The stages of several who learn the same way, each stage when all have come to its end."""
    return (names[0] for names in zip(*learners, strict=True))


def _strength(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not -1 <= value <= 1:
        raise BadValue("bad_push", value=echo(value))
    return float(value)


MODERN = DqnConfig(
    envs=64, hidden=64, init="standard", done_mask=True, target_net="soft", tau=0.2, gamma=0.95, loss="huber", lr=0.02,
    batch=256, memory=2000, prefill=1000, epsilon=0.05, epsilon_start=0.5, epsilon_steps=2000, steps=2000,
)  # fmt: skip
PLAIN = replace(MODERN, reward="plain", hidden=128, double=True, gamma=0.98, lr=0.01, epsilon_steps=10_000, steps=3000)
ACROBOT = replace(
    MODERN, world="acrobot", envs=8, double=True, tau=0.02, gamma=0.99, lr=0.002, memory=50_000, epsilon_start=1,
    epsilon_steps=10_000, steps=20_000,
)  # fmt: skip
MOUNTAINCAR = replace(
    MODERN, world="mountaincar", envs=16, double=True, tau=0.02, lr=0.005, memory=50_000, epsilon_start=1,
    epsilon_steps=10_000, steps=10_000,
)  # fmt: skip
DQN = Lesson(
    key="dqn",
    config=DqnConfig,
    build=Dqn,
    presets={
        "405": Preset(DqnConfig()),
        "modern": Preset(MODERN, course=False),
        "plain": Preset(PLAIN, course=False),
        "acrobot": Preset(ACROBOT, course=False),
        "mountaincar": Preset(MOUNTAINCAR, course=False),
    },
    panels=("scene", "rival", "returns", "qmap", "replay", "loss"),
    pace=10 / 3,  # CartPole's 50 steps a second at 15 frames a second
    speeds=("slow", "one", "real", "four", "max", "headless"),
    aims=("test_return", "return"),
)
