"""to_host carries a tree of tensors over in one piece and changes nothing in it."""

import numpy as np
import torch

from playground.core.pictures import Bars, Cards, Curve, Field, Matrix, Points, to_host

POINTS = Points(np.zeros((2, 2), np.float32), np.zeros(2, np.uint8), np.zeros(2, np.uint8))


def test_shapes_and_values_survive_in_every_corner_of_the_tree():
    torch.manual_seed(0)
    lines = {"a": torch.randn(2, 5), "b": torch.randn(2, 0)}
    tree = {
        "curve": Curve(lines, (0, 1), None, POINTS, torch.randn(3, 4), None),
        "bars": Bars(("A", "B"), torch.rand(2)),
        "matrix": Matrix(torch.arange(6).view(2, 3), ("a", "b"), ("c", "d", "e")),
        "cards": Cards(1, 2, ((torch.ones(3), torch.zeros(1)),)),
        "scalar": torch.tensor(2.5),
        "list": [torch.tensor([True, False]), "word", None, 3],
        "strided": torch.arange(6.0).view(2, 3).T,
    }
    host, sound = to_host(tree)
    assert sound
    assert np.array_equal(host["curve"].lines["a"], lines["a"].numpy())
    assert host["curve"].lines["b"].shape == (2, 0)
    assert np.array_equal(host["curve"].parts, tree["curve"].parts.numpy())
    assert host["curve"].points is POINTS  # static: shared, never rebuilt
    assert host["curve"].focus is None
    assert host["curve"].x_range == (0, 1)
    assert host["matrix"].values.tolist() == [[0, 1, 2], [3, 4, 5]]
    assert host["cards"].batches[0][0].tolist() == [1, 1, 1]
    assert host["scalar"] == 2.5
    assert host["list"][0].tolist() == [1, 0]
    assert host["list"][1:] == ["word", None, 3]
    assert np.array_equal(host["strided"], tree["strided"].numpy())
    assert isinstance(tree["bars"].values, torch.Tensor)  # the tree itself stays


def test_a_tree_without_tensors_is_sound_and_itself():
    tree = {"a": 1}
    assert to_host(tree) == (tree, True)


def test_one_number_that_is_not_finite_makes_the_whole_unsound():
    for bad in (float("nan"), float("inf"), -float("inf")):
        _, sound = to_host({"a": torch.ones(3), "b": Field(torch.tensor([[1.0, bad]]), (0, 1), (0, 1), 2)})
        assert not sound


def test_the_host_never_shares_memory_with_a_tensor():
    """Also when there is only one, and when it is float32 on the CPU already."""
    for tree in ([torch.ones(4)], [torch.ones(4), torch.ones(2)]):
        host, _ = to_host(tree)
        tree[0].add_(1)
        assert host[0].tolist() == [1, 1, 1, 1]


def test_gradients_do_not_travel():
    weight = torch.ones(2, requires_grad=True)
    host, _ = to_host({"w": weight * 2})
    assert host["w"].tolist() == [2, 2]
