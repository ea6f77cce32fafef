"""Lessons without a page: python -m playground list | train LESSON … | export LESSON … | predict PICTURE …"""

from __future__ import annotations

import argparse
import os
import sys
from typing import NoReturn

from playground.cli import exporting, listing, prediction, training
from playground.core.refusal import BadValue
from playground.text import LANGUAGES, Text

COMMANDS = (
    listing,
    training,
    exporting,
    prediction,
)  # each adds itself to the parser


ABOUT = "The lessons of the Neural Playground without a page. COMMAND --help says more."
EXAMPLES = """examples:
  python -m playground list
  python -m playground train regression --seed 1 --steps 200 --json
  python -m playground train regression --at 100 lr=0.05 l2=0.01 --save run.safetensors
  python -m playground export regression --seed 1 -o fit.py
  python -m playground predict seven.png
"""
FORM = argparse.RawDescriptionHelpFormatter
WRONG = 2  # the exit status, as argparse has it
INTERRUPTED = 130  # as shells have it


class Parser(argparse.ArgumentParser):
    """Says in one line what was wrong, instead of a screen of flags."""

    def error(self, message: str) -> NoReturn:
        self.exit(WRONG, f"{self.prog}: {message}. --help shows what there is.\n")


def main(arguments: list[str]) -> None:
    """Do what the arguments say; where they are wrong, say it in a sentence and exit."""
    flags = _parser().parse_args(arguments)
    try:
        flags.do(flags)
        sys.stdout.flush()
    except BadValue as error:
        print(Text(flags.language).refusal(error), file=sys.stderr)
        sys.exit(WRONG)
    except KeyboardInterrupt:  # while nothing has been learnt yet that could be kept
        sys.exit(INTERRUPTED)
    except BrokenPipeError:  # whoever read the output has seen enough, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _parser() -> argparse.ArgumentParser:
    parser = Parser(prog="python -m playground", description=ABOUT, epilog=EXAMPLES, formatter_class=FORM)
    parser.add_argument("--language", choices=LANGUAGES, default="en", help="of the sentences, reports and programs")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in COMMANDS:
        command.add(commands)
    return parser
