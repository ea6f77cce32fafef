"""Every preset of the CartPole lesson learns what it promises within its own number of steps, over several seeds."""

from dataclasses import replace

import pytest

from playground.core.run import Run
from playground.lessons.dqn import DQN
from playground.rl.exam import EXAM_SEED, examine
from playground.rl.train import load_agent, trial
from playground.rl.worlds import KINDS

pytestmark = pytest.mark.learning
SEEDS = (1, 2, 3)
LOOKS = {"405": 1000, "modern": 16, "plain": 16, "acrobot": 250, "mountaincar": 125}  # steps between two looks


def learnt(device, name, seed):
    """The last frame of a run that is looked at, as the page does, until it stops by itself."""
    run = Run(DQN.build, replace(DQN.presets[name].config, seed=seed), device)
    while run.stop is None:
        run.advance(steps=LOOKS[name])
        frame = run.peek()
    return run, frame


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", DQN.presets)
def test_every_preset_solves_its_world_within_its_steps(device, name, seed):
    """Gymnasium's mark over 100 greedy episodes, and once more over 100 that the run has not seen."""
    run, frame = learnt(device, name, seed)
    assert frame.stop.reason == "solved"
    world = run.config.world
    again = examine(run._trainer.agent.quick, world, 100, seed=EXAM_SEED + 99).mean()
    assert again >= {"cartpole": 450, "acrobot": -115, "mountaincar": -125}[world]


@pytest.mark.parametrize("seed", SEEDS)
def test_405_balances_after_some_235_episodes(device, seed):
    """The course's run: about 200 episodes that only fill the memory, then the curve rises within dozens."""
    run, _ = learnt(device, "405", seed)
    assert 190 <= run._trainer.agent.ended <= 300


def test_plain_reward_needs_the_done_mask(device):
    """The lesson of the switch: with the mask it is solved; without it the same agent learns nothing of the kind."""
    config = replace(DQN.presets["plain"].config, rival="done_mask", steps=1500)
    run = Run(DQN.build, config, device)
    while run.stop is None:
        run.advance(steps=64)
        run.peek()
    mine, rival = (examine(agent.quick, "cartpole", 50).mean() for agent in run._trainer.agents)
    assert mine >= 3 * rival
    assert rival < 150


@pytest.mark.parametrize("world", KINDS)
def test_the_shipped_agents_solve_their_worlds(world):
    """On starts that their training never chose between."""
    returns = trial(load_agent(world), world, 100, 0.0, 7)
    assert returns.mean() >= KINDS[world].solved


def test_the_shipped_pole_stands_up_to_pushes():
    assert trial(load_agent("cartpole"), "cartpole", 200, 0.02, 7).mean() >= 400
