"""The agent's mathematics against formulas written out, and against the loop of the course."""

from dataclasses import replace

import gymnasium
import numpy as np
import pytest
import torch
from torch import nn

from playground.rl.agent import Agent
from playground.rl.config import DqnConfig
from playground.rl.exam import examine
from playground.rl.qnet import QNet, Quick, folded
from playground.rl.replay import Batch

CONFIG = DqnConfig(prefill=1)


def batch(count=6):
    dice = np.random.default_rng(1)
    states, rewards, nexts = (dice.normal(size=(count, width)).astype(np.float32) for width in (4, 1, 4))
    ends = np.array([[0], [1]] * (count // 2), dtype=np.float32)
    return Batch(states, dice.integers(2, size=(count, 1)), rewards, nexts, ends)


def agent(device, **values):
    one = Agent(replace(CONFIG, **values), device)
    with torch.no_grad():
        for number, weight in enumerate(one.target.parameters()):
            weight += 0.1 * torch.randn(weight.shape, generator=torch.Generator().manual_seed(number))
    return one


@pytest.mark.parametrize("done_mask", [False, True])
@pytest.mark.parametrize("double", [False, True])
@pytest.mark.parametrize("target", ["hard", "none"])
def test_the_aim_is_the_formula(device, done_mask, double, target):
    """Row by row in plain Python: r + γ · Q'(s', a*), nothing after a fall when the mask is on."""
    one = agent(device, done_mask=done_mask, double=double, target_net=target, gamma=0.97, hidden=8)
    data = batch()
    for i, aim in enumerate(one.aim(data).flatten().tolist()):
        slow, fast = (net(torch.from_numpy(data.nexts[i : i + 1]))[0].tolist() for net in (one.target, one.net))
        later = slow[fast.index(max(fast))] if double else max(slow)
        if done_mask and data.terminated[i]:
            later = 0.0
        assert aim == pytest.approx(data.rewards[i].item() + 0.97 * later, abs=1e-5)


def test_dueling_is_value_plus_centred_advantage(device):
    torch.manual_seed(0)
    net = QNet((4, 8, 3), True, "standard")
    states = torch.randn(5, 4)
    hidden = torch.relu(states @ net.trunk[0].weight.T + net.trunk[0].bias)
    value, advantage = hidden @ net.value.weight.T + net.value.bias, hidden @ net.out.weight.T + net.out.bias
    assert torch.allclose(net(states), value + advantage - advantage.mean(1, keepdim=True), atol=1e-6)


@pytest.mark.parametrize("dueling", [False, True])
@pytest.mark.parametrize("widths", [(4, 50, 2), (6, 16, 16, 3)])
def test_the_quick_answers_are_those_of_the_net(widths, dueling):
    """From views of the weights: also after an update in place. And so are those of the folded layers."""
    torch.manual_seed(3)
    net = QNet(widths, dueling, "standard")
    quick = Quick(net)
    states = torch.randn(7, widths[0])
    for _ in range(2):
        expected = net(states).detach().numpy()
        assert np.allclose(quick(states.numpy()), expected, atol=1e-5)
        assert np.allclose(Quick(folded(net))(states.numpy()), expected, atol=1e-5)
        with torch.no_grad():
            for weight in net.parameters():
                weight.mul_(1.3)


def test_narrow_weights_come_from_a_tenth(device):
    net = Agent(replace(CONFIG, hidden=256), device).net
    assert net.trunk[0].weight.std().item() == pytest.approx(0.1, rel=0.1)
    assert abs(net.trunk[0].weight.mean().item()) < 0.01


def learn(one, times):
    for _ in range(times):
        one.act()
        for _ in one.learn():
            pass


def test_a_hard_target_is_copied_every_so_many_updates(device):
    one = Agent(replace(CONFIG, target_every=5), device)
    first = one.net.out.weight.clone()
    learn(one, 4)
    assert torch.equal(one.target.out.weight, first)
    assert not torch.equal(one.net.out.weight, first)
    learn(one, 1)
    assert torch.equal(one.target.out.weight, one.net.out.weight)
    learn(one, 1)
    assert not torch.equal(one.target.out.weight, one.net.out.weight)


def test_a_soft_target_follows_by_tau(device):
    one = Agent(replace(CONFIG, target_net="soft", tau=0.2), device)
    before = one.target.out.weight.clone()
    learn(one, 1)
    assert torch.allclose(one.target.out.weight, 0.8 * before + 0.2 * one.net.out.weight, atol=1e-7)


def test_without_a_target_net_the_net_aims_at_itself(device):
    one = Agent(replace(CONFIG, target_net="none"), device)
    assert one.target is one.net


def test_without_replay_it_learns_from_the_newest_moments_only(device, monkeypatch):
    one = Agent(replace(CONFIG, replay=False, envs=3), device)
    asked = []
    monkeypatch.setattr(one.memory, "sample", lambda size: pytest.fail("asked the memory"))
    plain = one.memory.newest
    monkeypatch.setattr(one.memory, "newest", lambda size: asked.append(size) or plain(size))
    learn(one, 2)
    assert asked == [3, 3]


def test_epsilon_falls_as_planned_and_follows_the_hand(device):
    one = Agent(replace(CONFIG, epsilon=0.1, epsilon_start=0.9, epsilon_steps=40), device)
    assert one.epsilon == pytest.approx(0.9)
    for _ in range(20):
        one.act()
    assert one.epsilon == pytest.approx(0.5)
    for _ in range(40):
        one.act()
    assert one.epsilon == pytest.approx(0.1)
    one.tune(replace(one.config, epsilon=1, lr=0.5))
    assert one.epsilon == 1
    assert one.optimizer.param_groups[0]["lr"] == 0.5


def test_the_share_of_random_actions_is_epsilon(device):
    """With ε = 1 both actions are as frequent; with ε = 0 every action is the best one."""
    for epsilon in (0.0, 1.0):
        one = Agent(replace(CONFIG, epsilon=epsilon, epsilon_start=epsilon, envs=8, memory=5000), device)
        for _ in range(250):
            one.act()
        rows = one.memory.rows[: len(one.memory)]
        greedy = one.net(torch.from_numpy(rows[:, :4])).argmax(1).numpy()
        share = (greedy == rows[:, 4]).mean()
        assert share == 1 if epsilon == 0 else 0.45 < share < 0.55


def course(steps, config):
    """The course's script in plain torch: one cart, a NumPy memory, an update at every step once it is full."""
    torch.manual_seed(config.seed + 1)
    net = nn.Sequential(nn.Linear(4, 50), nn.ReLU(), nn.Linear(50, 2))
    for layer in (net[0], net[2]):
        nn.init.normal_(layer.weight, 0, 0.1)
    target = nn.Sequential(nn.Linear(4, 50), nn.ReLU(), nn.Linear(50, 2))
    target.load_state_dict(net.state_dict())
    optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
    env = gymnasium.make("CartPole-v1").unwrapped
    dice = np.random.default_rng(config.seed + 3)
    rows_dice = np.random.default_rng(config.seed + 2)
    memory, learns, length = np.zeros((2000, 10), dtype=np.float32), 0, 0
    state, _ = env.reset(seed=config.seed)
    for count in range(steps):
        action = int(net(torch.tensor(state[None])).argmax(1))
        if dice.random(1)[0] < 0.1:
            action = int(dice.integers(2, size=1)[0])
        following, _, terminated, _, _ = env.step(action)
        x, _, theta, _ = following
        reward = (env.x_threshold - abs(x)) / env.x_threshold - 0.8
        reward += (env.theta_threshold_radians - abs(theta)) / env.theta_threshold_radians - 0.5
        memory[count % 2000] = [*state, action, reward, *following]
        length += 1
        if count >= 2000:
            rows = torch.tensor(memory[rows_dice.integers(2000, size=32)])
            values = net(rows[:, :4]).gather(1, rows[:, 4:5].long())
            aims = rows[:, 5:6] + 0.9 * target(rows[:, 6:]).max(1, keepdim=True)[0].detach()
            loss = nn.functional.mse_loss(values, aims)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            learns += 1
            if learns % 100 == 0:
                target.load_state_dict(net.state_dict())
        state = following
        if terminated or length >= 500:
            state, length = env.reset()[0], 0
    return net, memory


@pytest.mark.parametrize("seed", [1, 2])
def test_preset_405_is_the_courses_loop(device, seed):
    """2,000 steps fill the memory and 250 learn; weights and memory agree to rounding."""
    config = DqnConfig(seed=seed)
    one = Agent(config, device)
    for step in range(2250):
        one.act()
        if step >= 2000:
            for _ in one.learn():
                pass
    net, memory = course(2250, config)
    assert np.allclose(one.memory.rows[:, :10], memory, atol=1e-4)
    ours = torch.cat([weight.reshape(-1) for weight in one.net.parameters()])
    theirs = torch.cat([weight.reshape(-1) for weight in net.parameters()])
    assert torch.allclose(ours, theirs, atol=1e-3)


def test_an_exam_disturbs_nobody_and_repeats(device):
    """Two agents act and learn the same, whether one is examined or not."""
    quiet, tested = Agent(CONFIG, device), Agent(CONFIG, device)
    learn(quiet, 40)
    for _ in range(4):
        learn(tested, 10)
        results = [examine(tested.quick, "cartpole", 10) for _ in range(2)]
        assert np.array_equal(*results)
    assert torch.equal(quiet.net.out.weight, tested.net.out.weight)
    assert np.array_equal(quiet.world.states, tested.world.states)


def test_an_exam_counts_the_steps_of_greedy_episodes(device):
    """Against single environments of Gymnasium that start from the same states."""
    one = Agent(CONFIG, device)
    learn(one, 300)
    found = examine(one.quick, "cartpole", 5)
    from playground.rl.exam import EXAM_SEED
    from playground.rl.worlds import World

    starts = World("cartpole", 5, "plain", EXAM_SEED).stable._state.T.copy()
    env = gymnasium.make("CartPole-v1").unwrapped
    env.reset(seed=0)
    for start, counted in zip(starts, found, strict=True):
        env.state, env.steps_beyond_terminated = start, None
        state, length, over = start.astype(np.float32), 0, False
        while not over and length < 500:
            action = int(one.net(torch.tensor(state[None])).argmax(1))
            state, _, over, _, _ = env.step(action)
            length += 1
        assert length == counted
