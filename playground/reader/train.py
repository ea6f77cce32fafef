"""Trains the shipped reader, so that anyone can make its weights again and see where each figure comes from."""

import argparse
import time
from collections.abc import Callable
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch.nn import functional

from playground.data.digits import Digits, load
from playground.reader.drawings import Drawing, read_pen
from playground.reader.evaluate import figures, table
from playground.reader.net import Reader, normalised
from playground.reader.pools import batch, pools

STEPS = 18_000  # of 128 pictures: eight to ten minutes on two cores
VARIANTS = 24  # redrawings of each pen drawing; more change nothing that can be measured
SMOOTHING = 0.03
RATE = 0.01
DECAY = 0.01
REPORTED = 500  # steps between two lines of progress; reading the loss waits for the device

Report = Callable[[int, int, float], None]  # step, steps, loss


def train(
    digits: Digits,
    pen: list[Drawing],
    *,
    steps: int = STEPS,
    variants: int = VARIANTS,
    seed: int = 0,
    device: torch.device | None = None,
    report: Report | None = None,
) -> Reader:
    """A reader after `steps` batches, in eval mode; the same seed on one CPU gives the same weights."""
    device = device or torch.device("cpu")
    with torch.random.fork_rng():  # the first weights come from torch's global generator, which others use too
        torch.manual_seed(seed)
        net = Reader()
    generator = torch.Generator().manual_seed(seed)
    sources = pools(digits, pen, variants, seed, device)
    net.to(device).to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # torch's stubs lack it
    optimizer = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=DECAY, fused=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=RATE, total_steps=steps)
    net.train()
    for step in range(1, steps + 1):
        images, labels = batch(sources, generator)
        loss = functional.cross_entropy(net(normalised(images)), labels, label_smoothing=SMOOTHING)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        schedule.step()
        if report is not None and (step % REPORTED == 0 or step == steps):
            report(step, steps, loss.item())
    net.eval()
    return net


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m playground train reader", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder that holds MNIST, or gets it")
    parser.add_argument("--pen", type=Path, required=True, help="pen strokes, one JSON object per line")
    parser.add_argument("--out", type=Path, default=Path("assets/reader.safetensors"))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--threads", type=int, default=2)
    chosen = parser.parse_args(arguments)
    torch.set_num_threads(chosen.threads)
    digits = load(chosen.data)
    if digits.source != "mnist":
        parser.error("MNIST is neither in the folder nor reachable")
    learned, kept = read_pen(chosen.pen)
    start = time.perf_counter()

    def report(step: int, steps: int, loss: float) -> None:
        print(f"step {step:6d}/{steps}  loss {loss:.3f}  {time.perf_counter() - start:4.0f} s", flush=True)

    net = train(digits, learned, steps=chosen.steps, seed=chosen.seed, report=report)
    print(table(figures(net, digits, kept)))
    chosen.out.parent.mkdir(parents=True, exist_ok=True)
    save_file({key: value.contiguous() for key, value in net.state_dict().items()}, chosen.out)
    print(f"{chosen.out}: {sum(p.numel() for p in net.parameters()):,} parameters, seed {chosen.seed}")


if __name__ == "__main__":
    main()
