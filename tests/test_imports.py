"""Who may know whom: the core knows no page, and starting the page loads nothing that it does not need."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "playground"
PAGE = {
    "gradio",
    "matplotlib",
    "torchvision",
    "gymnasium",
    "pandas",
    "playground.ui",
    "playground.export",
    "playground.figures",
}
FORBIDDEN = {
    "core": PAGE | {"PIL", "sklearn", "playground.data", "playground.lessons", "playground.text"},
    "data": PAGE | {"playground.lessons", "playground.text"},
    "rl": (PAGE - {"gymnasium"}) | {"playground.lessons", "playground.text"},
    "lessons": PAGE | {"playground.text"},
    "figures": (PAGE - {"matplotlib", "playground.figures"}) | {"playground.lessons"},
    "text": PAGE | {"torch", "playground.data", "playground.lessons"},
}
FILES = [path for room in FORBIDDEN for path in sorted((PACKAGE / room).rglob("*.py"))]


def imported(path):
    """The modules that a file imports, anywhere in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield node.module


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_room_knows_only_the_rooms_below_it(path):
    """core ← data ← lessons; never gradio, never the page, and matplotlib for figures alone."""
    for name in imported(path):
        for other in FORBIDDEN[path.relative_to(PACKAGE).parts[0]]:
            assert not f"{name}.".startswith(f"{other}."), f"{path.name} imports {name}"


def loaded_by(statement):
    """The top-level modules that a statement loads in a fresh process."""
    code = f"{statement}\nimport sys\nprint(*sorted({{name.split('.')[0] for name in sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_the_lessons_load_without_a_page():
    loaded = loaded_by("import playground.lessons, playground.text")
    assert "torch" in loaded
    assert not loaded & {"gradio", "matplotlib", "torchvision", "pandas", "sklearn", "gymnasium"}


def test_starting_the_page_loads_no_more_than_it_needs():
    loaded = loaded_by("import playground.ui.launch")
    assert "gradio" in loaded
    assert not loaded & {"torchvision", "gymnasium", "matplotlib", "sklearn"}
