"""What can be done without a page: python -m playground train reader …"""

from __future__ import annotations

import sys

USAGE = """usage: python -m playground train reader --data DIR --pen FILE --out FILE
       python -m playground train agent --world WORLD --out FILE"""


def main(arguments: list[str]) -> None:
    match arguments[:2]:
        case ["train", "reader"]:
            from playground.reader.train import main as train
        case ["train", "agent"]:
            from playground.rl.train import main as train
        case _:
            sys.exit(USAGE)
    train(arguments[2:])


if __name__ == "__main__":
    main(sys.argv[1:])
