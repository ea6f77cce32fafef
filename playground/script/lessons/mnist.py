"""Writes where the digits come from: MNIST from a folder, or the small digits instead of it."""

from __future__ import annotations

from torch import Tensor

from playground.core.batches import Batches
from playground.data.digits import FILES, MIRRORS, idx_tensor, small_digits
from playground.script.pen import Pen
from playground.script.values import Bundle, expression

PATIENCE = 20  # seconds without a byte
FETCH = f"""
for mirror in MIRRORS:
    if path.exists():
        break
    try:
        with urllib.request.urlopen(f"{{mirror}}{{name}}.gz", timeout={PATIENCE}) as answer:
            unpacked = gzip.decompress(answer.read())
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(unpacked)
    except Exception as problem:
        print(f"{{mirror}}: {{problem}}")
"""
VARIABLES = ("x", "y", "test_x", "test_y")


def write_digits(pen: Pen, batches: Batches, test: tuple[Tensor, Tensor], *, is_small: bool) -> None:
    """The pictures and labels to learn from, x and y, and those to test on, test_x and test_y."""
    pen.section("data")
    load_digits(pen, VARIABLES, is_small=is_small)
    for value, name in zip((batches.inputs, batches.targets, *test), VARIABLES, strict=True):
        pen.name(value, name)


def load_digits(pen: Pen, names: tuple[str, ...], *, is_small: bool) -> None:
    """Pictures and labels, those to learn from first, in variables of these names."""
    if is_small:
        pen.comment("small_digits")
        found = pen.call(small_digits)
        assert isinstance(found, Bundle)
        pen.put(", ".join(names), Bundle(found.members[: len(names)]))
    else:
        pen.comment("mnist")
        pen.line('DATA = Path.home() / ".cache" / "neural-playground"')
        pen.line(f"MIRRORS = {MIRRORS!r}")
        with pen.block("def mnist(name):"):
            pen.line('path = DATA / "MNIST" / "raw" / name')
            pen.line(FETCH)
            with pen.block("if not path.exists():"):
                pen.give_up("mnist", "{path.parent}")
            pen.line("data = bytearray(path.read_bytes())")
            pen.returned(pen.call(idx_tensor, expression("data")))
        for number in range(0, len(names), 2):
            pictures, labels = (f"mnist('{file.name}')" for file in FILES[number : number + 2])
            pen.line(f"{names[number]}, {names[number + 1]} = {pictures}, {labels}.long()")
    pen.by.taken |= set(names)
