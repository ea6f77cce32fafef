"""Hands a program out so that it runs where it arrives: alone, or together with the files that it needs beside it."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from playground.core.refusal import BadValue, echo
from playground.script.layout import Program

NOTEBOOK = ".ipynb"


def source(program: Program, ending: str) -> bytes:
    """The program as a file of this ending: a notebook, or Python."""
    return (program.notebook() if ending == NOTEBOOK else program.script()).encode()


def lay(program: Program, path: Path) -> list[Path]:
    """Write the program and what it needs beside it; returns what was written.

    Raises BadValue where that cannot be, and where another file lies in the place of one that it needs.
    """
    laid = {path: source(program, path.suffix)}
    try:
        for file in program.files:
            place, data = path.parent / file.name, file.read_bytes()
            if place.exists() and place.read_bytes() != data:
                raise BadValue("bad_beside", value=echo(place))
            laid[place] = data
        for place, data in laid.items():
            place.write_bytes(data)
    except OSError as error:
        raise BadValue("bad_write", value=echo(error.filename)) from error
    return list(laid)


def packed(program: Program, name: str) -> bytes:
    """The program under this name and what it needs as one zip file."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as box:
        box.writestr(name, source(program, Path(name).suffix))
        for file in program.files:
            box.writestr(file.name, file.read_bytes())
    return out.getvalue()
