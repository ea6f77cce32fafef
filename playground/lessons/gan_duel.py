"""The two nets of a GAN and the rules between them: what goes into each, what D thinks, and where it would push."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from playground.core.nets import mlp
from playground.data.artist import POINTS, Artist
from playground.lessons.gan_losses import GanLoss

SAMPLE = 256  # ideas and real paintings that are always the same: what the nets are looked at with


class Duel:
    """G paints from ideas, D judges; with a label, both are told whether an upper or a lower painting is asked for."""

    def __init__(self, ideas: int, hidden: int, conditional: bool, loss: GanLoss, seed: int, artist: Artist) -> None:
        device = artist.device
        self.conditional, self.loss, self.artist = conditional, loss, artist
        self.take_sample(ideas, seed)
        torch.manual_seed(seed + 1)  # the first weights do not depend on how many random numbers the sample took
        told = int(conditional)
        self.painter = mlp((ideas + told, hidden, POINTS), "relu").to(device)
        self.critic = mlp((POINTS + told, hidden, 1), "relu").to(device)

    def take_sample(self, ideas: int, seed: int) -> None:
        """Ideas and real paintings that both nets are always looked at with."""
        torch.manual_seed(seed)
        self.ideas = torch.randn(SAMPLE, ideas, device=self.artist.device)
        a = self.artist.choose(SAMPLE)
        self.real, self.real_labels = self.artist.paint(a), self.artist.label(a)
        self.labels = (torch.arange(SAMPLE, device=self.artist.device) % 2).float().unsqueeze(1)  # asked of G, in turn

    def paint(self, ideas: Tensor, labels: Tensor) -> Tensor:
        """G's paintings of ideas (n, ideas) under labels (n, 1): (n, POINTS)."""
        paintings: Tensor = self.painter(torch.cat([ideas, labels], dim=1) if self.conditional else ideas)
        return paintings

    def judge(self, paintings: Tensor, labels: Tensor) -> Tensor:
        """D's logits (n, 1) for paintings (n, POINTS) under labels (n, 1)."""
        logits: Tensor = self.critic(torch.cat([paintings, labels], dim=1) if self.conditional else paintings)
        return logits

    def push(self, paintings: Tensor, labels: Tensor) -> Tensor:
        """How D's logit would change with each point, (n, POINTS): the way to look more real.

        torch.autograd.grad leaves the parameters' own gradients alone: a look must not disturb a step.
        """
        with torch.enable_grad():
            paintings = paintings.detach().requires_grad_()
            (slope,) = torch.autograd.grad(self.judge(paintings, labels).sum(), paintings)
        return slope

    def nets(self) -> tuple[nn.Sequential, nn.Sequential]:
        return self.painter, self.critic
