"""Writes the program of CartPole: the world, the memory, the net, one loop of acting and learning, and its tests."""

from __future__ import annotations

import ast
from collections import deque
from collections.abc import Iterable, Sequence
from functools import partial

import torch
from torch import nn

from playground.lessons.dqn import FILLED_A_STEP, Dqn, in_lock_step
from playground.rl import carts, exam, rewards
from playground.rl.adam import Adam
from playground.rl.agent import Agent, newest
from playground.rl.carts import Carts, moved
from playground.rl.config import DqnConfig, rival_config
from playground.rl.exam import LONG, SHORT, examine
from playground.rl.qnet import QNet, Quick, most_states
from playground.rl.replay import Replay
from playground.rl.sight import WINDOW
from playground.rl.trail import Trail
from playground.rl.worlds import Herd, World, stable, stable_of_many
from playground.script.pen import Pen, table
from playground.script.scope import Scope
from playground.script.values import Known, Record, expression

AVERAGE = f"""
def average(returns):
    return [np.mean(returns[max(0, end - {WINDOW}):end]) for end in range(1, len(returns) + 1)]
"""
PLOT = """
plt.plot({p}returns, ".", color="{colour}", alpha=0.3)
plt.plot(average({p}returns), color="{colour}", label="{label}")
"""
AXES = """
plt.xlabel("Episode")
plt.ylabel("Return")
plt.legend(loc="best")
plt.show()
"""
COLOURS = {"": "#4C72FF", "rival_": "#FF9359"}


def write(pen: Pen) -> None:
    trainer = pen.trainer
    assert isinstance(trainer, Dqn)
    configs = [pen.first] if pen.first.rival == "nobody" else [pen.first, rival_config(pen.first)]
    agents = dict(zip(("", "rival_"), zip(trainer.agents, configs, strict=True), strict=False))
    define_world(pen, configs)
    define_memory(pen)
    define_net(pen)
    pen.section("learning")
    pen.constants(exam, "EXAM_SEED")
    pen.remark("exam", examine)
    for prefix, (agent, config) in agents.items():
        make_agent(pen, agent, config, prefix)
    learn(pen, trainer, agents)
    pen.section("figure")
    pen.define(AVERAGE)
    for prefix in agents:
        pen.line(
            PLOT.format(p=prefix, colour=COLOURS[prefix], label=f"{'rival' if prefix else 'agent'}: mean of {WINDOW}")
        )
    pen.line(AXES)


def define_world(pen: Pen, configs: Sequence[DqnConfig]) -> None:
    """Its classes; a single cart in plain numbers, which is only faster, is a row of one in the program."""
    pen.section("world")
    is_carts = pen.first.world == "cartpole"
    if is_carts:
        pen.constants(carts, "GRAVITY", "TOTAL", "X_LIMIT", "ANGLE_LIMIT", "SPREAD", "FORCES")
        if any(config.reward == "shaped" for config in configs):
            pen.constants(rewards, "WORTH")
    pen.by.instead[stable] = stable_of_many
    pen.keep(World, open_=("copies", "seed"))
    for kind in (Carts, Herd):
        pen.keep(kind)
        for method in (kind.start, kind.step, kind.renew, kind.push):
            pen.keep(method)
    for function in (moved, World.step, World.push, rewards.energy):
        pen.keep(function)
    pen.remark("cart", Carts)
    pen.remark("herd", Herd)
    pen.remark("world", World)
    pen.remark("reward_cartpole", rewards.cartpole)
    pen.remark("reward_acrobot", rewards.acrobot)
    pen.remark("reward_mountaincar", rewards.mountaincar)
    for config in configs:
        model = World(config.world, max(2, config.envs), config.reward, config.seed)
        pen.by.models += [model, model.stable]


def define_memory(pen: Pen) -> None:
    pen.section("memory")
    pen.keep(Replay, open_=("seed",))
    for method in (Replay.store, Replay.sample, Replay.newest):
        pen.keep(method)
    pen.remark("ring", Replay)


def define_net(pen: Pen) -> None:
    pen.section("net")
    pen.keep(QNet)
    pen.by.left_out.add(QNet.gather)
    pen.keep(Quick)
    pen.keep(Quick.by_numpy, "__call__")
    pen.remark("quick", Quick)
    pen.by.instead[Adam] = adam


def adam(parameters: Iterable[nn.Parameter], lr: float) -> torch.optim.Optimizer:
    """What Adam of ours computes, by torch's own name."""
    return torch.optim.Adam(parameters, lr=lr, fused=True)


def sliced(values: Sequence[float], count: int) -> Sequence[float]:
    """What `newest` finds, in a list."""
    return values[-count:]


def make_agent(pen: Pen, agent: Agent, config: DqnConfig, prefix: str) -> None:
    """What an agent has, in variables of its own."""
    by = pen.by
    if prefix:
        pen.comment("rival")
        by.other = "Rival"
    by.models += [agent.memory, agent.net, agent.quick]
    by.left_out |= {Trail, Trail.add, Trail.moved, deque}
    by.answers[most_states] = agent.quick.most
    by.instead[newest] = sliced
    uses = {"quick": is_quick(agent, config), "quick_target": agent.quick_target.is_numpy(learnt_at_once(config))}
    if not any(uses.values()):
        by.left_out.add(Quick)
    for name in ("world", "net", "target", *(name for name, is_used in uses.items() if is_used), "optimizer", "memory"):
        by.object(agent, name, prefix + name)
    for name in ("dice", "acts", *(["learns"] if config.target_net == "hard" else [])):
        by.variable(agent, name, prefix + name)
    pen.call(Agent.__init__, agent, config, torch.device("cpu"))
    for net, weights in ((agent.net, agent.fast), (agent.target, agent.slow)):
        pen.name(weights, f"{by.named(net)}.parameters()")
    for name, first in (("returns", "[]"), ("loss", "torch.tensor(math.nan)")):
        pen.line(f"{prefix}{name} = {first}")
        by.variable(agent, name, prefix + name)


def learnt_at_once(config: DqnConfig) -> int:
    return config.batch if config.replay else config.envs


def rows(scopes: Sequence[Scope], tested: int) -> int | None:
    """How many states a net is asked for at once, by the function of ours that asks."""
    for scope in reversed(scopes if scopes[-1].function is Quick.__call__ else []):
        agent = scope.values.get("self")
        if scope.function is examine:
            return tested
        if isinstance(agent, Known) and isinstance(agent.value, Agent):
            config = agent.value.config
            return config.envs if scope.function is Agent.act else learnt_at_once(config)
    return None


def is_quick(agent: Agent, config: DqnConfig) -> bool:
    """Whether the net is asked in NumPy: when it acts, aims or is tested."""
    counts = [config.envs, *([learnt_at_once(config)] if config.double else []), SHORT[config.world], LONG]
    return any(agent.quick.is_numpy(count) for count in counts)


def learn(pen: Pen, trainer: Dqn, agents: dict[str, tuple[Agent, DqnConfig]]) -> None:
    """The loop, with what was set by hand and who was pushed."""
    pen.remark("act", Agent.act)
    pen.remark("aim", Agent.aim)
    pen.remark("follow", Agent.follow)
    pen.by.left_out.add(in_lock_step)
    changes = pen.changes(("epsilon", "lr"))
    if changes:
        pen.comment("changes")
    for name, values in changes.items():
        pen.line(f"{name}_at = {table({step + 1: value for step, value in values.items()})}")
    if "epsilon" in changes:
        pen.line(f"last_epsilon = {pen.first.epsilon!r}")
        for agent, _ in agents.values():
            pen.by.variable(agent.config, "epsilon", "last_epsilon")
    pushes: dict[int, list[float]] = {}
    for step, what, value in pen.run.edits:
        if what == "push":
            pushes.setdefault(step + 1, []).append(float(value))
    if pushes:
        pen.comment("push")
        pen.line(f"pushes = {table(pushes)}")
    tests = write_test(pen, trainer)
    pen.line(f"STEPS = {pen.steps}")
    with pen.block("for step in range(1, STEPS + 1):"):
        for name in changes:
            apply(pen, name, agents)
        if pushes:
            push(pen, [agent for agent, _ in agents.values()])
        pen.comment("fill", acts=FILLED_A_STEP)
        pen.learn()
        report(pen, trainer, agents, tests[0])
    if pen.run.stop and pen.run.stop.reason != "diverged" and trainer.agent.learns:
        pen.comment("long_exam")
        pen.line(f"print(f'step {{STEPS}}', f'test_return {{{tests[1]}.mean():.6g}}', sep='  ')")


def apply(pen: Pen, name: str, agents: Iterable[str]) -> None:
    """Inside the loop: what was set by hand counts from its step on."""
    if name == "epsilon":
        pen.line("last_epsilon = epsilon_at.get(step, last_epsilon)")
        return
    with pen.block("if step in lr_at:"):
        for prefix in agents:
            pen.line(f"{prefix}optimizer.param_groups[0]['lr'] = lr_at[step]")


def push(pen: Pen, agents: Iterable[Agent]) -> None:
    with pen.block("for strength in pushes.get(step, []):"):
        for agent in agents:
            pen.call(Agent.push, agent, expression("strength"))


def write_test(pen: Pen, trainer: Dqn) -> tuple[str, str]:
    """The calls of the short test and of the long one, whose function stands in the program."""
    quick, config = trainer.agent.quick, pen.first
    counts = SHORT[config.world], LONG
    same = quick.is_numpy(counts[0]) == quick.is_numpy(counts[1])
    found = []
    for count, name in zip(counts, ("test", "test" if same else "long_test"), strict=True):
        pen.keep(examine, name, open_=("episodes",) if same else ())
        pen.by.rows = partial(rows, tested=count)
        found.append(ast.unparse(pen.lifted(pen.call(examine, quick, config.world, count, reward=config.reward))))
    return found[0], found[1]


def report(pen: Pen, trainer: Dqn, agents: Iterable[str], test: str) -> None:
    """Print now and then, and at the end, what the page shows."""
    losses = {"rival" if prefix else "loss": f"{prefix}loss.item()" for prefix in agents}
    with pen.now_and_then():
        pen.comment("nothing")
        found = pen.call(trainer.numbers)
        assert isinstance(found, Record)
        parts = [f"f'{name} {{{code}:.6g}}'" for name, code in losses.items()]
        for name, value in found.entries.items():
            if isinstance(value, Known):
                parts.append(repr(f"{name} {value.value:.6g}"))
                continue
            code = ast.unparse(pen.lifted(value))
            if not code.isidentifier():
                variable = {"return": "mean"}.get(name, name)
                pen.line(f"{variable} = {code}")
                code = variable
            parts.append(f"f'{name} {{{code}:.6g}}'")
        parts.append(f"f'test_return {{{test}.mean():.6g}}'")
        pen.line(f"print(f'step {{step}}', {', '.join(parts)}, sep='  ')")
