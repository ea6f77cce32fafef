"""The learning is exactly that of a plain torch loop: the oracle here is what a textbook writes."""

import math
from dataclasses import replace
from itertools import pairwise

import pytest
import torch
from torch import nn
from torch.nn import functional

from playground.core.run import Run
from playground.lessons.classifier import CLASSIFIER, ClassifierConfig
from playground.lessons.regression import REGRESSION, RegressionConfig
from tests.core.tiny import same

ACTIVATIONS = {"relu": nn.ReLU, "tanh": nn.Tanh}
OPTIMIZERS = {
    "sgd": lambda weights, lr: torch.optim.SGD(weights, lr=lr),
    "momentum": lambda weights, lr: torch.optim.SGD(weights, lr=lr, momentum=0.9),
    "nesterov": lambda weights, lr: torch.optim.SGD(weights, lr=lr, momentum=0.9, nesterov=True),
    "adagrad": lambda weights, lr: torch.optim.Adagrad(weights, lr=lr),
    "rmsprop": lambda weights, lr: torch.optim.RMSprop(weights, lr=lr),
    "adam": lambda weights, lr: torch.optim.Adam(weights, lr=lr),
    "adamw": lambda weights, lr: torch.optim.AdamW(weights, lr=lr),
}
LOSSES = {
    "mse": nn.MSELoss(),
    "mae": nn.L1Loss(),
    "smooth_l1": nn.SmoothL1Loss(),
    "huber": nn.HuberLoss(delta=0.1),
}


def parabola(seed=1):
    torch.manual_seed(seed)
    x = torch.unsqueeze(torch.linspace(-1, 1, 100), dim=1)
    return x, x.pow(2) + 0.2 * torch.rand(x.size())


def two_clouds(seed=1):
    torch.manual_seed(seed)
    ones = torch.ones(100, 2)
    return torch.normal(torch.cat([2 * ones, -2 * ones]), 1.0), torch.cat([torch.zeros(100), torch.ones(100)]).long()


def two_spirals(per_class, noise, share, seed=1):
    torch.manual_seed(seed)
    along = torch.linspace(0.04, 1, per_class).repeat(2)
    angle = 3.5 * math.pi * along + math.pi * torch.arange(2).repeat_interleave(per_class)
    xy = 5 * along.unsqueeze(1) * torch.stack([angle.sin(), angle.cos()], dim=1)
    xy = xy + 0.8 * noise * torch.randn(xy.size())
    labels = torch.arange(2).repeat_interleave(per_class)
    held = torch.zeros(2 * per_class, dtype=torch.bool)
    held[torch.randperm(2 * per_class)[: round(share * 2 * per_class)]] = True
    return xy[~held], labels[~held]


def perceptron(widths, activation, seed=1):
    torch.manual_seed(seed + 1)
    modules = []
    for a, b in pairwise(widths[:-1]):
        modules += [nn.Linear(a, b), ACTIVATIONS[activation]()]
    return nn.Sequential(*modules, nn.Linear(widths[-2], widths[-1]))


def loop(net, data, loss, optimizer, steps, batch=0, at_step=None, penalty=None):
    """The textbook loop; torch's generator stands where making the net has left it. Returns the losses."""
    inputs, targets = data
    losses, order = [], []
    for step in range(steps):
        if at_step:
            at_step(step, optimizer)
        x, y = inputs, targets
        if batch:
            if not order:
                order = list(torch.randperm(len(inputs)).split(batch))
            rows = order.pop(0)
            x, y = inputs[rows], targets[rows]
        value = loss(net(x), y)
        objective = value + penalty(net) if penalty else value
        optimizer.zero_grad()
        objective.backward()
        optimizer.step()
        losses.append(value.item())
    return losses


def learnt(lesson, config, device, steps):
    """Weights and losses of a run that was looked at now and then."""
    run = Run(lesson.build, replace(config, steps=0), device)
    for _ in range(steps // 10):
        run.advance(steps=10)
        run.peek()
    assert run.step == steps
    weights = [weight.detach().clone() for net in run._trainer.nets() for weight in net.parameters()]
    return weights, run.history.series


def check(lesson, config, device, net, losses, steps, series="loss"):
    weights, history = learnt(lesson, config, device, steps)
    assert same(weights, list(net.parameters()))
    places, values = history[series].shown(10_000)
    assert places.tolist() == list(range(steps))
    assert values.tolist() == losses


def test_course_301_is_the_textbook_loop(device):
    net = perceptron((1, 10, 1), "relu")
    losses = loop(net, parabola(), nn.MSELoss(), torch.optim.SGD(net.parameters(), lr=0.2), 200)
    check(REGRESSION, REGRESSION.presets["301"].config, device, net, losses, 200)


def test_course_302_is_the_textbook_loop(device):
    data = two_clouds()
    net = perceptron((2, 10, 2), "relu")
    losses = loop(net, data, functional.cross_entropy, torch.optim.SGD(net.parameters(), lr=0.02), 100)
    check(CLASSIFIER, CLASSIFIER.presets["302"].config, device, net, losses, 100)


def test_spirals_with_two_layers_and_mini_batches_are_the_textbook_loop(device):
    data = two_spirals(150, 0.1, 0.3)
    net = perceptron((2, 8, 8, 2), "tanh")
    losses = loop(net, data, nn.CrossEntropyLoss(), torch.optim.Adam(net.parameters(), lr=0.02), 300, batch=32)
    check(CLASSIFIER, CLASSIFIER.presets["spirals"].config, device, net, losses, 300)


def test_one_sigmoid_output_is_the_textbook_loop(device):
    xy, labels = two_clouds()
    net = perceptron((2, 10, 1), "relu")
    losses = loop(
        net, (xy, labels.float().unsqueeze(1)), nn.BCEWithLogitsLoss(), torch.optim.SGD(net.parameters(), lr=0.02), 100
    )
    weights, history = learnt(CLASSIFIER, ClassifierConfig(head="sigmoid"), device, 100)
    assert same(weights, list(net.parameters()))
    assert history["loss"].shown(1000)[1].tolist() == losses


def test_both_heads_learn_like_two_loops_with_the_same_batches(device):
    data = two_clouds()
    softmax = perceptron((2, 10, 2), "relu")
    perceptron((2, 10, 1), "relu")  # the second net is made under the same seed; batches follow it
    losses = loop(softmax, data, nn.CrossEntropyLoss(), torch.optim.SGD(softmax.parameters(), lr=0.02), 100, batch=30)
    weights, history = learnt(CLASSIFIER, ClassifierConfig(head="both", batch=30), device, 100)
    assert same(weights[:4], list(softmax.parameters()))
    assert history["softmax"].shown(1000)[1].tolist() == losses
    assert history["sigmoid"].shown(1000)[1].tolist() != losses


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_each_optimizer_is_torchs_own(device, name):
    net = perceptron((1, 10, 1), "relu", seed=3)
    data = parabola(seed=3)
    torch.manual_seed(4)
    perceptron((1, 10, 1), "relu", seed=3)  # the batches' order follows the net in the random numbers
    losses = loop(net, data, nn.MSELoss(), OPTIMIZERS[name](net.parameters(), 0.02), 60, batch=32)
    check(REGRESSION, RegressionConfig(optimizer=name, lr=0.02, seed=3, batch=32), device, net, losses, 60)


@pytest.mark.parametrize("name", LOSSES)
def test_each_loss_is_torchs_own(device, name):
    data = parabola()
    net = perceptron((1, 10, 1), "relu")
    losses = loop(net, data, LOSSES[name], torch.optim.SGD(net.parameters(), lr=0.2), 60)
    check(REGRESSION, RegressionConfig(loss=name), device, net, losses, 60)


def test_l1_adds_the_sum_of_the_weights_magnitudes(device):
    """Of the weights alone, and the shown loss stays without it."""
    data = parabola()
    net = perceptron((1, 10, 1), "relu")

    def penalty(net):
        return 0.01 * sum(weight.abs().sum() for name, weight in net.named_parameters() if "weight" in name)

    loop(net, data, nn.MSELoss(), torch.optim.SGD(net.parameters(), lr=0.1), 100, penalty=penalty)
    weights, history = learnt(REGRESSION, RegressionConfig(lr=0.1, l1=0.01), device, 100)
    for mine, other in zip(weights, net.parameters(), strict=True):
        torch.testing.assert_close(mine, other.detach(), rtol=1e-4, atol=1e-5)
    with torch.no_grad():
        unpenalised = nn.functional.mse_loss(net(data[0]), data[1]).item()
    assert history["loss"].newest == pytest.approx(unpenalised, rel=0.05)


def test_l2_is_the_weight_decay_of_torchs_sgd(device):
    """Decay for the weights alone, none for the biases, by parameter groups."""
    data = parabola()
    net = perceptron((1, 10, 1), "relu")
    weights = [value for name, value in net.named_parameters() if "weight" in name]
    biases = [value for name, value in net.named_parameters() if "bias" in name]
    groups = [{"params": weights, "weight_decay": 0.05}, {"params": biases}]
    loop(net, data, nn.MSELoss(), torch.optim.SGD(groups, lr=0.1), 100)
    mine, _ = learnt(REGRESSION, RegressionConfig(lr=0.1, l2=0.05), device, 100)
    for value, other in zip(mine, net.parameters(), strict=True):
        torch.testing.assert_close(value, other.detach(), rtol=1e-4, atol=1e-5)
    plain, _ = learnt(REGRESSION, RegressionConfig(lr=0.1), device, 100)
    assert not torch.allclose(plain[0], mine[0], atol=1e-3)


@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "adam"])
def test_a_learning_rate_turned_at_step_50_acts_at_once(device, optimizer):
    """Live knobs equal a loop that writes into param_groups; the momentum too."""

    def turn(step, optimizer):
        if step == 50:
            for group in optimizer.param_groups:
                group["lr"] = 0.01
                if group.get("momentum"):
                    group["momentum"] = 0.5

    data = parabola()
    net = perceptron((1, 10, 1), "relu")
    loop(net, data, nn.MSELoss(), OPTIMIZERS[optimizer](net.parameters(), 0.1), 100, at_step=turn)
    run = Run(REGRESSION.build, RegressionConfig(lr=0.1, optimizer=optimizer), device)
    run.advance(steps=50)
    run.peek()
    run.tune(run.config.changed({"lr": 0.01, "momentum": 0.5}))
    run.advance(steps=50)
    assert same(list(run._trainer.net.parameters()), list(net.parameters()))


def test_penalties_turned_during_a_run_act_at_once(device):
    run, plain = (Run(REGRESSION.build, RegressionConfig(), device) for _ in range(2))
    for each in (run, plain):
        each.advance(steps=10)
    run.tune(run.config.changed({"l2": 1.0}))
    weights = [layer.weight.detach().clone() for layer in (run._trainer.net[0], plain._trainer.net[0])]
    assert torch.equal(*weights)
    for each in (run, plain):
        each.advance(steps=1)
    with torch.no_grad():
        decayed = plain._trainer.net[0].weight - 0.2 * 1.0 * weights[0]
    torch.testing.assert_close(run._trainer.net[0].weight.detach(), decayed)


def test_mini_batches_of_305_are_two_of_five_in_three_epochs(device):
    """The course's loader: each epoch a fresh order, two batches of 5, six steps in all."""
    run = Run(REGRESSION.build, REGRESSION.presets["305"].config, device)
    xs = []
    for step in range(6):
        run.advance(steps=1)
        cards = run.peek().pictures["cards"]
        assert cards.epoch == step // 2 + 1
        assert cards.current == step % 2 + 1
        assert [len(x) for x, _ in cards.batches] == [5, 5]
        for x, y in cards.batches:
            assert (x + y == 11).all()
        xs.append(sorted(float(value) for x, _ in cards.batches for value in x))
    assert xs == [[float(value) for value in range(1, 11)]] * 6
    assert run.peek().stop.reason == "finished"
