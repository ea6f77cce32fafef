"""The worlds are Gymnasium's own, seeded and repeatable, and start anew at once when an episode ends."""

import gymnasium
import numpy as np
import pytest

from playground.rl.rewards import ANGLE_LIMIT, X_LIMIT, cartpole
from playground.rl.worlds import KINDS, World

COPIES = [("cartpole", 1), ("cartpole", 5), ("acrobot", 2), ("mountaincar", 2)]


def played(key, copies, seed, steps=120):
    """All that a world says while the same dice choose the actions."""
    world = World(key, copies, "shaped", seed)
    dice = np.random.default_rng(5)
    told = [world.states.copy()]
    for step in range(steps):
        if step == 30:
            world.push(np.linspace(-0.5, 0.5, copies))
        outcome = world.step(dice.integers(world.kind.actions, size=copies))
        told += [outcome.nexts.copy(), outcome.rewards, outcome.terminated, world.lengths.copy(), world.states.copy()]
    return told


@pytest.mark.parametrize(("key", "copies"), COPIES)
def test_same_seed_and_same_actions_give_the_same_transitions(key, copies):
    first, again, other = (played(key, copies, seed) for seed in (3, 3, 4))
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert not np.array_equal(first[0], other[0])


@pytest.mark.parametrize("key", KINDS)
def test_one_copy_is_gymnasiums_own_environment(key):
    """States, rewards and ends are those of gymnasium.make with the same seed, its time limit included."""
    kind = KINDS[key]
    world = World(key, 1, "plain", 7)
    env = gymnasium.make(kind.name)
    seen, _ = env.reset(seed=7)
    dice = np.random.default_rng(1)
    scale = np.array(kind.scale, dtype=np.float32)
    ends = 0
    for _ in range(1200):
        assert np.array_equal(world.states[0], seen * scale)
        action = int(dice.integers(kind.actions))
        outcome = world.step(np.array([action]))
        seen, reward, terminated, truncated, _ = env.step(action)
        assert np.array_equal(outcome.nexts[0], seen * scale)
        assert (outcome.rewards[0], outcome.terminated[0]) == (reward, terminated)
        assert bool(world.ended) == (terminated or truncated)
        if terminated or truncated:
            ends += 1
            seen, _ = env.reset()
    assert ends >= 2


def test_many_carts_move_as_single_carts_do():
    """The vector environment against five single ones that are put into the same state."""
    world = World("cartpole", 5, "plain", 1)
    dice = np.random.default_rng(2)
    single = gymnasium.make("CartPole-v1").unwrapped
    single.reset(seed=0)
    for _ in range(200):
        before = world.stable._state.T.copy()
        actions = dice.integers(2, size=5)
        outcome = world.step(actions)
        for place in range(5):
            single.state, single.steps_beyond_terminated = before[place], None
            seen, _, terminated, _, _ = single.step(int(actions[place]))
            assert np.allclose(outcome.nexts[place], seen, atol=1e-6)
            assert outcome.terminated[place] == terminated


@pytest.mark.parametrize("copies", [1, 4])
def test_an_episode_ends_with_its_last_state_and_a_new_one_begins_at_once(copies):
    world = World("cartpole", copies, "plain", 0)
    always_left = np.zeros(copies, dtype=np.int64)
    for _ in range(60):
        before = world.lengths.copy()
        outcome = world.step(always_left)
        over = np.isin(np.arange(copies), [place for place, _ in world.ended])
        for place in np.flatnonzero(over):
            assert abs(outcome.nexts[place, 2]) > ANGLE_LIMIT
            assert np.abs(world.states[place]).max() <= 0.05
            assert world.lengths[place] == 0
            assert (int(place), float(before[place]) + 1) in world.ended
        still = ~over
        assert np.array_equal(world.states[still], outcome.nexts[still])
        assert (world.lengths[still] == before[still] + 1).all()


def test_an_episode_is_cut_at_500_steps_without_being_terminated():
    """A cart that is put upright again and again never falls: the time limit ends it, and the mask must not."""
    world = World("cartpole", 2, "plain", 0)
    for step in range(1, 501):
        world.stable._state[:] = 0
        outcome = world.step(np.array([step % 2, step % 2]))
        assert not outcome.terminated.any()
        assert len(world.ended) == (2 if step == 500 else 0)
    assert world.ended == [(0, 500.0), (1, 500.0)]


def test_the_shaped_reward_is_the_courses():
    """The formula of the course's script, number by number."""
    env = gymnasium.make("CartPole-v1").unwrapped
    states = np.random.default_rng(0).uniform(-1, 1, (50, 4)).astype(np.float32)
    for state, reward in zip(states, cartpole(states, states, np.ones(50, dtype=np.float32)), strict=True):
        x, _, theta, _ = state
        r1 = (env.x_threshold - abs(x)) / env.x_threshold - 0.8
        r2 = (env.theta_threshold_radians - abs(theta)) / env.theta_threshold_radians - 0.5
        assert reward == pytest.approx(r1 + r2, abs=1e-5)
    assert (env.x_threshold, env.theta_threshold_radians) == (X_LIMIT, ANGLE_LIMIT)


@pytest.mark.parametrize(("key", "copies"), COPIES)
def test_a_push_changes_one_speed_and_nothing_else(key, copies):
    world, calm = World(key, copies, "plain", 2), World(key, copies, "plain", 2)
    strengths = np.zeros(copies)
    strengths[0] = 0.5
    world.push(strengths)
    assert (world.states != calm.states).sum() == 1
    assert world.states[0].sum() > calm.states[0].sum()
    assert np.array_equal(world.states[1:], calm.states[1:])
    after = world.step(np.zeros(copies, dtype=np.int64)).nexts
    assert not np.array_equal(after[0], calm.step(np.zeros(copies, dtype=np.int64)).nexts[0])
