"""The point sets: how many of each class, where they lie, and that they are what their names say."""

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier

from playground.data import points

SETS = list(points.MAKERS)


def made(name, per_class=200, classes=2, noise=0.1, seed=1):
    torch.manual_seed(seed)
    xy, label = points.sample(name, per_class, classes, noise)
    return xy.numpy(), label.numpy()


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("per_class", [2, 7, 200, 500])
def test_each_set_has_as_many_points_as_asked_for(name, per_class):
    xy, label = made(name, per_class)
    assert xy.shape == (2 * per_class, 2)
    assert label.shape == (2 * per_class,)
    assert xy.dtype == np.float32
    assert label.dtype == np.int64
    assert set(label.tolist()) == {0, 1}
    assert abs(int((label == 0).sum()) - per_class) <= per_class / 2


@pytest.mark.parametrize("name", ["blobs", "moons", "rings", "spirals"])
def test_the_classes_are_equally_many(name):
    assert np.bincount(made(name, 33)[1]).tolist() == [33, 33]


@pytest.mark.parametrize("classes", [2, 3, 4, 5])
def test_there_are_as_many_blobs_as_classes_each_around_its_own_centre(classes):
    xy, label = made("blobs", 100, classes, 0.2)
    assert np.bincount(label).tolist() == [100] * classes
    centres = np.array([xy[label == each].mean(axis=0) for each in range(classes)])
    distances = np.linalg.norm(centres[:, None] - centres[None], axis=2) + 99 * np.eye(classes)
    assert distances.min() > 3
    assert np.abs(xy - centres[label]).std() < 1


@pytest.mark.parametrize("name", SETS)
def test_without_noise_neighbours_agree(name):
    """A nearest-neighbour rule, trained on one half, knows the other."""
    xy, label = made(name, noise=0.0)
    order = np.random.default_rng(0).permutation(len(xy))
    half = len(xy) // 2
    learner = KNeighborsClassifier(1).fit(xy[order[:half]], label[order[:half]])
    assert learner.score(xy[order[half:]], label[order[half:]]) > 0.97


@pytest.mark.parametrize("name", SETS)
def test_only_the_blobs_yield_to_a_straight_line(name):
    xy, label = made(name, noise=0.1)
    score = LogisticRegression().fit(xy, label).score(xy, label)
    assert score > 0.99 if name == "blobs" else score < 0.95


@pytest.mark.parametrize("name", SETS)
def test_the_sets_fit_on_the_plane(name):
    xy, _ = made(name, 500, noise=0.1)
    assert np.abs(xy).max() < points.PLANE
    assert np.abs(xy).max() > 2


@pytest.mark.parametrize("name", SETS)
def test_more_noise_spreads_the_points(name):
    """By about as much as the noise knob says, measured against the same draw without noise."""
    quiet, _ = made(name, noise=0.0)
    low, _ = made(name, noise=0.1)
    high, _ = made(name, noise=1.0)
    assert 5 < np.abs(high - quiet).mean() / np.abs(low - quiet).mean() < 20


@pytest.mark.parametrize("name", SETS)
def test_the_seed_decides(name):
    np.random.seed(3)
    first, again, other = made(name), made(name), made(name, seed=2)
    assert np.array_equal(first[0], again[0])
    assert np.array_equal(first[1], again[1])
    assert not np.array_equal(first[0], other[0])


def test_rings_are_an_inner_disc_and_an_outer_ring():
    xy, label = made("rings", noise=0.0)
    radius = np.linalg.norm(xy, axis=1)
    assert radius[label == 0].max() <= 2.5 + 1e-5
    assert radius[label == 1].min() >= 3.75 - 1e-5
    assert radius.max() <= 5 + 1e-5


@pytest.mark.parametrize(("name", "side"), [("xor", 2), ("checkerboard", 4)])
def test_boards_alternate(name, side):
    """The colour of a point is the parity of its square."""
    xy, label = made(name, noise=0.0)
    cells = np.floor((xy + 5) * side / 10).astype(int)
    assert np.array_equal(cells.sum(axis=1) % 2, label)
    assert len(np.unique(cells, axis=0)) == side * side


def test_course_302_is_two_clouds_around_plus_and_minus_two():
    xy, label = made("blobs", 500, noise=0.5)
    for each, centre in ((0, 2), (1, -2)):
        cloud = xy[label == each]
        np.testing.assert_allclose(cloud.mean(axis=0), [centre, centre], atol=0.15)
        np.testing.assert_allclose(cloud.std(axis=0), [1, 1], atol=0.1)
