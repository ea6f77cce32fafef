"""One tab: a lesson's stage and the two events that it sends."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import gradio as gr

from playground.core.lesson import Lesson
from playground.text import Text
from playground.ui.actions import open_link, perform
from playground.ui.seat import Seat
from playground.ui.sessions import Seats
from playground.ui.stage import make_stage
from playground.ui.transport import play


def build_tab(lesson: Lesson, text: Text, seats: Seats) -> gr.HTML:
    """Must be called inside a Blocks context."""
    stage = make_stage(lesson, text)

    def seat_of(event: gr.EventData, request: gr.Request) -> tuple[Seat, Any]:
        action = getattr(event, "_data", None)
        seat, is_new = seats.take(request.session_hash or "", lesson, text)
        if is_new and isinstance(action, dict) and isinstance(action.get("link"), str):
            open_link(seat, action["link"])  # the old seat was freed: go on where this visitor's page says it was
        return seat, action

    def on_act(event: gr.EventData, request: gr.Request) -> str:
        seat, action = seat_of(event, request)
        perform(seat, action)
        return seat.frame()

    def on_play(event: gr.EventData, request: gr.Request) -> Iterator[str]:
        seat, asked = seat_of(event, request)
        if isinstance(asked, dict) and asked.get("first") is not None:
            perform(seat, asked["first"])
        yield from play(seat, lambda: seats.players)

    shared = {"outputs": stage, "show_progress": "hidden", "trigger_mode": "multiple", "api_visibility": "private"}
    stage.act(on_act, None, queue=False, **shared)
    stage.play(on_play, None, concurrency_id="play", concurrency_limit=None, **shared)
    return stage
