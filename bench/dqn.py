"""CartPole: preset 405 against the course's script, and the way to a solved world against Stable-Baselines3."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from playground.core.run import Run
from playground.lessons.dqn import DQN, MODERN, PLAIN
from playground.rl.config import DqnConfig
from playground.rl.exam import examine
from playground.rl.qnet import Quick

CPU = torch.device("cpu")
ROUNDS = 41  # short ones: a shared machine disturbs each of them otherwise
STEPS = 256  # of one measurement
LOOK_EVERY = 8  # measurements: a headless run is looked at twice a second
SOLVED = 475
EXAM_EVERY = 1000  # environment steps between two exams, for both sides; the time of exams is not counted
SB3_STEPS = 50_000  # as published
SHAPED_SEEDS = range(1, 11)
PLAIN_SEEDS = range(1, 6)


class Course:
    """The course's script without its picture, with the time limit of 500 that the lesson has too."""

    def __init__(self) -> None:
        import gymnasium

        self.env: Any = gymnasium.make("CartPole-v1").unwrapped
        self.net, self.target = self._net(), self._net()
        self.learned = self.stored = self.length = 0
        self.memory = np.zeros((2000, 10))
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=0.01)
        self.loss_of = nn.MSELoss()
        self.state: NDArray[np.float32] = self.env.reset(seed=1)[0]
        while self.stored <= 2000:
            self.step()

    def _net(self) -> nn.Sequential:
        layers = nn.Linear(4, 50), nn.Linear(50, 2)
        for layer in layers:
            nn.init.normal_(layer.weight, 0, 0.1)
        return nn.Sequential(layers[0], nn.ReLU(), layers[1])

    def step(self) -> None:
        state = torch.unsqueeze(torch.FloatTensor(self.state), 0)
        if np.random.uniform() < 0.9:
            action = int(torch.max(self.net(state), 1)[1].numpy()[0])
        else:
            action = int(np.random.randint(0, 2))
        following, _, fallen, _, _ = self.env.step(action)
        x, _, theta, _ = following
        reward = (self.env.x_threshold - abs(x)) / self.env.x_threshold - 0.8
        reward += (self.env.theta_threshold_radians - abs(theta)) / self.env.theta_threshold_radians - 0.5
        self.memory[self.stored % 2000] = np.hstack((self.state, [action, reward], following))
        self.stored += 1
        self.length += 1
        if self.stored > 2000:
            self.learn()
        self.state = following
        if fallen or self.length >= 500:
            self.state, self.length = self.env.reset()[0], 0

    def learn(self) -> None:
        if self.learned % 100 == 0:
            self.target.load_state_dict(self.net.state_dict())
        self.learned += 1
        rows = self.memory[np.random.choice(2000, 32)]
        states, nexts = torch.FloatTensor(rows[:, :4]), torch.FloatTensor(rows[:, -4:])
        actions, rewards = torch.LongTensor(rows[:, 4:5].astype(int)), torch.FloatTensor(rows[:, 5:6])
        values = self.net(states).gather(1, actions)
        aims = rewards + 0.9 * self.target(nexts).detach().max(1)[0].view(32, 1)
        loss = self.loss_of(values, aims)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def course() -> None:
    """Environment steps a second while an update follows each of them."""
    script = Course()
    run = Run(DQN.build, DqnConfig(steps=0, solved=False), CPU)
    run.advance(steps=110)  # the memory is full, and learning has begun

    def theirs() -> None:
        for _ in range(STEPS):
            script.step()

    pairs = [(_seconds(_headless(run, number)), _seconds(theirs)) for number in range(ROUNDS)]
    _report("preset 405 against the course's script", pairs, 1.7)


def _headless(run: Run, number: int) -> Callable[[], None]:
    """Our side of a measurement, now and then with a look."""

    def work() -> None:
        run.advance(steps=STEPS)
        if number % LOOK_EVERY == 0:
            run.peek()

    return work


SB3_NET = {"net_arch": [256, 256]}
SB3 = {
    "learning_rate": 2.3e-3, "batch_size": 64, "buffer_size": 100_000, "learning_starts": 1000, "gamma": 0.99,
    "target_update_interval": 10, "train_freq": 256, "gradient_steps": 128, "exploration_fraction": 0.16,
    "exploration_final_eps": 0.04, "policy_kwargs": SB3_NET,
}  # fmt: skip  # rl-baselines3-zoo, CartPole-v1
SAME = DqnConfig(
    reward="plain", hidden=256, depth=2, init="standard", done_mask=True, gamma=0.99, loss="huber", lr=2.3e-3, batch=64,
    memory=100_000, prefill=1000, every=256, updates=128, target_every=128, epsilon=0.04, epsilon_start=1,
    epsilon_steps=8000, steps=0, solved=False,
)  # fmt: skip  # the target follows once a phase of 128 updates: as theirs, which is copied ten steps before at most


def _sb3(seed: int, **changes: Any) -> Any:
    from stable_baselines3 import DQN as Sb3Dqn

    return Sb3Dqn("MlpPolicy", "CartPole-v1", seed=seed, device="cpu", **{**SB3, **changes})


def same_work() -> None:
    """Steps a second with the same net, batch and number of updates (one for each two steps)."""
    theirs = _sb3(1)
    theirs.learn(1024 + 256)
    run = Run(DQN.build, SAME, CPU)
    run.advance(steps=50 + 256)  # the memory fills at 20 actions a step

    def learn() -> None:
        theirs.learn(STEPS, reset_num_timesteps=False)

    pairs = [(_seconds(_headless(run, number)), _seconds(learn)) for number in range(ROUNDS)]
    _report("same net, batch and updates, against Stable-Baselines3", pairs, 1.2)


def _report(title: str, pairs: list[tuple[float, float]], wanted: float) -> None:
    mine, other = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = statistics.median(theirs / ours for ours, theirs in pairs)
    print(f"  {title}: {STEPS / mine:,.0f} against {STEPS / other:,.0f} steps/s  ×{ratio:.2f} (wanted ×{wanted})")


def _passes(quick: Quick) -> bool:
    """Whether 100 greedy episodes reach the mark; 20 are asked first."""
    return bool(
        examine(quick, "cartpole", 20).mean() >= SOLVED and examine(quick, "cartpole", 100, seed=1).mean() >= SOLVED
    )


def solve_ours(config: DqnConfig, seed: int) -> tuple[float, int, bool]:
    """Seconds of training, environment steps, and whether the world was solved within ten times SB3's steps."""
    run = Run(DQN.build, replace(config, seed=seed, steps=0, solved=False), CPU)
    agent = run._trainer.agent  # type: ignore[attr-defined]
    seconds, due, done = 0.0, EXAM_EVERY, False
    while not done and agent.acts < 10 * SB3_STEPS:
        steps = max(1, (due - agent.acts) // config.envs)
        seconds += _seconds(lambda: run.advance(steps=steps))  # noqa: B023
        if agent.acts >= due - config.envs:
            due += EXAM_EVERY
            done = _passes(agent.quick)
    return seconds, agent.acts, done


def solve_sb3(seed: int) -> tuple[float, int, bool]:
    """The same for Stable-Baselines3, which stops at the published number of steps."""
    from stable_baselines3.common.callbacks import BaseCallback

    class Exams(BaseCallback):  # type: ignore[misc]
        spent, done, due = 0.0, False, EXAM_EVERY

        def _on_step(self) -> bool:
            if self.num_timesteps >= self.due:
                self.due += EXAM_EVERY
                began = time.perf_counter()
                layers = [layer for layer in self.model.q_net.q_net if isinstance(layer, nn.Linear)]
                self.done = _passes(Quick([(layer.weight, layer.bias) for layer in layers]))
                self.spent += time.perf_counter() - began
            return not self.done

    exams, model = Exams(), _sb3(seed)
    seconds = _seconds(lambda: model.learn(SB3_STEPS, callback=exams))
    return seconds - exams.spent, model.num_timesteps, exams.done


def solving() -> None:
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
    seconds, acts, done = result
    return f"{seconds:5.2f} s {acts:6,} steps{'' if done else ' UNSOLVED'}"


def report() -> None:
    torch.set_num_threads(1)
    print("\nCartPole (one thread each, medians of interleaved rounds)")
    course()
    same_work()
    solving()


if __name__ == "__main__":
    report()
