"""What a seat says to its visitor: why the run stands or goes, and what needs to be said only once."""

from __future__ import annotations

from typing import Any

from playground.core.limits import Stop
from playground.core.refusal import BadValue
from playground.text import Text


class Voice:
    """Speaks the visitor's language; whoever calls holds the seat's lock."""

    def __init__(self, text: Text) -> None:
        self._text = text
        self._why: dict[str, Any] = {}
        self._present: dict[str, Any] = {}  # what is said again when the reader looks no longer back
        self._notices = 0
        self._notice = ""
        self._remark = ""  # the one that was made last

    @property
    def reason(self) -> str:
        """The key of what is said about the run."""
        return str(self._why["reason"])

    def explain(self, reason: str, **facts: object) -> None:
        """Say why the run stands or goes."""
        self._why = {"reason": reason, "text": self._text.say(f"stops.{reason}", **facts)}

    def explain_stop(self, stop: Stop) -> None:
        """Say why the run stopped by itself."""
        facts = {name: f"{value:.3g}" if isinstance(value, float) else value for name, value in stop.facts.items()}
        self.explain(stop.reason, **facts)

    def remember_present(self) -> None:
        """The reader begins to look back."""
        self._present = self._why

    def explain_present(self) -> None:
        """Say again what was said before the reader looked back, who has paused by that."""
        if self._present["reason"] == "playing":
            self.explain("paused")
        else:
            self._why = self._present

    def notify(self, text: str) -> None:
        """Say something once."""
        self._notices += 1
        self._notice = text

    def refuse(self, error: BadValue) -> None:
        """Say what was wrong and what is allowed."""
        self.notify(self._text.refusal(error))

    def tell_remark(self, remark: str) -> None:
        """What the reader should know about the data or the first weights, once until it changes; empty for nothing."""
        if remark and remark != self._remark:
            self.notify(self._text.say(f"remarks.{remark}"))
        self._remark = remark

    def packed(self) -> dict[str, Any]:
        """What the page shows of it."""
        return {"why": dict(self._why), "notice": {"id": self._notices, "text": self._notice}}
