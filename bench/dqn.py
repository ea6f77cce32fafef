"""CartPole: preset 405 against the course's script, and the way to a solved world against Stable-Baselines3."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from bench import solving
from bench.solving import published, seconds
from playground.core.run import Run
from playground.lessons.dqn import DQN
from playground.rl.config import DqnConfig

CPU = torch.device("cpu")
ROUNDS = 41  # short ones: a shared machine disturbs each of them otherwise
STEPS = 256  # of one measurement
LOOK_EVERY = 8  # measurements: a headless run is looked at twice a second


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


def course() -> None:
    """Environment steps a second while an update follows each of them."""
    script = Course()
    run = Run(DQN.build, DqnConfig(steps=0, solved=False), CPU)
    run.advance(steps=110)  # the memory is full, and learning has begun

    def theirs() -> None:
        for _ in range(STEPS):
            script.step()

    pairs = [(seconds(_headless(run, number)), seconds(theirs)) for number in range(ROUNDS)]
    _report("preset 405 against the course's script", pairs, 1.7)


def _headless(run: Run, number: int) -> Callable[[], None]:
    """Our side of a measurement, now and then with a look."""

    def work() -> None:
        run.advance(steps=STEPS)
        if number % LOOK_EVERY == 0:
            run.peek()

    return work


SAME = DqnConfig(
    reward="plain", hidden=256, depth=2, init="standard", done_mask=True, gamma=0.99, loss="huber", lr=2.3e-3, batch=64,
    memory=100_000, prefill=1000, every=256, updates=128, target_every=128, epsilon=0.04, epsilon_start=1,
    epsilon_steps=8000, steps=0, solved=False,
)  # fmt: skip  # the target follows once a phase of 128 updates: as theirs, which is copied ten steps before at most


def same_work() -> None:
    """Steps a second with the same net, batch and number of updates (one for each two steps)."""
    theirs = published(1)
    theirs.learn(1024 + 256)
    run = Run(DQN.build, SAME, CPU)
    run.advance(steps=50 + 256)  # the memory fills at 20 actions a step

    def learn() -> None:
        theirs.learn(STEPS, reset_num_timesteps=False)

    pairs = [(seconds(_headless(run, number)), seconds(learn)) for number in range(ROUNDS)]
    _report("same net, batch and updates, against Stable-Baselines3", pairs, 1.2)


def _report(title: str, pairs: list[tuple[float, float]], wanted: float) -> None:
    mine, other = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = statistics.median(theirs / ours for ours, theirs in pairs)
    print(f"  {title}: {STEPS / mine:,.0f} against {STEPS / other:,.0f} steps/s  ×{ratio:.2f} (wanted ×{wanted})")


def report() -> None:
    torch.set_num_threads(1)
    print("\nCartPole (one thread each, processor time, medians of interleaved rounds)")
    course()
    same_work()
    solving.report()


if __name__ == "__main__":
    report()
