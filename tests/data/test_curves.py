"""The curves against NumPy, and their randomness."""

import numpy as np
import pytest
import torch

from playground.data import curves

ORACLES = {
    "parabola": (lambda x: x**2, -1, 1),
    "sine": (lambda x: np.sin(np.pi * x), -1, 1),
    "cubic": (lambda x: x**3, -1, 1),
    "abs": (np.abs, -1, 1),
    "step": (lambda x: np.where(x > 0, 1.0, 0.0), -1, 1),
    "sinc": (lambda x: np.sinc(3 * x), -1, 1),
    "quadratic": (lambda x: x**2 + 3 * x - 2, -2, 2),
    "line": (lambda x: 11 - x, 1, 10),
}


def test_every_curve_has_an_oracle():
    assert set(ORACLES) == set(curves.TARGETS)


@pytest.mark.parametrize("name", ORACLES)
@pytest.mark.parametrize("count", [2, 3, 10, 101])
def test_without_noise_the_points_lie_on_the_curve(name, count):
    function, low, high = ORACLES[name]
    x, y = curves.sample(name, count, 0.0, "uniform", False)
    assert x.shape == y.shape == (count, 1)
    assert x.dtype == y.dtype == torch.float32
    grid = x.numpy().astype(float)
    np.testing.assert_allclose(grid, np.linspace(low, high, count)[:, None], atol=1e-6)
    np.testing.assert_allclose(y.numpy(), function(grid), atol=1e-5)


@pytest.mark.parametrize("noise", [0.2, 1.0])
def test_uniform_noise_lifts_and_normal_noise_scatters(noise):
    """Mean and width as the names say, over 1000 points."""
    torch.manual_seed(0)
    _, clean = curves.sample("parabola", 1000, 0.0, "uniform", False)
    _, lifted = curves.sample("parabola", 1000, noise, "uniform", False)
    _, scattered = curves.sample("parabola", 1000, noise, "normal", False)
    up, around = (lifted - clean).numpy(), (scattered - clean).numpy()
    assert 0 <= up.min() < 0.01 * noise
    assert 0.99 * noise < up.max() <= noise + 1e-6
    assert up.mean() == pytest.approx(noise / 2, rel=0.1)
    assert around.mean() == pytest.approx(0, abs=0.1 * noise)
    assert around.std() == pytest.approx(noise, rel=0.1)


@pytest.mark.parametrize(("count", "outliers"), [(2, 1), (19, 1), (100, 5), (1000, 50)])
def test_outliers_stand_two_above_the_rest(count, outliers):
    torch.manual_seed(0)
    _, clean = curves.sample("sine", count, 0.0, "normal", False)
    _, wild = curves.sample("sine", count, 0.0, "normal", True)
    difference = (wild - clean).flatten()
    assert int((difference.abs() > 1e-6).sum()) == outliers
    assert difference.max() == pytest.approx(2.0)


def test_the_seed_decides_and_torchs_generator_is_the_only_source():
    def drawn(seed):
        torch.manual_seed(seed)
        return curves.sample("cubic", 20, 0.3, "normal", True)[1]

    np.random.seed(0)
    assert torch.equal(drawn(1), drawn(1))
    assert not torch.equal(drawn(1), drawn(2))


def test_course_301_is_the_textbook_sample():
    torch.manual_seed(7)
    x = torch.unsqueeze(torch.linspace(-1, 1, 100), dim=1)
    y = x.pow(2) + 0.2 * torch.rand(x.size())
    torch.manual_seed(7)
    mine = curves.sample("parabola", 100, 0.2, "uniform", False)
    assert torch.equal(mine[0], x)
    assert torch.equal(mine[1], y)
