"""The CartPole lesson: repeatable, looked at for free, pushed, and judged by exams that disturb nothing."""

import json
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import torch

from playground.core.refusal import BadValue
from playground.core.run import Run
from playground.lessons.dqn import DQN, FILLED_A_STEP, Dqn
from playground.rl.config import SWITCHES, DqnConfig, rival_config
from playground.text import Text
from playground.ui.actions import perform
from playground.ui.seat import Seat
from tests.core.tiny import same

QUICK = DqnConfig(prefill=40, memory=500, steps=0)
FILLING = 40 // FILLED_A_STEP  # steps until learning starts


def make(device, **values):
    return Run(DQN.build, replace(QUICK, **values), device)


def state(run):
    parts = [value for agent in run._trainer.agents for value in (*agent.net.parameters(), *agent.target.parameters())]
    memories = [torch.from_numpy(agent.memory.rows) for agent in run._trainer.agents]
    return [part.detach().clone() for part in (*parts, *memories)]


@pytest.mark.parametrize("values", [{}, {"envs": 4}, {"rival": "replay"}, {"world": "acrobot"}, {"dueling": True}])
def test_looking_is_free(device, values):
    """Frames, exams, the asked-for net and close looks between all steps change no weight and no memory."""
    quiet, watched = make(device, **values), make(device, **values)
    quiet.advance(steps=30)
    watched._trainer._exams._taken = -(10**6)
    for step in range(30):
        watched.probe("watch", step % 2 == 0)
        watched.advance(steps=1)
        watched.peek(closely=step % 3 == 0)
        watched._trainer._exams._taken = -(10**6)  # an exam at every look
    assert "test_return" in watched.peek().metrics
    assert same(state(quiet), state(watched))


def test_the_same_seed_repeats_and_another_does_not(device):
    runs = [make(device, seed=seed, envs=2) for seed in (5, 5, 6)]
    for run in runs:
        run.advance(steps=50)
        run.peek()
    assert same(state(runs[0]), state(runs[1]))
    assert not same(state(runs[0]), state(runs[2]))


@pytest.mark.parametrize("switch", SWITCHES)
def test_a_rival_differs_in_one_switch_and_disturbs_nothing(device, switch):
    alone, beside = make(device), make(device, rival=switch)
    for run in (alone, beside):
        run.advance(steps=120)
    mine_alone, mine_beside = alone._trainer.agent, beside._trainer.agent
    assert same(list(mine_alone.net.parameters()), list(mine_beside.net.parameters()))
    assert np.array_equal(mine_alone.memory.rows, mine_beside.memory.rows)
    mine, other = QUICK.query(), rival_config(replace(QUICK, rival=switch)).query()
    assert {name for name in mine.keys() | other.keys() if mine.get(name) != other.get(name)} == {"rival", switch}
    frame = beside.peek()
    assert {"scene", "rival"} <= set(frame.pictures)
    assert {"loss", "rival"} <= set(frame.metrics)
    first, second = beside._trainer.agents
    assert not torch.equal(first.net.out.weight, second.net.out.weight)


def test_the_rival_starts_from_the_same_weights(device):
    first, second = make(device, rival="done_mask")._trainer.agents
    assert all(torch.equal(a, b) for a, b in zip(first.net.parameters(), second.net.parameters(), strict=True))
    assert np.array_equal(first.world.states, second.world.states)


def test_slow_motion_is_the_same_learning(device):
    plain, slow = make(device, rival="double"), make(device, rival="double")
    plain.advance(steps=FILLING + 5)
    for _ in range(FILLING):
        assert slow.advance_stage() == "update"
    for _ in range(5):
        for stage in ("forward", "loss", "backward", "update"):
            assert slow.advance_stage() == stage
            slow.peek(closely=True)
    assert plain.step == slow.step
    assert same(state(plain), state(slow))


def test_filling_the_memory_is_seen_and_learns_nothing(device):
    run = make(device)
    before = run.weights()
    shares = []
    for _ in range(FILLING):
        shares.append(run.peek().pictures["scene"].filled)
        run.advance(steps=1)
    assert shares == [FILLED_A_STEP * step / 40 for step in range(FILLING)]
    assert same(before, run.weights())
    frame = run.peek()
    assert frame.stop is None
    assert frame.pictures["replay"].size == 40
    assert "loss" not in frame.metrics
    run.advance(steps=1)
    assert run.peek().metrics["loss"] > 0
    assert len(run.history.series["loss"].shown(10)[0]) == 1


def test_a_step_limit_within_the_filling_ends_the_run(device):
    run = make(device, steps=1)
    run.advance(steps=5)
    assert run.peek().stop.reason == "finished"


@pytest.mark.parametrize(("every", "updates", "learns"), [(1, 1, 12), (1, 3, 36), (4, 2, 6), (5, 1, 2)])
def test_updates_come_as_often_as_asked(device, every, updates, learns):
    run = make(device, every=every, updates=updates)
    run.advance(steps=FILLING + 12)
    assert run._trainer.agent.acts == 52
    assert run._trainer.agent.learns == learns


def test_a_push_moves_the_first_cart_and_is_learnt_from(device):
    calm, pushed = make(device, envs=3), make(device, envs=3)
    for run in (calm, pushed):
        run.advance(steps=20)
    pushed.probe("push", 0.8)
    before, after = (run._trainer.agent.world.states for run in (calm, pushed))
    assert after[0, 3] == pytest.approx(before[0, 3] + 0.8, abs=1e-5)
    assert np.array_equal(after[1:], before[1:])
    assert pushed.edits[-1][1:] == ("push", 0.8)
    shown = pushed.peek().pictures["scene"].moments[-1]
    assert shown[-1] == pytest.approx(after[0, 3])
    for run in (calm, pushed):
        run.advance(steps=10)
    assert not same(state(calm), state(pushed))


@pytest.mark.parametrize("value", [None, "left", 2, -1.01, True, float("nan"), 10**400, [1], {}])
def test_a_hostile_push_is_refused_and_changes_nothing(device, value):
    run = make(device)
    run.advance(steps=FILLING)
    run.advance_stage()
    before = state(run)
    with pytest.raises(BadValue) as error:
        run.probe("push", value)
    assert Text("zh").refusal(error.value)
    assert same(before, state(run))
    assert run.step == FILLING


@pytest.mark.parametrize(("name", "value"), [("watch", 1), ("watch", None), ("fly", True), ("weight", {})])
def test_other_hostile_probes_are_refused(device, name, value):
    with pytest.raises(BadValue):
        make(device).probe(name, value)


def test_the_net_travels_only_while_it_is_tested(device):
    run = make(device, dueling=True, world="acrobot")
    assert run.peek().pictures["scene"].layers == ()
    run.probe("watch", True)
    scene = run.peek().pictures["scene"]
    assert [weight.shape for weight, _ in scene.layers] == [(50, 6), (3, 50)]
    run.probe("watch", False)
    assert run.peek().pictures["scene"].layers == ()


def test_a_frame_holds_the_moments_between_two_frames(device):
    """Numbers without a gap, states of Gymnasium, and both ends of every episode."""
    run = make(device)
    run.advance(steps=3)
    table = run.peek().pictures["scene"].moments
    assert np.array_equal(np.diff(table[:, 0]), np.ones(len(table) - 1))
    for before, after in pairwise(table):
        if after[1] == before[1]:
            assert after[2] == before[2] + 1
        else:
            assert (after[1], after[2], after[3]) == (before[1] + 1, 0, -1)
            assert abs(before[6]) > 0.2  # the pole had fallen


def test_returns_and_their_average_are_those_of_the_episodes(device):
    run = make(device, envs=2)
    run.advance(steps=300)
    lines = run.peek().pictures["returns"].lines
    gained = np.array(run._trainer.agent.returns)
    assert np.array_equal(lines["return"][1], gained)
    for place in (0, 5, len(gained) - 1):
        assert lines["average"][1, place] == pytest.approx(gained[max(0, place - 19) : place + 1].mean(), rel=1e-5)


def test_the_map_is_the_net_over_the_plane(device):
    run = make(device)
    run.advance(steps=60)
    agent = run._trainer.agent
    map_ = run.peek().pictures["qmap"]
    x, dot = -0.26 + 0.52 * 30 / 40, 3 - 6 * 10 / 40
    here = torch.tensor(agent.world.states[0])
    here[2], here[3] = x, dot
    values = agent.net(here.unsqueeze(0))[0].tolist()
    low, high, most = map_.span
    assert low + map_.best[10, 30] / 255 * (high - low) == pytest.approx(max(values), abs=1e-4)
    assert map_.edge[10, 30] * most == pytest.approx(values[1] - values[0], abs=1e-4)


def test_a_run_stops_when_a_long_exam_says_solved(device, monkeypatch):
    """The short exam is believed only with the long one; Play goes on afterwards without stopping again."""
    marks = {20: 480.0, 100: 400.0}
    monkeypatch.setattr("playground.rl.exam.examine", lambda quick, world, episodes: np.full(episodes, marks[episodes]))
    monkeypatch.setattr("playground.rl.exam.EVERY", 1)
    run = make(device)
    run.advance(steps=FILLING + 1)
    assert run.peek().stop is None
    assert run.peek().metrics["test_return"] == 400
    marks[100] = 476.0
    run.advance(steps=1)
    stop = run.peek().stop
    assert (stop.reason, stop.facts["average"], stop.facts["episodes"]) == ("solved", 476, 100)
    assert "476" in Text("en").say("stops.solved", **stop.facts)
    run.resume()
    run.advance(steps=3)
    assert run.peek().stop is None
    untiring = make(device, solved=False)
    untiring.advance(steps=FILLING + 1)
    assert untiring.peek().stop is None


def test_epsilon_and_rate_act_during_the_run(device):
    run = make(device)
    run.advance(steps=FILLING + 2)
    run.tune(run.config.changed({"epsilon": 0.77, "lr": 0.5}))
    assert run.peek().metrics["epsilon"] == pytest.approx(0.77)
    assert run._trainer.agent.optimizer.param_groups[0]["lr"] == 0.5
    assert not run.config.keeps_run(run.config.changed({"gamma": 0.5}))


def test_an_agent_that_diverges_is_told_as_such(device):
    """With a huge rate: the page explains it, with the rate, and shows sound weights."""
    seat = Seat(DQN, Text("en"), device)
    perform(seat, {"kind": "set", "values": {"lr": 10, "prefill": 40, "gamma": 1, "target_net": "none"}})
    ticket = seat.begin()
    seat.speed = "max"
    for _ in range(200):
        seat.take_turn(ticket, 0.05)
        frame = json.loads(seat.frame())
        if not frame["playing"]:
            break
    assert frame["why"]["reason"] == "diverged"
    assert frame["cards"][0]["fix"]
    assert all(torch.isfinite(weight).all() for weight in seat.run.weights())


def test_speeds_of_the_lesson(device):
    """Real time owes parts of a step: 50 steps in 15 frames; 4× takes 200. Other lessons do not know them."""
    for speed, expected in (("real", 50), ("four", 200)):
        seat = Seat(DQN, Text("en"), device)
        perform(seat, {"kind": "set", "values": {"prefill": 1, "steps": 0}})
        seat.speed = speed
        ticket = seat.begin()
        for _ in range(15):
            seat.take_turn(ticket, 60)
        assert abs(seat.run.step - expected) <= 1
    perform(seat, {"kind": "speed", "value": "headless"})
    assert seat.speed == "headless"


def test_a_frame_is_small(device):
    """Thirty a second must pass through a phone's network."""
    seat = Seat(DQN, Text("en"), device)
    seat.run.advance(steps=400)
    assert len(seat.frame()) < 40_000


def test_nets_live_on_the_device_of_the_argument():
    trainer = Dqn(QUICK, torch.device("cpu"))
    assert {net.out.weight.device.type for net in trainer.nets()} == {"cpu"}
