"""The device is chosen once, and a wish that cannot be met is refused with what can."""

import pytest
import torch

from playground.core.device import available, choose
from playground.core.refusal import BadValue
from playground.text import Text


def test_auto_takes_the_best_of_this_machine():
    best = "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
    assert choose().type == choose("auto").type == best
    assert available()[0] == best
    assert available()[-1] == "cpu"
    assert choose("cpu") == torch.device("cpu")


@pytest.mark.parametrize("wish", ["", "gpu", "CPU", "cpu:0", "cuda:-1", "cuda:x", "cuda:99", "meta", "xla", "cuda:²"])
def test_what_this_machine_lacks_is_refused(wish):
    with pytest.raises(BadValue) as refused:
        choose(wish)
    for language in ("en", "zh"):
        assert "auto, " in Text(language).refusal(refused.value)


@pytest.mark.parametrize(
    ("cuda", "mps", "kinds"),
    [(True, False, ["cuda", "cpu"]), (False, True, ["mps", "cpu"]), (False, False, ["cpu"])],
)
def test_the_order_is_cuda_mps_cpu(monkeypatch, cuda, mps, kinds):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    assert available() == kinds
    assert choose() == torch.device(kinds[0])
    if cuda:
        assert choose("cuda:1") == torch.device("cuda:1")
        with pytest.raises(BadValue):
            choose("cuda:2")
