"""The artist paints as the course's does."""

import numpy as np
import torch

from playground.data.artist import POINTS, Artist


def test_the_paintings_are_the_course_s(device):
    """a·x² + (a − 1) over 15 points from −1 to 1, written in NumPy as the course does."""
    artist = Artist(device)
    torch.manual_seed(3)
    a = artist.choose(64)
    x = np.vstack([np.linspace(-1, 1, 15) for _ in range(64)])
    expected = a.numpy() * np.power(x, 2) + (a.numpy() - 1)
    assert artist.paint(a).shape == (64, POINTS)
    np.testing.assert_allclose(artist.paint(a).numpy(), expected, atol=1e-6)


def test_every_painting_lies_in_the_band_and_a_is_uniform(device):
    artist = Artist(device)
    torch.manual_seed(4)
    a = artist.choose(20_000)
    paintings = artist.paint(a)
    assert bool((paintings >= artist.squares - 1e-6).all())
    assert bool((paintings <= 2 * artist.squares + 1 + 1e-6).all())
    counts = torch.histc(a, bins=10, min=1, max=2)
    assert counts.min() > 1850
    assert counts.max() < 2150


def test_the_label_is_the_course_s(device):
    """(a − 1) > 0.5 is an upper painting."""
    artist = Artist(device)
    a = torch.tensor([[1.0], [1.49], [1.51], [2.0]])
    assert artist.label(a).flatten().tolist() == [0, 0, 1, 1]
