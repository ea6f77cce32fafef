"""The measures of quality, against NumPy and SciPy."""

import numpy as np
import pytest
import torch
from scipy.stats import wasserstein_distance

from playground.data.artist import Artist
from playground.lessons.gan_quality import Quality

X = np.linspace(-1, 1, 15)


@pytest.fixture
def quality(device):
    return Quality(Artist(device))


@pytest.fixture
def wild():
    torch.manual_seed(2)
    return 0.8 + 0.9 * torch.randn(40, 15)


def test_real_paintings_are_perfect(device, quality):
    artist = Artist(device)
    a = torch.linspace(1, 2, 512).unsqueeze(1)
    measured = quality.measure(artist.paint(a))
    assert quality.inside(artist.paint(a), margin=1e-5).item() == 1
    assert measured["roughness"].item() == pytest.approx(1, abs=1e-4)
    assert measured["distance"].item() == pytest.approx(0, abs=2e-3)


def test_wild_ones_are_measured_as_numpy_does(quality, wild):
    paintings = wild.numpy().astype(float)
    inside = ((paintings >= X**2) & (paintings <= 2 * X**2 + 1)).mean()
    assert quality.inside(wild).item() == pytest.approx(inside, abs=1e-6)
    wider = ((paintings >= X**2 - 0.3) & (paintings <= 2 * X**2 + 1.3)).mean()
    assert quality.inside(wild, margin=0.3).item() == pytest.approx(wider, abs=1e-6)
    real = np.mean([np.abs(np.diff(a * X**2 + a - 1, 2)).mean() for a in np.linspace(1, 2, 1001)])
    assert quality.roughness(wild).item() == pytest.approx(np.abs(np.diff(paintings, 2)).mean() / real, rel=1e-4)
    fitted = [np.linalg.lstsq((X**2 + 1)[:, None], row + 1, rcond=None)[0][0] for row in paintings]
    np.testing.assert_allclose(quality.fit(wild), fitted, atol=1e-5)
    np.testing.assert_allclose(quality.fit_parabola(wild), [np.polyfit(X**2, row, 1) for row in paintings], atol=1e-5)


def test_the_distance_is_wasserstein_s(quality, wild):
    """Against SciPy's, with a fine grid for U(1, 2)."""
    fitted = quality.fit(wild).numpy()
    middles = 1 + (np.arange(40) + 0.5) / 40
    assert quality.distance(wild).item() == pytest.approx(wasserstein_distance(fitted, middles), abs=1e-5)


def test_one_painting_for_all_ideas_is_told_from_variety(device, quality):
    """All points in the band and perfectly smooth, and yet far from what the artist does."""
    one = Artist(device).paint(torch.full((256, 1), 1.5))
    measured = quality.measure(one)
    assert measured["band_share"].item() == 1
    assert measured["roughness"].item() == pytest.approx(1, abs=1e-3)
    assert measured["distance"].item() == pytest.approx(0.25, abs=1e-3)


def test_obedience_counts_halves(device, quality):
    artist = Artist(device)
    a = torch.tensor([[1.2], [1.4], [1.7], [1.9]])
    assert quality.obedience(artist.paint(a), torch.tensor([[0.0], [1.0], [1.0], [1.0]])).item() == 0.75
