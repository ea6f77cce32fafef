"""What the detectors judge by is what plain torch says, and each card has a setting that brings it."""

from dataclasses import replace

import pytest
import torch
from torch import nn

from playground.core.inner import inner_numbers
from playground.core.nets import mlp
from playground.core.run import Run
from playground.lessons.classifier import CLASSIFIER, ClassifierConfig
from playground.lessons.classifier_losses import entropy
from playground.lessons.regression import REGRESSION, RegressionConfig


def followed(lesson, config, device, looks=60):
    """The frames of a run that is looked at as often as a viewer would."""
    run = Run(lesson.build, config, device)
    while run.stop is None:
        run.advance(steps=max(1, config.steps // looks))
        frame = run.peek()
    return frame


def keys(frame):
    return [card.key for card in frame.cards]


@pytest.mark.parametrize(("activation", "ends"), [("relu", None), ("tanh", (-1, 1)), ("sigmoid", (0, 1))])
def test_the_numbers_are_those_of_the_net(activation, ends):
    torch.manual_seed(0)
    net = mlp((2, 6, 5, 1), activation)
    with torch.no_grad():
        net[0].bias[:3] = -100.0
        net[2].bias[4] = 100.0
    x = torch.randn(50, 2)
    y = x.prod(dim=1, keepdim=True)
    baseline = y.var(correction=0)
    with torch.no_grad():
        numbers = inner_numbers(net, nn.MSELoss(), x, y, baseline)
        first = net[1](net[0](x))
        second = net[3](net[2](first))
        loss = ((net(x) - y) ** 2).mean()
    for place, layer in enumerate((first, second)):
        silent = sum(bool((layer[:, unit] == 0).all()) for unit in range(layer.shape[1]))
        if not ends:
            assert numbers["silent"][place] == silent
        else:
            near = 0.02 * (ends[1] - ends[0]) / 2
            stuck = [
                ((layer[:, u] < ends[0] + near) | (layer[:, u] > ends[1] - near)).sum() >= 45
                for u in range(len(layer[0]))
            ]
            assert numbers["stuck"][place] == sum(stuck)
    assert numbers["unexplained"] == pytest.approx(float(loss / baseline), rel=1e-5)


def test_a_net_gone_wild_still_has_finite_numbers():
    net = mlp((1, 3, 1), "relu")
    with torch.no_grad():
        net[0].weight.fill_(1e30)
        net[2].weight.fill_(1e30)
    x = torch.ones(4, 1)
    numbers = inner_numbers(net, nn.MSELoss(), x, x, torch.zeros(()))
    assert all(torch.isfinite(value.float()).all() for value in numbers.values())


def test_the_entropy_is_the_loss_of_the_best_blind_guess():
    labels = torch.tensor([0] * 30 + [1] * 10)
    logits = torch.tensor([[0.75, 0.25]]).log().expand(40, 2)
    assert entropy(labels) == pytest.approx(float(nn.functional.cross_entropy(logits, labels)), rel=1e-5)


CASES = {
    "diverged": (REGRESSION, RegressionConfig(lr=1e6)),
    "dead_relu": (REGRESSION, RegressionConfig(lr=0.5, steps=100, seed=2)),
    "saturated": (REGRESSION, RegressionConfig(activation="sigmoid", optimizer="adam", lr=5)),
    "linear_model": (REGRESSION, RegressionConfig(layers=())),
    "small_net": (CLASSIFIER, ClassifierConfig(data="rings", noise=0.1, layers=(2,), lr=0.3, steps=600)),
    "slow": (REGRESSION, RegressionConfig(lr=1e-5, optimizer="adam", steps=500)),
    "plateau": (CLASSIFIER, ClassifierConfig(data="xor", activation="sigmoid", layers=(8, 8), steps=500, lr=0.1)),
    "unfinished": (REGRESSION, RegressionConfig(lr=0.01, seed=2)),
    "overfit": (
        REGRESSION,
        RegressionConfig(
            samples=12, noise=1, noise_kind="normal", test=0.5, layers=(16, 16), optimizer="adam", lr=0.01, steps=1000
        ),
    ),
}


@pytest.mark.parametrize("key", CASES)
def test_each_has_a_setting_that_brings_it_and_a_fix_that_helps(device, key):
    """The fix brings the loss well below; it is the test loss where that is the trouble."""
    lesson, config = CASES[key]
    frame = followed(lesson, config, device)
    assert keys(frame) == [key]
    (card,) = frame.cards
    values = card.fix or card.seek(lesson.build, config, device)
    better = followed(lesson, replace(config, **values), device)
    metric = "test_loss" if key == "overfit" else "loss"
    assert better.metrics[metric] < 0.75 * frame.metrics[metric]
    assert key not in keys(better)


SIDE_BY_SIDE = {
    "diverged": ClassifierConfig(lr=30, data="moons", noise=0.1),
    "slow": ClassifierConfig(lr=1e-5),
    "overfit": ClassifierConfig(
        data="moons", samples=20, noise=0.6, test=0.5, layers=(16, 16), optimizer="adam", lr=0.01, steps=600
    ),
}


@pytest.mark.parametrize("key", SIDE_BY_SIDE)
def test_two_heads_side_by_side_get_the_same_cards_each_by_its_own_numbers(device, key):
    config = replace(SIDE_BY_SIDE[key], head="both")
    frame = followed(CLASSIFIER, config, device)
    assert keys(frame) == [key]
    (card,) = frame.cards
    better = followed(CLASSIFIER, config.changed(card.fix or card.seek(CLASSIFIER.build, config, device)), device)
    assert card.nets
    for net in card.nets:
        metric = f"{net}_test_loss" if key == "overfit" else net
        assert better.metrics[metric] < 0.8 * frame.metrics[metric]
    assert key not in keys(better)


def test_only_the_head_that_is_sick_is_named(device):
    """The sigmoid alone has dead ReLUs: its hidden layer is silenced by hand."""
    config = ClassifierConfig(head="both", data="moons", steps=60)
    run = Run(CLASSIFIER.build, config, device)
    with torch.no_grad():
        run.trainer().sigmoid[0].bias.fill_(-100)
    run.advance(steps=60)
    (card,) = run.peek().cards
    assert (card.key, card.nets, card.facts["count"]) == ("dead_relu", ("sigmoid",), 10)


NOISY = [
    (REGRESSION, RegressionConfig(noise=1, steps=300)),
    (REGRESSION, RegressionConfig(outliers=True, steps=300)),
    (CLASSIFIER, ClassifierConfig(noise=2, steps=300, lr=0.1)),
    (CLASSIFIER, ClassifierConfig(noise=2, layers=(), steps=300, lr=0.1)),
]


@pytest.mark.parametrize(("lesson", "config"), NOISY)
def test_noise_that_no_net_can_explain_is_blamed_on_nobody(device, lesson, config):
    """A loss that stands still may lie in the data: such a card waits for much better settings, here in vain."""
    for card in followed(lesson, config, device).cards:
        assert card.unsure
        assert not card.seek(lesson.build, config, device)


QUIET = [(REGRESSION, name) for name in ("301", "303", "305", "305b")]
QUIET += [(CLASSIFIER, name) for name in CLASSIFIER.presets if name != "spirals"]


@pytest.mark.parametrize(("lesson", "name"), QUIET)
def test_presets_that_go_well_bring_no_card(device, lesson, name):
    for seed in (1, 2, 7):
        assert keys(followed(lesson, replace(lesson.presets[name].config, seed=seed), device)) == []


def test_the_spirals_bring_none_either(device):
    assert keys(followed(CLASSIFIER, CLASSIFIER.presets["spirals"].config, device)) == []


def test_304_tells_of_dead_relus_where_it_happens(device):
    """Seeds 2 and 7 end half-dead; the others fit."""
    dead = {}
    for seed in range(1, 9):
        frame = followed(REGRESSION, replace(REGRESSION.presets["304"].config, seed=seed), device)
        dead[seed] = keys(frame) == ["dead_relu"]
        assert dead[seed] == (frame.metrics["loss"] > 0.03)
    assert [seed for seed, is_dead in dead.items() if is_dead] == [2, 7]


def test_the_facts_of_dead_relus_can_be_counted_in_the_net(device):
    run = Run(REGRESSION.build, CASES["dead_relu"][1], device)
    run.advance(steps=100)
    (card,) = run.peek().cards
    net, x = run.net(), torch.linspace(-1, 1, 100).unsqueeze(1)
    silent = (net[1](net[0](x)) == 0).all(dim=0).sum()
    assert card.facts == {"count": int(silent), "units": 10, "layer": 1}


def test_balanced_classes_weigh_the_same(device):
    """Ten points of one class against ninety: the loss is the mean of the classes' own mean losses."""
    own = tuple((float(i % 7) - 3, float(i % 5) - 2, int(i < 10)) for i in range(100))
    for head in ("softmax", "sigmoid"):
        plain, even = (
            Run(CLASSIFIER.build, ClassifierConfig(own=own, head=head, balanced=balanced), device)
            for balanced in (False, True)
        )
        trainers = plain._trainer, even._trainer
        x, labels = trainers[0].batches.inputs, trainers[0].batches.targets
        with torch.no_grad():
            logits = trainers[0].net(x)
            parts = [trainers[0].loss(logits[labels == place], labels[labels == place]) for place in (0, 1)]
            assert trainers[1].loss(logits, labels) == pytest.approx(float(sum(parts) / 2), rel=1e-5)


def test_a_class_that_is_left_out_is_noticed_and_found_when_it_counts_more(device):
    torch.manual_seed(3)
    many, few = torch.randn(95, 2) * 1.5, torch.randn(5, 2) * 0.6 + 1.2
    own = tuple((*point, 0) for point in many.tolist()) + tuple((*point, 1) for point in few.tolist())
    config = ClassifierConfig(own=own, steps=300, lr=0.1)
    frame = followed(CLASSIFIER, config, device)
    card = frame.cards[0]
    assert card.key == "imbalance"
    assert (card.facts["rare"], card.facts["total"], card.facts["name"]) == (5, 100, "B")
    matrix = frame.pictures["confusion"].values
    assert matrix[1, 1] == card.facts["right"] <= 2
    better = followed(CLASSIFIER, replace(config, **card.fix), device)
    assert better.pictures["confusion"].values[1, 1] >= 4
    assert "imbalance" not in keys(better)
