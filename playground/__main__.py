"""What can be done without a page: lessons by playground.cli, and the training of the shipped weights."""

from __future__ import annotations

import sys


def main(arguments: list[str]) -> None:
    match arguments[:2]:
        case ["train", "reader"]:
            from playground.reader.train import main as train
        case ["train", "agent"]:
            from playground.rl.train import main as train
        case ["train", "autoencoder-shipped"]:
            from playground.lessons.autoencoder_training import main as train
        case _:
            from playground.cli import main as run

            run(arguments)
            return
    train(arguments[2:])


if __name__ == "__main__":
    main(sys.argv[1:])
