"""All words of the page, in the languages it speaks; no prose stands in the code."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from playground.core.refusal import BadValue

LANGUAGES = ("en", "zh")
FOLDER = Path(__file__).parent


@cache
def load(language: str) -> Mapping[str, Any]:
    """The text file of a language as nested tables."""
    return tomllib.loads((FOLDER / f"{language}.toml").read_text(encoding="utf-8"))


class Text:
    """The words of one language."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.tables = load(language)

    def say(self, path: str, **facts: object) -> str:
        """The text at a path such as "stops.finished" with its facts filled in; raises KeyError for a missing one."""
        value: Any = self.tables
        for part in path.split("."):
            value = value[part]
        return str(value).format(**facts) if facts else str(value)

    def refusal(self, error: BadValue) -> str:
        """The sentence for a refused value: what was wrong and what is allowed."""
        facts = dict(error.facts)
        if "knob" in facts:
            facts["knob"] = self.say(f"knobs.{facts['knob']}.label")
        return self.say(f"bad.{error.key.removeprefix('bad_')}", **facts)
