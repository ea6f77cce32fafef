"""The oracle of the race: one net, one torch.optim optimizer, the textbook loop."""

from itertools import pairwise

import torch
from torch import nn
from torch.nn import functional
from torch.optim import lr_scheduler

from playground.core.run import Run
from playground.data import curves, points
from playground.lessons.race import RACE

ACTIVATIONS = {"relu": nn.ReLU, "tanh": nn.Tanh}


def optimizer_of(spec, net):
    """Written out again on purpose."""
    weights, lr = list(net.parameters()), spec.lr
    given = dict(spec.options)
    if spec.kind in ("momentum", "nesterov"):
        momentum, decay = given.get("momentum", 0.9), given.get("decay", 0)
        return [
            torch.optim.SGD(weights, lr=lr, momentum=momentum, nesterov=spec.kind == "nesterov", weight_decay=decay)
        ]
    if spec.kind == "lbfgs":
        count = int(given.get("iterations", 4))
        return [torch.optim.LBFGS(weights, lr=lr, max_iter=count, line_search_fn="strong_wolfe")]
    if spec.kind == "muon":
        inner = [layer.weight for layer in net if isinstance(layer, nn.Linear)][1:-1]
        others = [weight for weight in weights if all(weight is not one for one in inner)]
        momentum = given.get("momentum", 0.95)
        muon = torch.optim.Muon(inner, lr=lr, momentum=momentum, weight_decay=0, adjust_lr_fn="match_rms_adamw")
        return [muon, torch.optim.AdamW(others, lr=lr, weight_decay=0)]
    kinds = {"sgd": "SGD", "adagrad": "Adagrad", "rmsprop": "RMSprop", "adam": "Adam", "adamw": "AdamW"}
    kinds |= {"nadam": "NAdam", "adadelta": "Adadelta", "radam": "RAdam"}
    names = {"decay": "weight_decay", "alpha": "alpha", "rho": "rho"}
    options = {names[name]: value for name, value in given.items() if name in names}
    if "beta1" in given or "beta2" in given:
        options["betas"] = (given.get("beta1", 0.9), given.get("beta2", 0.999))
    return [getattr(torch.optim, kinds[spec.kind])(weights, lr=lr, **options)]


def data(config):
    torch.manual_seed(config.seed)
    if config.work == "curve":
        return curves.sample("parabola", config.samples, config.noise, "normal", False)
    return points.sample("spirals", config.samples // 2, 2, config.noise)


def first_net(config):
    torch.manual_seed(config.seed + 1)
    ends = (1, 1) if config.work == "curve" else (2, 2)
    widths = (ends[0], *[config.hidden] * config.depth, ends[1])
    modules = []
    for fan_in, fan_out in pairwise(widths[:-1]):
        modules += [nn.Linear(fan_in, fan_out), ACTIVATIONS[config.activation]()]
    return nn.Sequential(*modules, nn.Linear(widths[-2], widths[-1]))


def batches(config, x, y):
    """The same batches for everybody: a fresh order each epoch."""
    generator = torch.Generator().manual_seed(config.seed)
    while True:
        if config.batch in (0, len(x)):
            yield x, y
            continue
        for rows in torch.randperm(len(x), generator=generator).split(config.batch):
            yield x[rows], y[rows]


def schedulers_of(spec, optimizers, total):
    if spec.schedule == "constant":
        return []
    if spec.schedule == "cosine":
        return [lr_scheduler.CosineAnnealingLR(optimizer, total) for optimizer in optimizers]
    return [lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.3, patience=2) for optimizer in optimizers]


def learn(config, spec, steps, at_step=None):
    """The net and its losses after so many steps."""
    net, (x, y) = first_net(config), data(config)
    loss_of = nn.MSELoss() if config.work == "curve" else functional.cross_entropy
    optimizers = optimizer_of(spec, net)
    schedulers = schedulers_of(spec, optimizers, config.steps)
    source, losses, window = batches(config, x, y), [], []
    for step in range(steps):
        if at_step:
            at_step(step, optimizers)
        inputs, targets = next(source)

        def closure(inputs=inputs, targets=targets):
            for optimizer in optimizers:
                optimizer.zero_grad()
            loss = loss_of(net(inputs), targets)
            loss.backward()
            return loss

        losses.append(closure().item())
        for optimizer in optimizers:
            optimizer.step(closure) if spec.kind == "lbfgs" else optimizer.step()
        window.append(losses[-1])
        for scheduler in schedulers:
            if spec.schedule != "plateau":
                scheduler.step()
            elif len(window) == config.steps // 24:
                scheduler.step(sum(window) / len(window))
        if len(window) == config.steps // 24:
            window.clear()
    return net, losses


def flat(net):
    return torch.cat([weight.detach().flatten() for weight in net.parameters()])


def race(config, device, steps):
    run = Run(RACE.build, config, device)
    run.advance(steps=steps)
    return run


def rows(run, lane=0):
    """The weights of all seeds of a lane."""
    return run._trainer.lanes[lane].rows.clone()
