"""Says no in a way that a page can put into words: what was wrong, and what is allowed."""

from __future__ import annotations

LONGEST_ECHO = 40


class BadValue(ValueError):
    """A value that is not allowed: a text key and its facts, so that the page can say it in the reader's language."""

    def __init__(self, key: str, **facts: object) -> None:
        super().__init__(f"{key}: {facts}")
        self.key = key
        self.facts = facts


def echo(value: object) -> str:
    """The refused value, short enough for a sentence."""
    try:
        text = str(value).encode(errors="replace").decode()  # half a surrogate pair cannot be sent
    except ValueError:  # an integer of thousands of digits
        text = "…"
    return text if len(text) <= LONGEST_ECHO else text[: LONGEST_ECHO - 1] + "…"
