"""Trains the shipped autoencoder, so that anyone can make its weights again and see where each figure comes from."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor
from torch.nn.functional import mse_loss

from playground.core.batches import Batches
from playground.data.digits import Digits, load
from playground.lessons.autoencoder_nets import Autoencoder, scaled
from playground.lessons.autoencoder_weights import WEIGHTS
from playground.lessons.codes import Codes

EPOCHS = 80  # of 60,000 pictures: about two minutes on one core
BATCH = 128
RATE = 0.006
SPREAD = 1e-4  # times the mean square of the codes joins the loss: it keeps the cloud together

Report = Callable[[int, float], None]  # epoch, loss


def train(
    digits: Digits,
    *,
    epochs: int = EPOCHS,
    seed: int = 1,
    device: torch.device | None = None,
    report: Report | None = None,
) -> Autoencoder:
    """The course's net after so many epochs, in eval mode; the same seed on one CPU gives the same weights."""
    device = device or torch.device("cpu")
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        net = Autoencoder().to(device)
        batches = Batches(digits.train_images.to(device), digits.train_labels.to(device), BATCH)
        steps = -(-len(digits.train_images) // BATCH) * epochs
        optimizer = torch.optim.Adam(net.parameters(), lr=RATE, fused=True)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=RATE, total_steps=steps, pct_start=0.1)
        for step in range(steps):
            loss = _step(net, next(batches)[0], optimizer)
            schedule.step()
            if report is not None and (batches.place == len(batches.plan) or step == steps - 1):
                report(batches.epoch, loss.item())
    return net.eval()


def _step(net: Autoencoder, pictures: Tensor, optimizer: torch.optim.Optimizer) -> Tensor:
    pixels = scaled(pictures)
    code = net.code(pixels)
    loss = mse_loss(net.decoder(code), pixels)
    optimizer.zero_grad()
    (loss + SPREAD * code.square().mean()).backward()  # type: ignore[no-untyped-call]
    optimizer.step()
    return loss.detach()


def figures(net: Autoencoder, digits: Digits) -> dict[str, float]:
    """Test MSE and 5-NN accuracy over all test pictures."""
    device = next(net.parameters()).device
    codes = Codes(digits.test_images.to(device), digits.test_labels.to(device))
    with torch.no_grad():
        found = codes.sit_fully(net, 0.0, asked=len(digits.test_labels))
    return {"test MSE": float(found["full_loss"]), "5-NN accuracy in the code": float(found["full_knn_accuracy"])}


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m playground train autoencoder-shipped", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder that holds MNIST, or gets it")
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--threads", type=int, default=1)
    chosen = parser.parse_args(arguments)
    torch.set_num_threads(chosen.threads)
    digits = load(chosen.data)
    if digits.source != "mnist":
        parser.error("MNIST is neither in the folder nor reachable")
    start = time.perf_counter()

    def report(epoch: int, loss: float) -> None:
        print(f"epoch {epoch:3d}/{chosen.epochs}  loss {loss:.4f}  {time.perf_counter() - start:4.0f} s", flush=True)

    net = train(digits, epochs=chosen.epochs, seed=chosen.seed, report=report)
    for name, value in figures(net, digits).items():
        print(f"{name}: {value:.4f}")
    chosen.out.parent.mkdir(parents=True, exist_ok=True)
    save_file({name: value.cpu().contiguous() for name, value in net.state_dict().items()}, chosen.out)
    print(f"{chosen.out}: {sum(p.numel() for p in net.parameters()):,} parameters, seed {chosen.seed}")


if __name__ == "__main__":
    main()
