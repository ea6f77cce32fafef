"""The net of the autoencoder lesson: pixels squeezed through a code of two or three numbers, and drawn from there."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn.functional import linear

from playground.core.nets import linears, mlp

PIXELS = 28 * 28
COURSE = (128, 64, 12)  # the hidden widths of course 404


def scaled(pictures: Tensor) -> Tensor:
    """uint8 pictures (batch, 28, 28) → 0..1, (batch, 784): a batch at a time, never the whole set."""
    return pictures.flatten(1).float() / 255


class TiedDecoder(nn.Module):
    """Walks the encoder backwards: its weights are the encoder's, transposed, and only the biases are its own."""

    def __init__(self, encoder: nn.Sequential, latent: int) -> None:
        super().__init__()
        self.stack = linears(encoder)[::-1]  # in a plain list, or the encoder's weights would be counted twice
        self.latent = latent
        self.biases = nn.ParameterList([nn.Parameter(torch.zeros(layer.in_features)) for layer in self.stack])

    def layers(self, code: Tensor) -> list[Tensor]:
        """What each layer puts out, the pixels last."""
        outputs = [code]
        for layer, bias in zip(self.stack, self.biases, strict=True):
            weight = layer.weight[: self.latent] if layer is self.stack[0] else layer.weight  # a VAE's spreads stay out
            activation = torch.sigmoid if layer is self.stack[-1] else torch.tanh
            outputs.append(activation(linear(outputs[-1], weight.T, bias)))
        return outputs[1:]

    def forward(self, code: Tensor) -> Tensor:
        return self.layers(code)[-1]


class Autoencoder(nn.Module):
    """784 – hidden – latent and its mirror, Tanh between the layers, Sigmoid at the end (course 404).

    The variational one puts out a mean and a log variance for each number of the code, and draws the code from them
    while it learns.
    """

    def __init__(
        self, hidden: Sequence[int] = COURSE, latent: int = 3, *, variational: bool = False, tied: bool = False
    ) -> None:
        super().__init__()
        self.latent = latent
        self.variational = variational
        self.encoder = mlp((PIXELS, *hidden, 2 * latent if variational else latent), "tanh")
        self.decoder: nn.Sequential | TiedDecoder
        if tied:
            self.decoder = TiedDecoder(self.encoder, latent)
        else:
            self.decoder = nn.Sequential(*mlp((latent, *hidden[::-1], PIXELS), "tanh"), nn.Sigmoid())

    def encode(self, pixels: Tensor) -> tuple[Tensor, Tensor | None]:
        """(batch, 784) → the code, or its mean, (batch, latent), and a VAE's log variance of the same shape."""
        if not self.variational:
            return self.encoder(pixels), None
        mean, log_variance = self.encoder(pixels).chunk(2, dim=1)
        return mean, log_variance

    def code(self, pixels: Tensor) -> Tensor:
        """Where the pictures lie, without chance: (batch, latent)."""
        if not self.variational:
            return self.encoder(pixels)  # type: ignore[no-any-return]
        return self.encoder(pixels).chunk(2, dim=1)[0]  # type: ignore[no-any-return]

    def forward(self, pixels: Tensor) -> Tensor:
        """(batch, 784) → (batch, 784), without chance."""
        rebuilt: Tensor = self.decoder(self.code(pixels))
        return rebuilt

    def encoder_layers(self, pixels: Tensor) -> list[Tensor]:
        """What each hidden layer of the encoder puts out, the code last: [(batch, width), …]."""
        outputs = _after_activations(self.encoder, pixels)
        return [*outputs[:-1], outputs[-1][:, : self.latent]]

    def decoder_layers(self, code: Tensor) -> list[Tensor]:
        """The same of the decoder, the pixels last."""
        if isinstance(self.decoder, TiedDecoder):
            return self.decoder.layers(code)
        return _after_activations(self.decoder, code)


class CodeAndPicture(nn.Module):
    """From uint8 pictures (batch, 28, 28) to the code (batch, latent) and to the pictures again, (batch, 784)."""

    def __init__(self, net: Autoencoder) -> None:
        super().__init__()
        self.net = net

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        code = self.net.code(scaled(pictures))
        return code, self.net.decoder(code)


def _after_activations(stack: nn.Sequential, value: Tensor) -> list[Tensor]:
    """The output of each linear layer together with the activation behind it."""
    outputs: list[Tensor] = []
    for module, following in pairwise([*stack, nn.Linear(1, 1)]):
        value = module(value)
        if isinstance(following, nn.Linear):
            outputs.append(value)
    return outputs


def drawn(mean: Tensor, log_variance: Tensor | None) -> Tensor:
    """A code around its mean, drawn so that the gradient finds its way back: mean + σ·ε; a plain net has only means."""
    if log_variance is None:
        return mean
    return mean + torch.exp(0.5 * log_variance) * torch.randn_like(mean)


def kl_per_pixel(mean: Tensor, log_variance: Tensor) -> Tensor:
    """KL divergence from N(0, 1), summed over the code, averaged over the batch, in the unit of the MSE: per pixel."""
    nats = 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance).sum(dim=1)  # (batch,)
    return nats.mean() / PIXELS
