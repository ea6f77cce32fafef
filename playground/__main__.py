"""What can be done without a page: python -m playground train reader …"""

from __future__ import annotations

import sys

USAGE = """usage: python -m playground train reader --data DIR --pen FILE --out FILE
       python -m playground train autoencoder-shipped --data DIR --out FILE"""


def main(arguments: list[str]) -> None:
    match arguments[:2]:
        case ["train", "reader"]:
            from playground.reader.train import main as train
        case ["train", "autoencoder-shipped"]:
            from playground.lessons.autoencoder_training import main as train
        case _:
            sys.exit(USAGE)
    train(arguments[2:])


if __name__ == "__main__":
    main(sys.argv[1:])
