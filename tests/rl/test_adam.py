"""The same updates as torch's own Adam, bit for bit, also after a change of the rate and after a state was loaded."""

from copy import deepcopy

import torch
from torch import nn

from playground.rl.adam import Adam


def learn(net, optimizer, steps, seed):
    dice = torch.Generator().manual_seed(seed)
    for _ in range(steps):
        net.zero_grad()
        net(torch.randn(16, 4, generator=dice)).square().mean().backward()
        optimizer.step()


def test_it_is_torchs_adam():
    first = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2))
    nets = [first, deepcopy(first)]
    optimizers = [kind(net.parameters(), lr=0.01) for kind, net in zip((Adam, torch.optim.Adam), nets, strict=True)]
    for group in optimizers[1].param_groups:
        group["fused"] = True
    for turn, lr in enumerate((0.01, 0.3, 0.001)):
        for net, optimizer in zip(nets, optimizers, strict=True):
            optimizer.param_groups[0]["lr"] = lr
            learn(net, optimizer, 5, turn)
            optimizer.load_state_dict(deepcopy(optimizer.state_dict()))
        assert all(torch.equal(*pair) for pair in zip(*(net.parameters() for net in nets), strict=True))
    ours, theirs = (optimizer.state_dict()["state"] for optimizer in optimizers)
    for place, parts in theirs.items():
        assert all(torch.equal(parts[name], ours[place][name]) for name in parts)
    assert theirs[0]["step"] == 15
