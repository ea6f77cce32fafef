"""The command `predict`: which handwritten digit a picture shows."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from playground.core.refusal import BadValue, echo

NAME = "predict"


def add(commands: Any) -> None:
    about = "read a handwritten digit from a picture"
    parser = commands.add_parser(NAME, help=about, description=f"{about}: a photo, a scan or a drawing of one digit")
    parser.add_argument("picture", nargs="+", metavar="PICTURE", type=Path, help="PNG, JPEG, WebP, GIF or BMP")
    parser.add_argument("--json", action="store_true", help="one JSON object a picture, with all ten probabilities")
    parser.set_defaults(do=_predict)


def bytes_of(path: Path) -> bytes:
    """What is in a file; raises BadValue where it cannot be opened."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadValue("bad_path", value=echo(path)) from error


def _predict(flags: argparse.Namespace) -> None:
    from playground.data.photo import open_picture
    from playground.reader.read import read

    for path in flags.picture:
        chances = read(open_picture(bytes_of(path)))
        best = int(chances.argmax())
        if flags.json:
            facts = {"picture": str(path), "label": str(best), "confidences": [float(part) for part in chances]}
            print(json.dumps(facts, ensure_ascii=False))
        else:
            print(f"{path}: {best} ({100 * float(chances[best]):.1f} %)")
