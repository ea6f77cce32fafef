"""A CartPole run from a file goes on as if it had never stopped; whatever cannot have happened is refused."""

import json
from dataclasses import replace

import numpy as np
import pytest
import safetensors.torch
import torch

from playground.core.keep import LARGEST, read, reopened, write
from playground.core.refusal import BadValue
from playground.core.run import Run
from playground.lessons.dqn import DQN
from playground.rl.config import SWITCHES, DqnConfig
from playground.rl.exam import LONG, SHORT
from playground.text import LANGUAGES, Text

CPU = torch.device("cpu")
QUICK = DqnConfig(prefill=40, memory=60, hidden=8, steps=0, epsilon=0.3, epsilon_start=0.9, epsilon_steps=200)
VARIANTS = {
    "one cart": {},
    "many carts": {"envs": 7},
    "acrobot": {"world": "acrobot", "envs": 2},
    "mountaincar": {"world": "mountaincar"},
    "soft target": {"target_net": "soft", "depth": 2},
    "no target": {"target_net": "none"},
    "no memory": {"replay": False, "envs": 3},
    "updates now and then": {"every": 5, "updates": 2, "target_every": 3},
    "plain": {"reward": "plain", "double": True, "dueling": True, "done_mask": True, "loss": "huber"},
    **{f"rival {switch}": {"rival": switch} for switch in SWITCHES},
}


def again(run):
    return reopened(read(write(run, "dqn")), DQN, CPU)


def everything(run):
    """All that the agents are made of and all that a visitor sees."""
    trainer = run._trainer
    parts = [weight.detach().numpy() for weight in run.weights()]
    for agent in trainer.agents:
        world, memory = agent.world, agent.memory
        parts += [memory.rows[: len(memory)], world.states, world.lengths, world.returns, agent.trail.table()]
        parts += [np.array([agent.acts, agent.learns, agent.ended, agent.epsilon]), np.array(agent.returns)]
        parts += moments(agent.optimizer)
    frame = run.peek()
    for name in ("returns", "loss"):
        parts += frame.pictures[name].lines.values()
    return [*parts, np.array([*frame.metrics.values()])]


def moments(optimizer):
    """What the optimizer holds of each weight, by name."""
    return [entry[name].numpy() for entry in optimizer.state_dict()["state"].values() for name in sorted(entry)]


def assert_same(run, other):
    for mine, theirs in zip(everything(run), everything(other), strict=True):
        assert np.array_equal(mine, theirs)


@pytest.mark.parametrize("steps", [1, 90], ids=["while the memory fills", "when it has overflowed"])
@pytest.mark.parametrize("name", VARIANTS)
def test_it_goes_on_as_if_it_had_never_stopped(name, steps):
    run = Run(DQN.build, replace(QUICK, **VARIANTS[name]), CPU)
    run.advance(steps=steps)
    run.probe("push", 0.7)
    other = again(run)
    assert_same(run, other)
    for one in (run, other):
        one.advance(steps=20)
        one.probe("push", -0.4)
        one.tune(one.config.changed({"epsilon": 0.5, "lr": 0.003}))
        one.advance(steps=60)
    assert run._trainer.agent.learns > 10
    assert_same(run, other)
    assert list(run.edits) == list(other.edits)


def test_a_solved_run_stays_solved_and_one_that_went_on_is_not_stopped_again(monkeypatch):
    monkeypatch.setattr("playground.rl.exam.examine", lambda quick, world, episodes: np.full(episodes, 480.0))
    monkeypatch.setattr("playground.rl.exam.EVERY", 1)
    run = Run(DQN.build, QUICK, CPU)
    run.advance(steps=10)
    assert run.peek().stop.reason == "solved"
    other = again(run)
    assert other.stop == run.stop
    assert other.advance(steps=5) == 0
    other.resume()
    other.advance(steps=5)
    assert other.peek().stop is None
    third = again(other)
    third.advance(steps=5)
    assert third.peek().stop is None
    assert len(third.peek().pictures["returns"].lines["test"][0]) == 3
    assert (SHORT["cartpole"], LONG) == (20, 100)


def test_the_largest_memory_with_a_rival_fits_into_a_file():
    config = DqnConfig(world="acrobot", envs=64, memory=200_000, hidden=256, depth=3, rival="double")
    run = Run(DQN.build, config, CPU)
    for agent in run._trainer.agents:
        memory = agent.memory
        memory.seen = memory.capacity
        memory.rows[:] = np.random.default_rng(1).normal(size=memory.rows.shape)
        memory.rows[:, 6], memory.rows[:, -1] = 1, 0
        for weight in agent.net.parameters():
            weight.grad = torch.zeros_like(weight)
        agent.optimizer.step()
    data = write(run, "dqn")
    assert len(data) < LARGEST / 2
    assert_same(run, reopened(read(data), DQN, CPU))


def kept():
    run = Run(DQN.build, replace(QUICK, rival="double", envs=2), CPU)
    run.advance(steps=80)
    run._trainer._exams._taken = -(10**6)
    return write(run, "dqn")


def broken(data, name, value):
    """The file with one tensor or plain value changed."""
    size = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + size])["__metadata__"]
    tensors, plain = safetensors.torch.load(data), json.loads(header["plain"])
    parts = tensors if name in tensors else plain
    assert name in parts, sorted(parts)
    if value is None:
        del parts[name]
    else:
        parts[name] = value(parts[name].clone()) if callable(value) and name in tensors else value
    return safetensors.torch.save(tensors, metadata={**header, "plain": json.dumps(plain)})


def put(place, number):
    """The same tensor with one number changed."""

    def change(tensor):
        tensor.view(-1)[place] = number
        return tensor

    return change


FIRST = "trainer.agents.0."
HOSTILE = {
    "no weights": (FIRST + "net.out.weight", None),
    "weights of nan": (FIRST + "net.out.bias", put(0, float("nan"))),
    "target of another shape": ("trainer.agents.1.target.out.bias", lambda tensor: tensor[:1].clone()),
    "rows of another world": (FIRST + "memory.rows", lambda tensor: tensor[:, :9].clone()),
    "too few rows": (FIRST + "memory.rows", lambda tensor: tensor[:50].clone()),
    "rows in another type": (FIRST + "memory.rows", lambda tensor: tensor.to(torch.bfloat16)),
    "a state at infinity": (FIRST + "memory.rows", put(0, float("inf"))),
    "an action that is none": (FIRST + "memory.rows", put(4, 2)),
    "half an action": (FIRST + "memory.rows", put(4, 0.5)),
    "half an end": (FIRST + "memory.rows", put(10, 0.5)),
    "rows never seen": (FIRST + "memory.seen", -1),
    "rows beyond counting": (FIRST + "memory.seen", 10**30),
    "dice that are a number": (FIRST + "memory.dice", 7),
    "dice too short": (FIRST + "dice", "ab"),
    "dice with an even increment": (FIRST + "dice", "0" * 73),
    "dice of another alphabet": (FIRST + "world.stable.dice", "１" * 73),
    "no dice": (FIRST + "world.stable.dice", None),
    "a cart beyond the stars": (FIRST + "world.stable.numbers", put(0, 1e30)),
    "a cart that is nowhere": (FIRST + "world.stand", put(0, float("nan"))),
    "an episode that should be over": (FIRST + "world.lengths", put(0, 500)),
    "an episode that has not begun": (FIRST + "world.lengths", put(0, -1)),
    "returns that are none": (FIRST + "world.returns", put(0, float("nan"))),
    "no trail": (FIRST + "trail.number", 0),
    "a trail too short": (FIRST + "trail.facts", lambda tensor: tensor[:3].clone()),
    "episodes too many": (FIRST + "ended", 10**400),
    "episodes without a return": (FIRST + "episodes", lambda tensor: tensor[:0].clone()),
    "acts that are a word": (FIRST + "acts", "many"),
    "acts that are true": (FIRST + "acts", True),
    "a loss that is a word": (FIRST + "loss", "low"),
    "no rival": ("trainer.agents.1.acts", None),
    "exams without end": ("trainer.exams.count", 2**50),
    "exams of nan": ("trainer.exams.marks.0", put(1, float("nan"))),
}


@pytest.fixture(scope="module")
def file():
    return kept()


def test_the_file_that_is_broken_below_is_sound(file):
    assert reopened(read(file), DQN, CPU).step > 0


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_file_is_refused_in_both_languages(file, case):
    with pytest.raises(BadValue) as refused:
        reopened(read(broken(file, *HOSTILE[case])), DQN, CPU)
    for language in LANGUAGES:
        assert "{" not in Text(language).refusal(refused.value)
