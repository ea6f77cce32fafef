"""Looks into a net that reads a drawing: its maps, a patch of them, what it looks at, and its memory row by row."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from playground.core.pictures import Heat, Images, Patch, Picture
from playground.core.refusal import BadValue, echo
from playground.core.surgery import is_place
from playground.lessons.digit_nets import Cnn, DigitNet, Recurrent
from playground.lessons.pad import NAMES

Spot = tuple[str, int, int, int]  # panel, channel, x, y


def grey(values: Tensor) -> Tensor:
    """Maps (n, h, w) as 0..255, each brought to its own brightest value."""
    brightest = values.flatten(1).amax(dim=1).clamp_min(1e-6).view(-1, 1, 1)
    return (255 * values / brightest).clamp(0, 255).round()


def signed(values: Tensor) -> Tensor:
    """Values of both signs (n, h, w) as 1..255 around 128, on one common scale."""
    return (128 + 127 * values / values.abs().max().clamp_min(1e-6)).round()


def inside(net: DigitNet, drawing: Tensor, spot: Spot | None) -> dict[str, Picture]:
    """The pictures of a drawing (1, 28, 28) uint8 on its way through the net."""
    pictures: dict[str, Picture] = {"saliency": Images(saliency(net, drawing), signed=True)}
    if isinstance(net, Cnn):
        first, second = net.maps(drawing)
        pictures |= {"maps1": Images(grey(first[0])), "maps2": Images(grey(second[0]))}
        if spot:
            pictures["patch"] = patch(net, drawing, spot)
    elif isinstance(net, Recurrent):
        states = net.states(drawing)[0]  # (28, hidden)
        chances = torch.softmax(net.out(states), dim=1)  # (28, 10)
        pictures |= {"rows": Heat(chances, columns=NAMES, signed=False), "memory": Heat(states, signed=True)}
    return pictures


def saliency(net: DigitNet, drawing: Tensor) -> Tensor:
    """How the winning logit would move with each pixel: its gradient on the input, (1, 28, 28).

    torch.autograd.grad leaves the parameters' own gradients alone: a look must not disturb a step.
    """
    with torch.enable_grad():
        pixels = drawing.float().requires_grad_()
        training = net.training
        logits = net(pixels)
        (gradient,) = torch.autograd.grad(logits[0, logits[0].argmax()], pixels)
        net.train(training)
    return signed(gradient.detach())


def filters(net: DigitNet, first: Tensor | None) -> dict[str, Picture]:
    """The first layer's kernels and how far they have moved from the first ones; nothing for a net without them."""
    if not isinstance(net, Cnn) or first is None:
        return {}
    kernels = net.conv1.weight[:, 0]
    return {
        "filters": Images(signed(kernels), signed=True),
        "change": Images(signed(kernels - first), signed=True),
    }


def check_spot(value: Any, net: DigitNet) -> Spot | None:
    """value: {panel, index, x, y} or None; raises BadValue."""
    if value is None or not isinstance(net, Cnn):
        return None
    if isinstance(value, dict):
        panel, index, x, y = (value.get(name) for name in ("panel", "index", "x", "y"))
        conv, side = (net.conv1, 28) if panel == "maps1" else (net.conv2, 14)
        fits = is_place(index, conv.out_channels) and is_place(x, side) and is_place(y, side)
        if panel in ("maps1", "maps2") and fits:
            return str(panel), int(index or 0), int(x or 0), int(y or 0)
    raise BadValue("bad_probe", value=echo(value))


def patch(net: Cnn, drawing: Tensor, spot: Spot) -> Patch:
    """The patch under a map's pixel, the kernel on it, and their sum over all input channels.

    Of the second layer's many input channels the one that contributes most is shown.
    """
    panel, channel, x, y = spot
    conv = net.conv1 if panel == "maps1" else net.conv2
    inputs = net.scaled(drawing) if panel == "maps1" else net.pool(net.maps(drawing)[0])
    size, margin = conv.kernel_size[0], int(conv.padding[0])
    padded = torch.nn.functional.pad(inputs[0], (margin,) * 4)  # (channels, h + 2·margin, w + 2·margin)
    window = padded[:, y : y + size, x : x + size]  # (channels, k, k)
    kernel = conv.weight[channel]  # (channels, k, k)
    shares = (window * kernel).sum(dim=(1, 2))  # (channels,)
    strongest = shares.abs().argmax()
    assert conv.bias is not None
    return Patch(window[strongest], kernel[strongest], shares.sum(), conv.bias[channel], (x, y))
