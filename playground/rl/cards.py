"""Detectors of what goes wrong with an agent."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from playground.core.cards import Card, Signs
from playground.rl.agent import Agent
from playground.rl.config import DqnConfig

LEARNT = 100  # updates before anything is said
ASKED = 256  # remembered moments
BEYOND = 1.5  # times what the best game could bring
NEARLY = 0.8  # of it, while the games are short
SHORT = 30  # steps
PATIENT = 300  # updates after which a sound CartPole agent has left the first falls behind
TIMID = 2e-4  # a learning rate: at 1e-4 the course's agent still falls after 10 steps at its 3000th update
HIGHEST = 1e9  # a number that is shown is finite


def symptoms(agent: Agent) -> dict[str, Tensor]:
    """expected: the mean of the best Q-values over remembered moments; possible: the most that a game can bring."""
    if agent.learns < LEARNT:
        return {}
    weight = next(agent.net.parameters())
    rows = torch.from_numpy(agent.memory.spread(ASKED)).to(weight.device)
    width = agent.memory.width
    rewards = rows[:, width + 1].abs().max()
    sight = 1 / max(1e-3, 1 - agent.config.gamma)  # steps that the discount lets count; none is longer than a game
    expected = agent.net(rows[:, :width]).amax(dim=1).mean()
    possible = rewards * min(sight, agent.world.kind.most_steps)
    return {
        "expected": torch.nan_to_num(expected).clamp(-HIGHEST, HIGHEST),
        "possible": possible,
        "learns": torch.tensor(agent.learns),
    }


def _facts(signs: Signs) -> dict[str, object]:
    _, returns = signs.series("return")
    average = f"{float(returns[-1]):.0f}" if len(returns) else "0"
    return {"expected": signs.number("expected"), "possible": signs.number("possible"), "average": average}


def blow_up(signs: Signs) -> Card | None:
    """The net expects more than any game can bring."""
    config: DqnConfig = signs.config
    if not abs(signs.number("expected", 0)) > BEYOND * signs.number("possible", 1):
        return None
    return Card("blow_up", _facts(signs), _calm(config))


def _calm(config: DqnConfig) -> dict[str, Any]:
    """What keeps the goals from running ahead of the net."""
    if config.reward == "plain" and not config.done_mask:
        return {"done_mask": True}
    if config.target_net == "none":
        return _followed(config)
    return {"loss": "huber", "double": True, "done_mask": True, "lr": float(f"{config.lr / 5:.2g}")}


def _followed(config: DqnConfig) -> dict[str, Any]:
    """Goals that follow the net slowly, and steps that are not too large."""
    return {"target_net": "soft", "tau": 0.02, "double": True, "done_mask": True, "lr": min(config.lr, 0.005)}


def diverged(signs: Signs) -> Card | None:
    """Blown up before anybody could look: the weights are sound ones again, and what they expect says nothing."""
    if signs.stop is None or signs.stop.reason != "diverged":
        return None
    facts, fix = {**signs.stop.facts, "lr": signs.config.lr}, _followed(signs.config)
    return Card("runaway", facts, fix) if signs.config.target_net == "none" else Card("diverged", facts, fix)


def endless(signs: Signs) -> Card | None:
    """Without the done-mask each moment seems worth an endless game, so nothing warns of the fall."""
    config: DqnConfig = signs.config
    _, returns = signs.series("return")
    if config.done_mask or config.reward != "plain" or config.world != "cartpole" or not len(returns):
        return None
    share = signs.number("expected", 0) / signs.number("possible", 1)
    if not NEARLY <= share <= BEYOND or returns[-1] > SHORT:
        return None
    return Card("endless", _facts(signs), {"done_mask": True})


def timid(signs: Signs) -> Card | None:
    """After many updates the agent still falls at once: each of them is tiny."""
    _, returns = signs.series("return")
    config: DqnConfig = signs.config
    if config.world != "cartpole" or config.lr > TIMID or not len(returns) or returns[-1] > SHORT:
        return None
    if signs.number("learns", 0) < PATIENT:
        return None
    facts = {"learns": int(signs.number("learns")), "average": f"{float(returns[-1]):.0f}", "lr": config.lr}
    return Card("timid_agent", facts, {"lr": 0.01}, restarts=False)
