"""Draws the QR code of an address, so that a class can open with a phone what stands on the wall."""

from __future__ import annotations

import io

import segno
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

LONGEST = 2000  # characters: beyond that no telephone reads the code from a wall


def draw(text: str) -> bytes:
    """The code as an SVG picture; raises ValueError for a text that is empty or too long."""
    if not 0 < len(text) <= LONGEST:
        raise ValueError(len(text))
    out = io.BytesIO()
    segno.make_qr(text, error="l").save(out, kind="svg", scale=4, border=3, light="white", xmldecl=False)
    return out.getvalue()


def _answer(request: Request) -> Response:
    try:
        return Response(draw(request.query_params.get("text", "")), media_type="image/svg+xml")
    except ValueError:
        return Response(status_code=400)


def route(path: str) -> Route:
    """path?text=… answers with the picture."""
    return Route(path, _answer)
