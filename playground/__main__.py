"""What can be done without a page: python -m playground train reader …"""

from __future__ import annotations

import sys

USAGE = "usage: python -m playground train reader --data DIR --pen FILE --out FILE"


def main(arguments: list[str]) -> None:
    if arguments[:2] != ["train", "reader"]:
        sys.exit(USAGE)
    from playground.reader import train

    train.main(arguments[2:])


if __name__ == "__main__":
    main(sys.argv[1:])
