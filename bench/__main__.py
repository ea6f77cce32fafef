"""Measures what the README claims, each figure side by side with its peer in one run: `make bench`."""

from __future__ import annotations

from bench import digits, dqn, frames, latency, loops, start


def main() -> None:
    print("Shared machines are noisy: trust the ratios, not the absolute times.\n")
    loops.report()
    frames.report()
    start.report()
    latency.report()
    digits.report()
    dqn.report()


if __name__ == "__main__":
    main()
