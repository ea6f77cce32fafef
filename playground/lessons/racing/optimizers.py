"""The torch.optim optimizer that each kind of lane names."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from playground.core.lanes import LaneSpec


def make_optimizer(spec: LaneSpec, weights: list[nn.Parameter]) -> torch.optim.Optimizer:
    """The torch.optim optimizer that a lane names."""
    lr, option = spec.lr, spec.option
    match spec.kind:
        case "sgd":
            return torch.optim.SGD(weights, lr=lr, weight_decay=option("decay"))
        case "momentum" | "nesterov":
            nesterov = spec.kind == "nesterov" and option("momentum") > 0
            momentum, decay = option("momentum"), option("decay")
            return torch.optim.SGD(weights, lr=lr, momentum=momentum, weight_decay=decay, nesterov=nesterov)
        case "adagrad":
            return torch.optim.Adagrad(weights, lr=lr, weight_decay=option("decay"))
        case "rmsprop":
            return torch.optim.RMSprop(weights, lr=lr, alpha=option("alpha"), weight_decay=option("decay"))
        case "adadelta":
            return torch.optim.Adadelta(weights, lr=lr, rho=option("rho"), weight_decay=option("decay"))
        case "lbfgs":
            iterations = int(option("iterations"))
            return torch.optim.LBFGS(weights, lr=lr, max_iter=iterations, line_search_fn="strong_wolfe")
        case "muon":  # adjusted so that the same rate suits the parameters that AdamW moves beside it
            momentum, decay = option("momentum"), option("decay")
            return torch.optim.Muon(
                weights, lr=lr, momentum=momentum, weight_decay=decay, adjust_lr_fn="match_rms_adamw"
            )
        case kind:
            fused = {"fused": True} if spec.kind in ("adam", "adamw") else {}  # the same numbers in one call
            family: dict[str, Any] = {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW, "nadam": torch.optim.NAdam}
            make = family.get(kind, torch.optim.RAdam)
            betas = option("beta1"), option("beta2")
            optimizer: torch.optim.Optimizer = make(weights, lr=lr, betas=betas, weight_decay=option("decay"), **fused)
            return optimizer


def beside_muon(spec: LaneSpec, weights: list[nn.Parameter]) -> torch.optim.Optimizer:
    """Muon is made for the matrices between hidden layers; its authors move all else with AdamW."""
    return torch.optim.AdamW(weights, lr=spec.lr, weight_decay=spec.option("decay"))
