"""Measures what the README claims, each figure side by side with its peer in one run: `make bench`."""

from __future__ import annotations

from bench import autoencoder, digits, dqn, frames, gan, latency, loops, race, start


def main() -> None:
    print("Shared machines are noisy: trust the ratios, not the absolute times.\n")
    loops.report()
    frames.report()
    start.report()
    latency.report()
    digits.report()
    autoencoder.report()
    gan.report()
    race.report()
    dqn.report()


if __name__ == "__main__":
    main()
