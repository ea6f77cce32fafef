"""All that can be set about an agent and its world."""

from __future__ import annotations

from dataclasses import dataclass, replace

from playground.core.knobs import choice, number, toggle
from playground.core.limits import RunConfig
from playground.rl.qnet import INITS
from playground.rl.worlds import KINDS

SWITCHES = ("done_mask", "reward", "target_net", "replay", "double", "dueling")  # what a rival may have otherwise
TARGETS = ("hard", "soft", "none")


@dataclass(frozen=True)
class DqnConfig(RunConfig):
    world: str = choice("cartpole", KINDS, group="data")
    reward: str = choice("shaped", ("shaped", "plain"), group="data")
    rival: str = choice("nobody", ("nobody", *SWITCHES), group="data")
    envs: int = number(1, 1, 64, group="data", integer=True, slider=(1, 16))
    hidden: int = number(50, 4, 256, group="net", integer=True, slider=(8, 256))
    depth: int = number(1, 1, 3, group="net", integer=True)
    init: str = choice("narrow", INITS, group="net")
    double: bool = toggle(False, group="net")
    dueling: bool = toggle(False, group="net")
    epsilon: float = number(0.1, 0, 1, group="training", live=True)
    lr: float = number(0.01, 1e-6, 10, group="training", slider=(1e-5, 0.1), log=True, live=True)
    done_mask: bool = toggle(False, group="training")
    target_net: str = choice("hard", TARGETS, group="training")
    target_every: int = number(
        100, 1, 100_000, group="training", integer=True, slider=(1, 500), shown_if=("target_net", ("hard",))
    )
    tau: float = number(
        0.01, 1e-5, 1, group="training", slider=(1e-3, 0.2), log=True, shown_if=("target_net", ("soft",))
    )
    replay: bool = toggle(True, group="training")
    gamma: float = number(0.9, 0, 1, group="training", slider=(0.8, 1))
    loss: str = choice("mse", ("mse", "huber"), group="training")
    batch: int = number(32, 1, 1000, group="training", integer=True, slider=(1, 256))
    memory: int = number(2000, 10, 200_000, group="training", integer=True, slider=(100, 20_000))
    prefill: int = number(2000, 1, 100_000, group="training", integer=True, slider=(1, 5000))
    every: int = number(1, 1, 1000, group="training", integer=True, slider=(1, 16))
    updates: int = number(1, 1, 1000, group="training", integer=True, slider=(1, 8))
    epsilon_start: float = number(0.1, 0, 1, group="training")
    epsilon_steps: int = number(0, 0, 1_000_000, group="training", integer=True, slider=(0, 50_000))
    steps: int = number(30_000, 0, 1_000_000, group="run", integer=True, slider=(0, 100_000), live=True)
    solved: bool = toggle(True, group="run", live=True)


def rival_config(config: DqnConfig) -> DqnConfig:
    """The same agent with one switch the other way."""
    match config.rival:
        case "reward":
            return replace(config, reward="plain" if config.reward == "shaped" else "shaped")
        case "target_net":
            return replace(config, target_net="hard" if config.target_net == "none" else "none")
        case name:
            return config.changed({name: not getattr(config, name)})
