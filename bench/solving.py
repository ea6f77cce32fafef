"""CartPole until it is solved: seconds of training, seed by seed, against Stable-Baselines3 as published."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import torch
from torch import nn

from playground.core.run import Run
from playground.lessons.dqn import DQN, MODERN, PLAIN
from playground.rl.config import DqnConfig
from playground.rl.exam import EXAM_SEED, examine
from playground.rl.qnet import Quick

CPU = torch.device("cpu")
SOLVED = 475
EXAM_EVERY = 1000  # environment steps between two exams, for both sides; the time of exams is not counted
SB3_STEPS = 50_000  # as published
SHAPED_SEEDS = range(1, 11)
PLAIN_SEEDS = range(1, 6)
SB3_NET = {"net_arch": [256, 256]}
SB3 = {
    "learning_rate": 2.3e-3, "batch_size": 64, "buffer_size": 100_000, "learning_starts": 1000, "gamma": 0.99,
    "target_update_interval": 10, "train_freq": 256, "gradient_steps": 128, "exploration_fraction": 0.16,
    "exploration_final_eps": 0.04, "policy_kwargs": SB3_NET,
}  # fmt: skip  # rl-baselines3-zoo, CartPole-v1


def seconds(work: Callable[[], object]) -> float:
    """Processor seconds of work in one thread: other programs on the machine count for neither side."""
    began = time.process_time()
    work()
    return time.process_time() - began


def published(seed: int) -> Any:
    from stable_baselines3 import DQN as Sb3Dqn

    return Sb3Dqn("MlpPolicy", "CartPole-v1", seed=seed, device="cpu", **SB3)


def _passes(quick: Quick) -> bool:
    """Whether 100 greedy episodes reach the mark; 20 are asked first."""
    return bool(
        examine(quick, "cartpole", 20).mean() >= SOLVED
        and examine(quick, "cartpole", 100, seed=EXAM_SEED + 1).mean() >= SOLVED
    )


def solve_ours(config: DqnConfig, seed: int) -> tuple[float, int, bool]:
    """Seconds of training, environment steps, and whether the world was solved within ten times SB3's steps."""
    run = Run(DQN.build, replace(config, seed=seed, steps=0, solved=False), CPU)
    agent = run._trainer.agent  # type: ignore[attr-defined]
    spent, due, done = 0.0, EXAM_EVERY, False
    while not done and agent.acts < 10 * SB3_STEPS:
        steps = max(1, (due - agent.acts) // config.envs)
        spent += seconds(lambda: run.advance(steps=steps))  # noqa: B023
        if agent.acts >= due - config.envs:
            due += EXAM_EVERY
            done = _passes(agent.quick)
    return spent, agent.acts, done


def solve_sb3(seed: int) -> tuple[float, int, bool]:
    """The same for Stable-Baselines3, which stops at the published number of steps."""
    from stable_baselines3.common.callbacks import BaseCallback

    class Exams(BaseCallback):  # type: ignore[misc]
        spent, done, due = 0.0, False, EXAM_EVERY

        def _on_step(self) -> bool:
            if self.num_timesteps >= self.due:
                self.due += EXAM_EVERY
                began = time.process_time()
                layers = [layer for layer in self.model.q_net.q_net if isinstance(layer, nn.Linear)]
                self.done = _passes(Quick([(layer.weight, layer.bias) for layer in layers]))
                self.spent += time.process_time() - began
            return not self.done

    exams, model = Exams(), published(seed)
    spent = seconds(lambda: model.learn(SB3_STEPS, callback=exams))
    return spent - exams.spent, model.num_timesteps, exams.done


def report() -> None:
    """Seed by seed: the time until 100 greedy episodes average 475."""
    print(f"  CartPole-v1 until 100 greedy episodes average {SOLVED}, exams apart, 64 carts at once on our side:")
    shaped, plain = [], []
    for seed in SHAPED_SEEDS:
        theirs = solve_sb3(seed)
        ours = solve_ours(MODERN, seed)
        shaped.append(theirs[0] / ours[0])
        line = f"    seed {seed:2}  SB3 {_told(theirs)}  shaped {_told(ours)} ×{shaped[-1]:.1f}"
        if seed in PLAIN_SEEDS:
            ours = solve_ours(PLAIN, seed)
            plain.append(theirs[0] / ours[0])
            line += f"  plain {_told(ours)} ×{plain[-1]:.1f}"
        print(line, flush=True)
    print(f"    shaped: ×{statistics.median(shaped):.1f}, least ×{min(shaped):.1f} (wanted ×20 on each seed)")
    print(f"    plain:  ×{statistics.median(plain):.1f}, least ×{min(plain):.1f} (wanted ×4 on each seed)")


def _told(result: tuple[float, int, bool]) -> str:
    spent, acts, done = result
    return f"{spent:5.2f} s {acts:6,} steps{'' if done else ' UNSOLVED'}"
