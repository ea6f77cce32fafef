"""Says how good each action is in a state: one number for each action, the return to be expected from it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

INITS = ("narrow", "standard")
NARROW = 0.1  # the standard deviation of the course's first weights
Layers = list[tuple[Tensor, Tensor]]


class QNet(nn.Module):
    """States (n, d) → Q-values (n, actions).

    Dueling: one head for the value of the state, one for what each action adds to it.
    """

    def __init__(self, widths: Sequence[int], dueling: bool, init: str) -> None:
        super().__init__()
        *hidden, actions = widths
        self.trunk = nn.ModuleList([nn.Linear(fan_in, fan_out) for fan_in, fan_out in pairwise(hidden)])
        self.out = nn.Linear(hidden[-1], actions)
        self.value = nn.Linear(hidden[-1], 1) if dueling else None
        if init == "narrow":
            for layer in self.modules():
                if isinstance(layer, nn.Linear):
                    nn.init.normal_(layer.weight, 0, NARROW)
        self.gather()

    def gather(self) -> None:
        """Keep the layers' own weights in lists: calling four modules costs as much as their work."""
        self.heads: Layers = [(head.weight, head.bias) for head in (self.out, self.value) if head is not None]
        self.hidden: Layers = [(layer.weight, layer.bias) for layer in self.trunk if isinstance(layer, nn.Linear)]

    def forward(self, states: Tensor) -> Tensor:
        features = states
        for weight, bias in self.hidden:
            features = torch.relu(functional.linear(features, weight, bias))
        advantages, *value = [functional.linear(features, weight, bias) for weight, bias in self.heads]
        if len(self.heads) == 1:
            return advantages
        return value[0] + advantages - advantages.mean(dim=1, keepdim=True)


@torch.no_grad()
def folded(net: QNet) -> Layers:
    """The same function as plain layers [(weight, bias), …] with ReLU between them, dueling heads in one."""
    weight, bias = net.out.weight, net.out.bias
    if net.value is None:
        return [*net.hidden, (weight, bias)]
    both = net.value.weight + weight - weight.mean(dim=0, keepdim=True)
    return [*net.hidden, (both, net.value.bias + bias - bias.mean())]


NUMPY_MOST = 400_000  # multiplications: more of them are faster in torch


class Quick:
    """The Q-values of few states for NumPy: a quarter of torch's time on the CPU, from the same memory of weights."""

    def __init__(self, net: QNet | Layers) -> None:
        self._net = net if isinstance(net, QNet) else None
        hidden, heads = (net.hidden, net.heads) if isinstance(net, QNet) else (net[:-1], net[-1:])
        self._device = heads[0][0].device
        self._hidden = [_view(*layer) for layer in hidden]
        views = [_view(*layer) for layer in heads]
        self._out = views[0]
        self._is_dueling = len(views) > 1
        if self._is_dueling:
            self._value = views[1]
        self.most = most_states([*hidden, *heads])

    def __call__(self, states: NDArray[np.float32]) -> NDArray[np.float32]:
        """States (n, d) → (n, actions)."""
        if self._net is not None and len(states) > self.most:
            return self.by_torch(self._net, states)
        return self.by_numpy(states)

    def is_numpy(self, count: int) -> bool:
        """Whether NumPy answers for so many states."""
        return count <= self.most

    @torch.no_grad()
    def by_torch(self, net: QNet, states: NDArray[np.float32]) -> NDArray[np.float32]:
        values: NDArray[np.float32] = net(torch.from_numpy(states).to(self._device)).cpu().numpy()
        return values

    def by_numpy(self, states: NDArray[np.float32]) -> NDArray[np.float32]:
        features = states
        for weight, bias in self._hidden:
            features = np.maximum(features @ weight + bias, 0)
        weight, bias = self._out
        values: NDArray[np.float32] = features @ weight + bias
        if self._is_dueling:
            weight, bias = self._value
            values += features @ weight + bias - values.mean(axis=1, keepdims=True)
        return values


def most_states(layers: Layers) -> int:
    """For more states than these torch is faster."""
    size = sum(weight.numel() for weight, _ in layers)
    return NUMPY_MOST // size if layers[0][0].device.type == "cpu" else 0


View = tuple[NDArray[np.float32], NDArray[np.float32]]


def _view(weight: Tensor, bias: Tensor) -> View:
    """The same memory; on another device than the CPU there is none to share."""
    if weight.device.type != "cpu":
        return np.empty((0, 0), np.float32), np.empty(0, np.float32)
    return weight.detach().numpy().T, bias.detach().numpy()
