"""Where held-out pictures lie in an autoencoder's code, how well they come back, and how good the code is."""

from __future__ import annotations

from functools import cached_property

import torch
from torch import Tensor
from torch.nn.functional import mse_loss, one_hot

from playground.core.trainer import Metrics
from playground.lessons.autoencoder_nets import PIXELS, Autoencoder, scaled

IN_CLOUD = 5000  # held-out pictures that are drawn as points
JUDGED = 500  # of them are rebuilt for the test error of a running net
ASKED, KNOWN = 500, 2000  # of them are classified, by the codes of others, for its 5-NN accuracy
CODED = 500  # pictures at once: as fast as all of them, with a tenth of the memory
CHUNK = 1000  # pictures at once when all of them are judged
ASKED_FULLY = 1000  # are classified by the codes of all others when the run stops
NEIGHBOURS = 5
CLASSES = 10
NOISE_SEED = 404


class Codes:
    """Held-out pictures (n, 28, 28) uint8 with their labels (n,), and the codes of the last exam."""

    def __init__(self, pictures: Tensor, labels: Tensor) -> None:
        self.pictures, self.labels = pictures, labels
        self.cloud: Tensor | None = None  # (at most IN_CLOUD, latent)
        count = min(IN_CLOUD, len(pictures))
        self.asked = slice(min(ASKED, count // 2))
        self.known = slice(ASKED, ASKED + KNOWN) if count > 2 * ASKED else slice(count // 2, count)

    def sit(self, net: Autoencoder, noise: float) -> Metrics:
        """The exam during a run: all points of the cloud anew, the test MSE of some, the 5-NN accuracy of some."""
        self.cloud = cloud = coded(net, self.pictures[:IN_CLOUD])
        codes = cloud[:JUDGED]
        pixels = scaled(self.pictures[:JUDGED])
        if noise:
            codes = net.code(self.corrupted(pixels, noise))
        votes = vote(cloud[self.asked], cloud[self.known], self.labels[self.known])
        return {
            "test_loss": mse_loss(net.decoder(codes), pixels),
            "knn_accuracy": (votes == self.labels[self.asked]).float().mean(),
        }

    def average_error(self) -> Tensor:
        """The error of a decoder that draws the same average picture whatever it is given, on the exam's pictures."""
        pixels = scaled(self.pictures[:JUDGED])
        return (pixels - pixels.mean(dim=0)).square().mean()

    def sit_fully(self, net: Autoencoder, noise: float, asked: int = ASKED_FULLY) -> Metrics:
        """The MSE of all held-out pictures; so many of them are classified, each by the codes of all the others."""
        codes = coded(net, self.pictures)
        errors, right = [], []
        for first in range(0, len(codes), CHUNK):
            rows = slice(first, min(first + CHUNK, len(codes)))
            pixels = scaled(self.pictures[rows])
            seen = net.code(self.corrupted(pixels, noise)) if noise else codes[rows]
            errors.append((net.decoder(seen) - pixels).square().sum())
            if first < asked:
                right.append((vote(codes[rows], codes, self.labels, first) == self.labels[rows]).float())
        return {
            "full_loss": torch.stack(errors).sum() / (len(codes) * PIXELS),
            "full_knn_accuracy": torch.cat(right).mean(),
        }

    def corrupted(self, pixels: Tensor, noise: float) -> Tensor:
        """Pictures (n, 784), n ≤ CHUNK, under as much noise as they ever get; it is the same at every exam."""
        return under_noise(pixels, noise * self.noise[: len(pixels)])

    @cached_property
    def noise(self) -> Tensor:
        return exam_noise().to(self.pictures.device)

    def nearest(self, code: Tensor) -> Tensor:
        """The numbers of the points nearest to a code (1, latent), the nearest first."""
        assert self.cloud is not None
        count = min(NEIGHBOURS, len(self.cloud))
        return distances(code, self.cloud)[0].topk(count, largest=False).indices

    def one_of_each(self) -> Tensor:
        """The number of the first picture of each digit; waits for the device, so it is asked once."""
        firsts = [(self.labels == digit).nonzero()[:1, 0] for digit in range(CLASSES)]
        return torch.cat(firsts)


def coded(net: Autoencoder, pictures: Tensor) -> Tensor:
    """The codes of any number of pictures (n, 28, 28) uint8: (n, latent)."""
    return torch.cat([net.code(scaled(part)) for part in torch.split(pictures, CODED)])


def exam_noise() -> Tensor:
    generator = torch.Generator().manual_seed(NOISE_SEED)
    return torch.randn(CHUNK, PIXELS, generator=generator)


def under_noise(pixels: Tensor, noise: Tensor) -> Tensor:
    """Pixels in 0..1 with noise added, cut off at black and white."""
    return (pixels + noise).clamp(0, 1)


def some_noise(pixels: Tensor, most: float) -> Tensor:
    """Gaussian noise for pictures (n, 784), for each of another deviation up to `most`: clean ones stay familiar."""
    return most * torch.rand(len(pixels), 1, device=pixels.device) * torch.randn_like(pixels)


def distances(codes: Tensor, others: Tensor) -> Tensor:
    """(n, m), each computed directly: the way over a matrix product blurs the smallest ones."""
    return torch.cdist(codes, others, compute_mode="donot_use_mm_for_euclid_dist")


def vote(codes: Tensor, known: Tensor, labels: Tensor, own: int | None = None) -> Tensor:
    """The class that most of the five nearest known codes have, (n,); the smallest digit wins a tie.

    With `own` the codes stand among the known ones from that row on, and none may vote for itself.
    """
    apart = distances(codes, known)
    if own is not None:
        rows = torch.arange(len(codes), device=codes.device)
        apart[rows, own + rows] = torch.inf
    nearest = apart.topk(min(NEIGHBOURS, len(known)), largest=False).indices  # (n, 5)
    return one_hot(labels[nearest], CLASSES).sum(dim=1).argmax(dim=1)
