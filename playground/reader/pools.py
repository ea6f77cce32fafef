"""What the reader learns from, as uint8 tensors on one device: MNIST, pen drawings seen two ways, and scribbles."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from playground.data.digits import Digits
from playground.data.ink import BOX, SIDE, Picture
from playground.reader import scribbles
from playground.reader.drawings import Drawing, another_hand, pictured
from playground.reader.net import DIGITS

LEARNED_SIZES = (0.22, 0.97)  # a little wider than what is measured: the edges of a range are learned worst
ZOOMED = 12.0  # one MNIST picture in this many is shrunk and moved like an unnormalised drawing


@dataclass(frozen=True)
class Pool:
    images: Tensor  # (n, 28, 28) uint8
    labels: Tensor  # (n,) int64; 10 is "not a digit"
    share: int  # how many of them stand in a batch

    def draw(self, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        rows = torch.randint(len(self.labels), (self.share,), generator=generator).to(self.labels.device)
        return self.images[rows], self.labels[rows]


def pools(digits: Digits, pen: list[Drawing], variants: int, seed: int, device: torch.device) -> list[Pool]:
    """Batches of 128: 84 MNIST, 14 + 18 pen (switch on, off), 6 + 6 scribbles."""
    rng = np.random.default_rng(seed)
    pen_on, pen_off, labels = _pen(pen, variants, rng)
    odd_on, odd_off = _odd(max(250, len(pen) * variants // 4), rng)
    nothing = np.full(len(odd_on), DIGITS)
    rows = [(pen_on, labels, 14), (pen_off, labels, 18), (odd_on, nothing, 6), (odd_off, nothing, 6)]
    made = [Pool(torch.from_numpy(x).to(device), torch.from_numpy(y).to(device), n) for x, y, n in rows]
    return [Pool(digits.train_images.to(device), digits.train_labels.to(device), 84), *made]


def _pen(pen: list[Drawing], variants: int, rng: np.random.Generator) -> tuple[Picture, Picture, NDArray[np.int64]]:
    pairs = [pictured(another_hand(d.lines, rng), rng, LEARNED_SIZES) for _ in range(variants) for d in pen]
    labels = np.array([d.label for d in pen] * variants)
    return np.stack([on for on, _ in pairs]), np.stack([off for _, off in pairs]), labels


def _odd(count: int, rng: np.random.Generator) -> tuple[Picture, Picture]:
    kinds = list(scribbles.LEARNED.values())
    pairs = [pictured(kinds[i % len(kinds)](rng), rng, LEARNED_SIZES) for i in range(count)]
    noise = scribbles.textures(count // 4, rng)
    on, off = np.stack([on for on, _ in pairs]), np.stack([off for _, off in pairs])
    return np.concatenate([on, noise]), np.concatenate([off, noise])


def batch(sources: list[Pool], generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """One augmented batch (128, 28, 28) float in 0..1 and its labels."""
    drawn = [pool.draw(generator) for pool in sources]
    images = torch.cat([image for image, _ in drawn]).float() / 255
    labels = torch.cat([label for _, label in drawn])
    return bent(thickened(images, generator), sources[0].share, generator), labels


def thickened(images: Tensor, generator: torch.Generator) -> Tensor:
    """Each picture somewhere between itself and itself one pixel bolder (or, less, thinner). (n, 28, 28)"""
    amount = torch.rand((len(images), 1, 1), generator=generator).to(images.device) * 1.2 - 0.5
    stack = images.unsqueeze(1)
    bold = functional.max_pool2d(stack, 3, stride=1, padding=1).squeeze(1)
    faint = -functional.max_pool2d(-stack, 3, stride=1, padding=1).squeeze(1)
    grown = torch.lerp(images, bold, amount.clamp(min=0) * 0.7)
    return torch.lerp(grown, faint, (-amount).clamp(min=0) * 0.7)


def bent(images: Tensor, mnist: int, generator: torch.Generator) -> Tensor:
    """Small turns, shears, scales and shifts; every twelfth of the first `mnist` pictures is shrunk and moved far."""
    n = len(images)
    strength = torch.rand(n, generator=generator) * 1.5  # some pictures stay as they will be read
    noise = torch.randn((6, n), generator=generator) * strength
    angle, shear = noise[0] * 0.12, noise[1] * 0.12  # radians, slope
    wide, high = 1 + noise[2] * 0.08, 1 + noise[3] * 0.08
    far = torch.rand(n, generator=generator) < 1 / ZOOMED
    far[mnist:] = False
    zoom = torch.where(far, 1 + 1.6 * torch.rand(n, generator=generator), torch.ones(n))  # above 1: smaller digits
    room = (zoom - BOX / SIDE).clamp(min=0) * far
    move = noise[4:] * (0.7 * 2 / SIDE) + (torch.rand((2, n), generator=generator) * 2 - 1) * room
    cos, sin = angle.cos() * zoom, angle.sin() * zoom
    rows = [cos * wide, shear - sin, move[0], sin, cos * high, move[1]]
    theta = torch.stack(rows, dim=1).view(n, 2, 3).to(images.device)
    grid = functional.affine_grid(theta, [n, 1, SIDE, SIDE], align_corners=False)
    return functional.grid_sample(images.unsqueeze(1), grid, align_corners=False).squeeze(1)
