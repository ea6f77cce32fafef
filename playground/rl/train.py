"""Trains the shipped agents, so that anyone can make their weights again and see where each figure comes from."""

from __future__ import annotations

import argparse
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file, save_file
from torch import Tensor

from playground.rl.agent import Agent
from playground.rl.config import DqnConfig
from playground.rl.exam import EXAM_SEED
from playground.rl.qnet import Layers, Quick, folded
from playground.rl.worlds import KINDS, World

PUSH_CHANCE = 0.02  # a copy is pushed at a step, so that the agent learns to take it
STRONGEST = 1.0
EXAMS = 60  # spread evenly over the training; the weights of the best one are kept
FOLDER = Path(__file__).parents[2] / "assets" / "agents"

BASE = DqnConfig(
    reward="plain", envs=32, hidden=64, init="standard", double=True, done_mask=True, target_net="soft", tau=0.02,
    gamma=0.98, loss="huber", lr=0.001, batch=256, memory=50_000, prefill=1000, epsilon=0.05, epsilon_start=1,
    epsilon_steps=20_000,
)  # fmt: skip
CONFIGS = {
    "cartpole": replace(BASE, world="cartpole", reward="shaped", gamma=0.95),
    "acrobot": replace(BASE, world="acrobot", envs=8, gamma=0.99),
    "mountaincar": replace(
        BASE, world="mountaincar", reward="shaped", envs=16, gamma=0.95, lr=0.002, epsilon_steps=10_000
    ),
}


def trial(quick: Quick, world: str, episodes: int, chance: float, seed: int) -> NDArray[np.float64]:
    """The returns (episodes,) of greedy episodes in which each step brings a random push with this chance."""
    room = World(world, episodes, "plain", EXAM_SEED + seed)
    dice = np.random.default_rng(seed)
    returns, waiting = np.zeros(episodes), np.ones(episodes, dtype=bool)
    while waiting.any():
        room.step(quick(room.states).argmax(axis=1))
        for place, gained in room.ended:
            if waiting[place]:
                returns[place], waiting[place] = gained, False
        if chance:
            room.push(_pushes(dice, episodes, chance))
    return returns


def _pushes(dice: np.random.Generator, copies: int, chance: float) -> NDArray[np.float64]:
    return dice.uniform(-STRONGEST, STRONGEST, copies) * (dice.random(copies) < chance)


def train(config: DqnConfig, acts: int, device: torch.device) -> Layers:
    """The layers of the agent whose greedy episodes, with pushes and without, went best during so many acts."""
    agent = Agent(config, device)
    dice = np.random.default_rng(config.seed + 9)
    found, best = folded(agent.net), -np.inf
    began, due = time.perf_counter(), acts // EXAMS
    while agent.acts < acts:
        agent.act()
        agent.world.push(_pushes(dice, config.envs, PUSH_CHANCE))
        if agent.acts >= config.prefill:
            for _ in agent.learn():
                pass
        if agent.acts >= due:
            due += acts // EXAMS
            calm, rough = (trial(agent.quick, config.world, 50, chance, 1).mean() for chance in (0.0, PUSH_CHANCE))
            seconds = time.perf_counter() - began
            print(f"acts {agent.acts:7,}  calm {calm:6.1f}  pushed {rough:6.1f}  {seconds:4.0f} s", flush=True)
            if calm + rough > best:
                best, found = calm + rough, [(weight.clone(), bias.clone()) for weight, bias in folded(agent.net)]
    return found


def table(layers: Layers, scale: tuple[float, ...]) -> dict[str, Tensor]:
    """What a file of weights holds."""
    parts = {
        f"{place}.{name}": value for place, layer in enumerate(layers) for name, value in zip(NAMES, layer, strict=True)
    }
    return {**{name: value.contiguous().cpu() for name, value in parts.items()}, "scale": torch.tensor(scale)}


NAMES = ("weight", "bias")


def load_agent(world: str, folder: Path = FOLDER) -> Quick:
    """A shipped agent, ready to answer states that are scaled as its world scales them."""
    parts = load_file(folder / f"{world}.safetensors")
    count = sum(name.endswith(".bias") for name in parts)
    return Quick([(parts[f"{place}.weight"], parts[f"{place}.bias"]) for place in range(count)])


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m playground train agent", description=__doc__)
    parser.add_argument("--world", choices=list(KINDS), default="cartpole")
    parser.add_argument("--out", type=Path, default=None, help="a file; assets/agents/WORLD.safetensors without it")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--acts", type=int, default=300_000)
    chosen = parser.parse_args(arguments)
    torch.set_num_threads(1)
    config = replace(CONFIGS[chosen.world], seed=chosen.seed)
    layers = train(config, chosen.acts, torch.device("cpu"))
    out: Path = chosen.out or FOLDER / f"{chosen.world}.safetensors"
    out.parent.mkdir(parents=True, exist_ok=True)
    averages = {}
    for name, chance in (("calm", 0.0), ("pushed", PUSH_CHANCE)):
        returns = trial(Quick(layers), chosen.world, 1000 if chosen.world == "cartpole" else 100, chance, 2)
        averages[name] = returns.mean()
        print(f"{name}: mean return {returns.mean():.1f}, worst {returns.min():.0f}, over {len(returns)} episodes")
    save_file(table(layers, KINDS[chosen.world].scale), out, {"average": f"{averages['calm']:.1f}"})


if __name__ == "__main__":
    main()
