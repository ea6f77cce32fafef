"""Lessons without a page: python -m playground list | train LESSON … | export LESSON … | predict PICTURE …"""

from __future__ import annotations

import argparse
import os
import sys

from playground.cli import exporting, listing, prediction, training
from playground.core.refusal import BadValue
from playground.text import LANGUAGES, Text

COMMANDS = (
    listing,
    training,
    exporting,
    prediction,
)  # each adds itself to the parser


def main(arguments: list[str]) -> None:
    """Do what the arguments say; exits with a sentence where they are wrong."""
    flags = _parser().parse_args(arguments)
    try:
        flags.do(flags)
        sys.stdout.flush()
    except BadValue as error:
        sys.exit(Text(flags.language).refusal(error))
    except BrokenPipeError:  # whoever read the output has seen enough, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m playground", description=__doc__)
    parser.add_argument("--language", choices=LANGUAGES, default="en", help="of the sentences and reports")
    names = " | ".join(command.NAME for command in COMMANDS)
    commands = parser.add_subparsers(required=True, metavar=names)
    for command in COMMANDS:
        command.add(commands)
    return parser
