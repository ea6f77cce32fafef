"""The carts move as Gymnasium's do, to the last bit: its single and its vector environment are the oracles."""

import gymnasium
import numpy as np
import pytest
from gymnasium.envs.classic_control.cartpole import CartPoleEnv, CartPoleVectorEnv

from playground.rl import carts
from playground.rl.carts import Cart, Carts


def test_the_constants_are_gymnasiums():
    env = CartPoleEnv()
    assert (env.gravity, env.masscart, env.masspole, env.length) == (carts.GRAVITY, carts.CART, carts.POLE, carts.HALF)
    assert (env.total_mass, env.polemass_length) == (carts.TOTAL, carts.LEVER)
    assert (env.force_mag, env.tau) == (carts.FORCE, carts.TICK)
    assert (env.x_threshold, env.theta_threshold_radians) == (carts.X_LIMIT, carts.ANGLE_LIMIT)


@pytest.mark.parametrize("seed", [0, 7])
def test_one_cart_is_the_single_environment(seed):
    env, cart, dice = gymnasium.make("CartPole-v1").unwrapped, Cart(seed), np.random.default_rng(1)
    assert np.array_equal(cart.start()[0], env.reset(seed=seed)[0])
    falls = 0
    for _ in range(3000):
        action = int(dice.integers(2))
        theirs, reward, fallen, _, _ = env.step(action)
        states, rewards, over = cart.step(np.array([action]))
        assert np.array_equal(states[0], theirs)
        assert np.array_equal(cart._state, env.state)
        assert (rewards[0], over[0]) == (reward, fallen)
        if fallen:
            falls += 1
            assert np.array_equal(cart.renew(np.array([0]))[0], env.reset()[0])
    assert falls > 50


def test_many_carts_are_the_vector_environment():
    """Its own way to start anew would cost a step; so both are put into the same new states."""
    env, flock, dice = CartPoleVectorEnv(16, max_episode_steps=10**9), Carts(16, 4), np.random.default_rng(1)
    assert np.array_equal(flock.start(), env.reset(seed=4)[0])
    falls = 0
    for _ in range(1000):
        actions = dice.integers(2, size=16)
        theirs, _, fallen, _, _ = env.step(actions)
        states, rewards, over = flock.step(actions)
        assert np.array_equal(states, theirs)
        assert np.array_equal(flock._state, env.state)
        assert np.array_equal(over, fallen)
        assert (rewards == 1).all()
        if fallen.any():
            falls += int(fallen.sum())
            seen = flock.renew(np.flatnonzero(fallen))
            env.state[:], env.prev_done[:] = flock._state, False
            assert np.abs(seen[fallen]).max() <= carts.SPREAD
            assert np.array_equal(seen[~fallen], states[~fallen])
    assert falls > 300


def test_a_row_of_one_is_a_single_cart():
    """What programs write in the place of a single one: the same dice, states and ends, pushed too."""
    one, row, dice = Cart(5), Carts(1, 5), np.random.default_rng(2)
    assert np.array_equal(one.start(), row.start())
    falls = 0
    for step in range(2000):
        if step % 7 == 0:
            strength = dice.uniform(-1, 1, 1)
            assert np.array_equal(one.push(strength), row.push(strength))
        actions = dice.integers(2, size=1)
        (mine, reward, over), (other, same, fallen) = one.step(actions), row.step(actions)
        assert np.array_equal(mine, other)
        assert np.array_equal(one._state, row._state[:, 0])
        assert (reward[0], over[0]) == (same[0], fallen[0])
        if over[0]:
            falls += 1
            assert np.array_equal(one.renew(np.zeros(1, int)), row.renew(np.zeros(1, int)))
    assert falls > 50
