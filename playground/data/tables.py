"""Reads an uploaded table of points; every file is hostile until it has been checked."""

from __future__ import annotations

import codecs
import csv
import math

from playground.core.knobs import MAX_POINTS
from playground.core.refusal import BadValue, echo

MAX_BYTES = 1_000_000
DELIMITERS = ";\t, "  # the comma late: it may be a decimal comma
ENCODINGS = ("utf-8-sig", "gb18030", "latin-1")

Point = tuple[float, float, int]


def _decoded(data: bytes) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings: tuple[str, ...] = ("utf-16",)
    elif b"\0" in data:
        raise BadValue("csv_binary")
    else:
        encodings = ENCODINGS
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadValue("csv_binary")


def _cells(lines: list[str], delimiter: str) -> list[list[str]]:
    try:
        return [[cell.strip() for cell in row] for row in csv.reader(lines, delimiter=delimiter, skipinitialspace=True)]
    except csv.Error as error:  # a cell beyond the reader's limit, or a stray control character
        raise BadValue("csv_binary") from error


def _rows(data: bytes, columns: int) -> list[list[str]]:
    """The non-empty rows under the delimiter that gives the right number of columns."""
    if len(data) > MAX_BYTES:
        raise BadValue("csv_big", size=f"{len(data) / 1e6:.1f}", most=f"{MAX_BYTES / 1e6:g}")
    lines = [line.strip() for line in _decoded(data).splitlines() if line.strip()]
    if not lines:
        raise BadValue("csv_empty", columns=columns)
    tables = [_cells(lines, delimiter) for delimiter in DELIMITERS]
    widest = max(tables, key=lambda rows: len(rows[-1]))  # what to name where none has the right number of columns
    best = next((rows for rows in tables if len(rows[-1]) == columns), widest)
    if DELIMITERS[tables.index(best)] == ";":
        best = [[cell.replace(",", ".") for cell in row] for row in best]
    for place, row in enumerate(best, 1):
        if len(row) != columns:
            raise BadValue("csv_columns", row=place, found=len(row), columns=columns)
    return best


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _finite(cell: str, row: int) -> float:
    value = float(cell) if _is_number(cell) else math.nan
    if not math.isfinite(value):
        raise BadValue("csv_number", row=row, value=echo(cell) or "∅")
    return value


def _scaled(values: list[float], bound: float) -> list[float]:
    """Mapped to -bound..bound; a constant column becomes 0."""
    low, high = min(values), max(values)
    half = high / 2 - low / 2  # halves, so that no difference of two finite numbers overflows
    return [bound * ((value / 2 - low / 2) / half * 2 - 1) if half > 0 else 0.0 for value in values]


def _table(data: bytes, columns: int, numeric: int) -> tuple[list[list[float]], list[list[str]]]:
    """The numeric columns as numbers and all cells, without a header; at most MAX_POINTS rows, evenly thinned."""
    rows = _rows(data, columns)
    header = not any(_is_number(cell) for cell in rows[0][:numeric])
    body = rows[1:] if header else rows
    if len(body) < 2:
        raise BadValue("csv_short", rows=len(body))
    numbers = [[_finite(cell, place + header) for cell in row[:numeric]] for place, row in enumerate(body, 1)]
    thin = -(-len(body) // MAX_POINTS)
    return numbers[::thin], body[::thin]


def read_curve(data: bytes) -> tuple[Point, ...]:
    """Two columns x, y, both scaled to -1..1; raises BadValue with the row at fault."""
    numbers, _ = _table(data, columns=2, numeric=2)
    x, y = (_scaled(list(column), 1.0) for column in zip(*numbers, strict=True))
    return tuple((a, b, 0) for a, b in zip(x, y, strict=True))


def read_classes(data: bytes, bound: float, most: int) -> tuple[Point, ...]:
    """Three columns x, y, class; x and y scaled to -bound..bound, up to `most` classes in the order of their names."""
    numbers, cells = _table(data, columns=3, numeric=2)
    names = sorted({row[2] for row in cells})
    if not 2 <= len(names) <= most:
        raise BadValue("csv_classes", found=len(names), most=most)
    x, y = (_scaled(list(column), bound) for column in zip(*numbers, strict=True))
    return tuple((a, b, names.index(row[2])) for a, b, row in zip(x, y, cells, strict=True))
