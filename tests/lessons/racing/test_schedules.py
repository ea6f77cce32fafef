"""Each schedule is torch's scheduler of that name, step by step."""

import pytest
import torch
from torch.optim import lr_scheduler

from playground.core.lanes import SCHEDULES
from playground.lessons.racing.schedules import FACTORS

MAKERS = {
    "constant": lambda optimizer, total: lr_scheduler.ConstantLR(optimizer, factor=1),
    "step": lambda optimizer, total: lr_scheduler.StepLR(optimizer, max(1, total // 4), gamma=0.3),
    "multistep": lambda optimizer, total: lr_scheduler.MultiStepLR(optimizer, [total // 2, 3 * total // 4], gamma=0.1),
    "exponential": lambda optimizer, total: lr_scheduler.ExponentialLR(optimizer, 0.01 ** (1 / total)),
    "cosine": lambda optimizer, total: lr_scheduler.CosineAnnealingLR(optimizer, total),
    "onecycle": lambda optimizer, total: lr_scheduler.OneCycleLR(
        optimizer, max_lr=0.4, total_steps=total, cycle_momentum=False
    ),
    "warmup": lambda optimizer, total: lr_scheduler.LinearLR(optimizer, 0.01, 1, max(1, total // 5)),
}


@pytest.mark.parametrize("name", MAKERS)
@pytest.mark.parametrize("total", [10, 97, 384])
def test_the_factor_is_torchs_scheduler(name, total):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.4)
    scheduler = MAKERS[name](optimizer, total)
    for step in range(total):
        assert 0.4 * FACTORS[name](step, total) == pytest.approx(optimizer.param_groups[0]["lr"], rel=1e-5, abs=1e-9)
        optimizer.step()
        if step < total - 1:
            scheduler.step()


def test_plateau_alone_has_no_formula():
    """It is ReduceLROnPlateau itself."""
    assert set(SCHEDULES) - set(MAKERS) == {"plateau"}
    assert set(FACTORS) == set(SCHEDULES)


@pytest.mark.parametrize("name", SCHEDULES)
@pytest.mark.parametrize("total", [1, 2, 3, 7])
def test_short_races_and_what_comes_after_the_end(name, total):
    """The last factor holds; nothing divides by zero, nothing rises again."""
    factors = [FACTORS[name](step, total) for step in range(total + 20)]
    assert all(0 <= factor <= 1 for factor in factors)
    if name not in ("step", "exponential"):
        assert len(set(factors[total + 1 :])) == 1
