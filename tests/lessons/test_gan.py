"""The GAN lesson: its steps are those of plain loops, and looking at it, asking it and drawing for it are free."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.functional import mse_loss

from playground.core.refusal import BadValue
from playground.core.run import Run
from playground.data.artist import Artist
from playground.lessons.gan import GAN, Gan, GanConfig
from playground.lessons.gan_losses import LOSSES, PENALTY, gradient_penalty
from playground.lessons.gan_views import A_RANGE, B_RANGE, SIDE
from tests.core.test_promises import Syncs
from tests.core.tiny import same, state

GAMES = list(LOSSES)
IN_TURN = GanConfig(game="nonsaturating", k_d=2, k_g=3, conditional=True, steps=0)
SKETCH = [0.8, 0.6, 0.5, 0.4, 0.4, 0.3, 0.3, 0.3, 0.3, 0.3, 0.4, 0.4, 0.5, 0.6, 0.8]
CONFIGS = {
    "course": GanConfig(steps=0),
    "conditional": GanConfig(conditional=True, steps=0),
    "in turn": IN_TURN,
    "wgan": GanConfig(game="wgan", k_d=2, steps=0),
    "lsgan": GanConfig(game="lsgan", steps=0),
    "only G": GanConfig(train="only_g", k_g=2, steps=0),
    "only D": GanConfig(train="only_d", k_d=2, steps=0),
}


@pytest.fixture(params=CONFIGS.values(), ids=CONFIGS)
def config(request):
    return request.param


def make(config, device):
    return Run(GAN.build, config, device)


def apart(some, others):
    """The largest difference between two lists of weights."""
    return max(float((a - b).detach().abs().max()) for a, b in zip(some, others, strict=True))


class CourseNets:
    """The course's two nets, D with its sigmoid, starting from a run's first weights."""

    def __init__(self, run, told=0, sigmoid=True):
        self.G = nn.Sequential(nn.Linear(5 + told, 128), nn.ReLU(), nn.Linear(128, 15))
        self.D = nn.Sequential(nn.Linear(15 + told, 128), nn.ReLU(), nn.Linear(128, 1))
        for net, own in zip((self.G, self.D), run._trainer.nets(), strict=True):
            net.load_state_dict(own.state_dict())
        if sigmoid:
            self.D.append(nn.Sigmoid())
        self.opt_G = torch.optim.Adam(self.G.parameters(), lr=1e-4)
        self.opt_D = torch.optim.Adam(self.D.parameters(), lr=1e-4)

    def farthest(self, run):
        mine = [*self.G.parameters(), *self.D.parameters()]
        return apart(mine, run.weights())


def course_data(conditional):
    """The paintings and ideas of one step in the order in which the lesson draws its random numbers."""
    a = torch.rand(64, 1) + 1
    art = a * torch.linspace(-1, 1, 15) ** 2 + (a - 1)
    labels = ((a - 1) > 0.5).float()
    ideas = torch.randn(64, 5)
    if conditional:
        return torch.cat([art, labels], 1), torch.cat([ideas, labels], 1), labels
    return art, ideas, None


@pytest.mark.parametrize("conditional", [False, True], ids=["406", "406c"])
def test_fifty_steps_are_those_of_the_course(device, conditional):
    """log(sigmoid), two backward passes, two unfused Adams, as the course writes it, from the same random numbers."""
    run = make(GanConfig(conditional=conditional, steps=0), device)
    nets = CourseNets(run, told=int(conditional))
    first = run.weights()
    random = run._randomness.state()["cpu"]
    run.advance(steps=50)
    torch.set_rng_state(random)
    for _ in range(50):
        art, ideas, labels = course_data(conditional)
        paintings = nets.G(ideas)
        if conditional:
            paintings = torch.cat([paintings, labels], 1)
        prob_real, prob_fake = nets.D(art), nets.D(paintings)
        d_loss = -torch.mean(torch.log(prob_real) + torch.log(1 - prob_fake))
        g_loss = torch.mean(torch.log(1 - prob_fake))
        nets.opt_D.zero_grad()
        d_loss.backward(retain_graph=True)
        kept = [parameter.grad.clone() for parameter in nets.D.parameters()]
        nets.opt_G.zero_grad()
        g_loss.backward()
        for parameter, grad in zip(nets.D.parameters(), kept, strict=True):
            parameter.grad = grad
        nets.opt_D.step()
        nets.opt_G.step()
    assert nets.farthest(run) < 1e-6
    assert apart(first, run.weights()) > 1e-3
    metrics = run.peek().metrics
    assert metrics["d_loss"] == pytest.approx(d_loss.item(), abs=1e-5)
    assert metrics["g_loss"] == pytest.approx(g_loss.item(), abs=1e-5)


def plain_penalty(D, art, paintings):
    share = torch.rand(64, 1)
    between = (share * art + (1 - share) * paintings).requires_grad_()
    slope = torch.autograd.grad(D(between).sum(), between, create_graph=True)[0]
    return 10 * ((slope.pow(2).sum(1).sqrt() - 1) ** 2).mean()


def plain_losses(game, D, art, paintings):
    """D's and G's losses to lower, written from the papers."""
    real, fake = D(art), D(paintings)
    ones, zeros = torch.ones_like(real), torch.zeros_like(real)
    bce = nn.functional.binary_cross_entropy_with_logits
    match game:
        case "original":
            return bce(real, ones) + bce(fake, zeros), -bce(fake, zeros)
        case "nonsaturating":
            return bce(real, ones) + bce(fake, zeros), bce(fake, ones)
        case "lsgan":
            return (mse_loss(real, ones) + mse_loss(fake, zeros)) / 2, mse_loss(fake, ones) / 2
        case _:
            return fake.mean() - real.mean(), -fake.mean()


@pytest.mark.parametrize("game", GAMES)
@pytest.mark.parametrize(("k_d", "k_g"), [(2, 1), (1, 3)])
def test_steps_in_turn_are_those_of_a_plain_loop(device, game, k_d, k_g):
    run = make(GanConfig(game=game, k_d=k_d, k_g=k_g, steps=0), device)
    nets = CourseNets(run, sigmoid=False)
    random = run._randomness.state()["cpu"]
    run.advance(steps=15)
    torch.set_rng_state(random)
    for _ in range(15):
        for _ in range(k_d):
            art, ideas, _ = course_data(False)
            with torch.no_grad():
                paintings = nets.G(ideas)
            loss = plain_losses(game, nets.D, art, paintings)[0]
            if game == "wgan":
                loss = loss + plain_penalty(nets.D, art, paintings)
            nets.opt_D.zero_grad()
            loss.backward()
            nets.opt_D.step()
        for _ in range(k_g):
            art, ideas, _ = course_data(False)
            loss = plain_losses(game, nets.D, art, nets.G(ideas))[1]
            nets.opt_G.zero_grad()
            loss.backward()
            nets.opt_G.step()
    assert nets.farthest(run) < 2e-6


@pytest.mark.parametrize("game", ["original", "nonsaturating"])
def test_logits_far_out_keep_finite_losses_and_gradients(game):
    """log(sigmoid(−200)) is −inf in 32 bits; the logits' own form is not."""
    real, fake = torch.tensor([[-200.0]], requires_grad=True), torch.tensor([[200.0]], requires_grad=True)
    score, loss = LOSSES[game].score(real, fake), LOSSES[game].loss(fake)
    (score + loss).backward()
    assert score.item() == pytest.approx(-400)
    assert math.isfinite(loss.item())
    assert torch.isfinite(real.grad).all()
    assert torch.log(torch.sigmoid(real)).item() == -math.inf


def test_the_balance_of_each_game_is_its_score_when_d_cannot_tell():
    half = {"original": 0.0, "nonsaturating": 0.0, "lsgan": 0.5, "wgan": 3.7}  # the output that says one half
    for name, game in LOSSES.items():
        output = torch.full((8, 1), half[name])
        assert game.score(output, output).item() == pytest.approx(game.balance, abs=1e-6)
        assert game.opinion(output, output.mean()).flatten().tolist() == pytest.approx([0.5] * 8)
    assert LOSSES["original"].balance == pytest.approx(-1.386, abs=1e-3)


def test_the_penalty_of_a_linear_critic_is_known(device):
    """Its slope is its weight everywhere."""
    weight = torch.tensor([3.0, 4.0])
    penalty = gradient_penalty(lambda points: points @ weight, torch.randn(6, 2), torch.randn(6, 2))
    assert penalty.item() == pytest.approx(PENALTY * (5 - 1) ** 2)


@pytest.mark.parametrize(("train", "still"), [("only_g", 1), ("only_d", 0)])
def test_who_rests_does_not_move(device, train, still):
    run = make(GanConfig(train=train, steps=0), device)
    before = [[weight.clone() for weight in net.parameters()] for net in run._trainer.nets()]
    run.advance(steps=5)
    moved = [
        any(not torch.equal(a, b) for a, b in zip(kept, net.parameters(), strict=True))
        for kept, net in zip(before, run._trainer.nets(), strict=True)
    ]
    assert moved[still] is False
    assert moved[1 - still] is True


def test_switching_who_learns_keeps_the_run_and_its_charts(device):
    run = make(GanConfig(steps=0), device)
    for train in ("both", "only_g", "only_d", "both"):
        run.tune(run.config.changed({"train": train}))
        run.advance(steps=3)
    frame = run.peek()
    assert frame.step == 12
    assert {"d_loss", "g_loss"} <= set(frame.metrics)
    assert all(math.isfinite(value) for value in frame.metrics.values())


def test_learning_rates_turns_and_momentum_act_at_once(device):
    run = make(GanConfig(steps=0), device)
    run.advance(steps=2)
    run.tune(run.config.changed({"lr_g": 0.01, "lr_d": 0.02, "beta1": 0.5, "k_g": 2}))
    trainer = run._trainer
    assert [optimizer.param_groups[0]["lr"] for optimizer in (trainer.optimizer_g, trainer.optimizer_d)] == [0.01, 0.02]
    assert trainer.optimizer_g.param_groups[0]["betas"] == (0.5, 0.999)
    run.advance(steps=1)
    steps = {int(values["step"]) for values in trainer.optimizer_g.state.values()}
    assert steps == {2 + 2}


def test_the_stages_come_in_order_and_slow_motion_is_the_same_learning(device, config):
    plain, slow = make(config, device), make(config, device)
    plain.advance(steps=4)
    names = []
    while slow.step < 4:
        names.append(slow.advance_stage())
        assert slow.peek(closely=True).stage == names[-1]
    assert same(state(plain), state(slow))
    once = ["artist", "paint", "judge"]
    d_turns = 0 if config.train == "only_g" else config.k_d
    g_turns = 0 if config.train == "only_d" else config.k_g
    is_course = config.game == "original" and config.train == "both" and config.k_d == config.k_g == 1
    step = [*once, "learn_d", "learn_g"] if is_course else [*once, "learn_d"] * d_turns + [*once, "learn_g"] * g_turns
    assert names == 4 * step
    assert set(names) <= set(GAN.stages) == set(Gan.STAGES)


def test_a_step_left_half_done_is_finished_first(device, config):
    plain, mixed = make(config, device), make(config, device)
    plain.advance(steps=3)
    mixed.advance_stage()
    mixed.advance_stage()
    mixed.advance(steps=2)
    assert mixed.step in (2, 3)
    mixed.advance(steps=3 - mixed.step)
    assert same(state(plain), state(mixed))


def test_looking_and_asking_and_drawing_are_free(device, config):
    """Also in slow motion, where gradients of D are looked at between a backward pass and its update."""
    quiet, watched = make(config, device), make(config, device)
    quiet.advance(steps=8)
    for step in range(8):
        watched.probe("idea", [step / 4, -1, 0, 1, 2])
        watched.probe("ask", ("upper", "lower")[step % 2])
        watched.probe("sketch", {"heights": SKETCH, "done": step % 3 == 0} if step % 4 else None)
        if step % 2:
            while watched.step == step:
                watched.advance_stage()
                watched.peek(closely=True)
        else:
            watched.advance(steps=1)
        watched.peek()
    assert same(state(quiet), state(watched))


def test_the_same_seed_gives_the_same_run_and_another_one_does_not(device):
    runs = [make(GanConfig(seed=seed, steps=0), device) for seed in (5, 5, 6)]
    for run in runs:
        run.advance(steps=5)
    assert same(state(runs[0]), state(runs[1]))
    assert not same(state(runs[0]), state(runs[2]))
    frames = [run.peek().pictures["paintings"].painted for run in runs]
    assert np.array_equal(frames[0], frames[1])


@pytest.mark.parametrize("name", ["course", "in turn", "wgan"])
def test_no_step_reads_a_number_and_a_look_reads_once(device, name):
    run = make(CONFIGS[name], device)
    run.probe("sketch", {"heights": SKETCH, "done": True})
    run.peek()
    with Syncs() as syncs:
        run.advance(steps=10)
        run.peek()
        run.probe("sketch", {"heights": SKETCH, "done": True})
    assert syncs.count == 0


@pytest.mark.parametrize("name", GAN.presets)
def test_every_preset_shows_a_picture_for_each_panel(device, name):
    preset = GAN.presets[name]
    run = make(preset.config, device)
    run.advance(steps=2)
    frame = run.peek()
    assert frame.step == 2
    assert set(frame.pictures) == set(GAN.panels)
    assert GAN.build is Gan
    assert type(preset.config) is GAN.config


def test_a_look_shows_what_the_nets_say(device):
    run = make(GanConfig(steps=0, hidden=32), device)
    run.advance(steps=30)
    idea = [0.5, -1.0, 2.0, 0.0, -0.3]
    run.probe("idea", idea)
    pictures = run.peek().pictures
    painter, critic = run._trainer.nets()
    with torch.no_grad():
        painting = painter(torch.tensor([idea]))
        shown = pictures["paintings"]
        np.testing.assert_allclose(shown.chosen, painting[0], atol=1e-6)
        np.testing.assert_allclose(shown.chosen_judged, torch.sigmoid(critic(painting))[0], atol=1e-6)
        judged = torch.sigmoid(critic(torch.from_numpy(shown.painted)))[:, 0]
        np.testing.assert_allclose(shown.painted_judged, judged, atol=1e-6)
        opinions = pictures["opinion"]
        row, column = 7, 31
        a, b = np.linspace(*A_RANGE, SIDE)[column], np.linspace(*B_RANGE, SIDE)[SIDE - 1 - row]
        curve = torch.tensor(a * np.linspace(-1, 1, 15) ** 2 + b, dtype=torch.float32)
        assert opinions.values[row, column] == pytest.approx(255 * torch.sigmoid(critic(curve)).item(), abs=0.6)
    fitted = [np.polyfit(np.linspace(-1, 1, 15) ** 2, curve, 1) for curve in shown.painted]
    np.testing.assert_allclose(opinions.dots, fitted, atol=1e-4)
    np.testing.assert_allclose(pictures["studio"].idea, idea, atol=1e-6)


def test_where_d_looks_is_the_slope_of_its_logit(device):
    """Against finite differences in double precision."""
    run = make(GanConfig(steps=0), device)
    run.advance(steps=40)
    heat = run.peek().pictures["touch"]
    assert (heat.rows[0], heat.rows[-1], len(heat.columns)) == ("a 2.0", "a 1.0", 15)
    critic = run._trainer.nets()[1].double()
    curve = 1.3 * torch.linspace(-1, 1, 15, dtype=torch.double) ** 2 + 0.3
    bumps = 1e-7 * torch.eye(15, dtype=torch.double)
    with torch.no_grad():
        slopes = (critic(curve + bumps) - critic(curve - bumps))[:, 0] / 2e-7
    np.testing.assert_allclose(heat.values[heat.rows.index("a 1.3")], slopes, atol=1e-4)


def test_a_sketch_is_judged_and_advised(device):
    run = make(GanConfig(steps=0), device)
    run.advance(steps=60)
    assert run.peek().pictures["critic"].heights is None
    run.probe("sketch", {"heights": SKETCH, "done": False})
    contest = run.peek().pictures["critic"]
    critic = run._trainer.nets()[1]
    curve = torch.tensor(SKETCH, requires_grad=True)
    logit = critic(curve)
    logit.backward()
    assert contest.judged == pytest.approx(torch.sigmoid(logit).item(), abs=1e-6)
    np.testing.assert_allclose(contest.push, curve.grad, atol=1e-6)
    assert contest.tally.tolist() == [0, 0]
    assert contest.rival == pytest.approx(run.peek().metrics["d_fake"], abs=1e-6)
    run.probe("sketch", None)
    assert run.peek().pictures["critic"].heights is None


def test_a_round_is_counted_for_whoever_d_believes_more(device):
    """A real painting against an untrained G before a D that has learnt, and a curve far below."""
    run = make(GanConfig(train="only_d", steps=0), device)
    run.advance(steps=400)
    artist = Artist(device)
    real = artist.paint(torch.tensor([[1.5]]))[0].tolist()
    for heights, expected in ((real, [1, 0]), ([-1.0] * 15, [1, 1]), (real, [2, 1])):
        run.probe("sketch", {"heights": heights, "done": True})
        assert run.peek().pictures["critic"].tally.tolist() == expected


def test_an_upper_or_a_lower_one_is_asked_of_both_nets(device):
    run = make(GanConfig(conditional=True, steps=0), device)
    run.probe("sketch", {"heights": SKETCH, "done": False})
    painter, critic = run._trainer.nets()
    ideas = run._trainer.duel.ideas
    for name, label in (("lower", 0.0), ("upper", 1.0)):
        run.probe("ask", name)
        pictures = run.peek().pictures
        with torch.no_grad():
            painted = painter(torch.cat([ideas[:48], torch.full((48, 1), label)], 1))
            np.testing.assert_allclose(pictures["paintings"].painted, painted, atol=1e-6)
            logit = critic(torch.tensor([*SKETCH, label]))
            assert pictures["critic"].judged == pytest.approx(torch.sigmoid(logit).item(), abs=1e-6)
        squares = np.linspace(-1, 1, 15) ** 2
        low, high = (1.5 * squares + 0.5, 2 * squares + 1) if label else (squares, 1.5 * squares + 0.5)
        np.testing.assert_allclose(pictures["paintings"].low, low, atol=1e-6)
        np.testing.assert_allclose(pictures["paintings"].high, high, atol=1e-6)
        assert (pictures["paintings"].real >= low - 1e-6).all()
        assert (pictures["paintings"].real <= high + 1e-6).all()


HOSTILE = [
    ("sketch", "junk"),
    ("sketch", []),
    ("sketch", {"heights": SKETCH[:-1]}),
    ("sketch", {"heights": [*SKETCH[:-1], math.nan], "done": True}),
    ("sketch", {"heights": [*SKETCH[:-1], 10**400], "done": True}),
    ("sketch", {"heights": [*SKETCH[:-1], True], "done": True}),
    ("sketch", {"heights": "012345678901234"}),
    ("sketch", {"heights": [[0]] * 15}),
    ("idea", None),
    ("idea", [0, 0, 0, 0]),
    ("idea", [0, 0, 0, 0, "0"]),
    ("idea", [0, 0, 0, 0, math.inf]),
    ("idea", {"0": 1}),
    ("ask", "both"),
    ("ask", ["upper"]),
    ("ask", None),
    ("weight", {"layer": 0, "unit": 0, "source": 0, "value": 1}),
    ("point", [0, 0]),
]


@pytest.mark.parametrize(("name", "value"), HOSTILE, ids=str)
def test_what_is_not_understood_is_refused_and_nothing_is_lost(device, name, value):
    run = make(GanConfig(conditional=True, steps=0), device)
    run.probe("sketch", {"heights": SKETCH, "done": True})
    run.probe("idea", [1, 1, 1, 1, 1])
    run.advance_stage()
    before, frame = state(run), run.peek()
    with pytest.raises(BadValue):
        run.probe(name, value)
    after = run.peek()
    assert run.step == 0
    assert same(before, state(run))
    np.testing.assert_array_equal(after.pictures["paintings"].chosen, frame.pictures["paintings"].chosen)
    np.testing.assert_array_equal(after.pictures["critic"].heights, frame.pictures["critic"].heights)
    np.testing.assert_array_equal(after.pictures["critic"].tally, frame.pictures["critic"].tally)


def test_the_charts_carry_their_aims_and_all_metrics(device):
    run = make(GanConfig(conditional=True, steps=0), device)
    run.advance(steps=3)
    pictures = run.peek().pictures
    charts = {chart.plot.name: chart for panel in ("balance", "quality") for chart in pictures[panel].charts}
    assert charts["probability"].plot.aim == 0.5
    assert charts["score"].plot.aim == pytest.approx(-math.log(4))
    assert set(charts["inside"].lines) == {"band_share", "asked_share"}
    assert charts["losses"].lines["d_loss"].shape == (2, 3)
    assert charts["distance"].lines["distance"].shape[0] == 2
    assert "loss" not in pictures
    shown = {name for chart in charts.values() for name in chart.lines}
    assert shown == set(run.peek().metrics)


def test_the_score_measured_is_that_of_the_sample(device):
    run = make(GanConfig(steps=0), device)
    run.advance(steps=20)
    metrics = run.peek().metrics
    duel = run._trainer.duel
    with torch.no_grad():
        real = torch.sigmoid(duel.critic(duel.real))
        fake = torch.sigmoid(duel.critic(duel.painter(duel.ideas)))
    assert metrics["d_real"] == pytest.approx(real.mean().item(), abs=1e-6)
    assert metrics["d_fake"] == pytest.approx(fake.mean().item(), abs=1e-6)
    assert metrics["score"] == pytest.approx((real.log().mean() + (1 - fake).log().mean()).item(), abs=1e-5)


def test_other_sizes_of_nets_and_ideas_run(device):
    for values in ({"ideas": 1, "hidden": 4}, {"ideas": 20, "paintings": 2, "game": "wgan"}):
        run = make(replace(GanConfig(steps=2), **values), device)
        run.advance(steps=5)
        assert run.peek().stop.reason == "finished"
