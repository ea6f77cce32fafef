"""Serves the page: launch settings in one place, for the app and for the tests."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

import gradio as gr
import torch
from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from playground import __version__
from playground.core.refusal import BadValue
from playground.ui import qr
from playground.ui.page import ASSETS, PATHS, build_page
from playground.ui.sessions import Seats
from playground.ui.theme import make_theme

LARGEST_UPLOAD = "1mb"
MOST_WAITING = 256
HEAD = f"""
<link rel="stylesheet" href="playground/stage/stage.css?v={__version__}">
<link rel="stylesheet" href="playground/stage/menu.css?v={__version__}">
<link rel="stylesheet" href="playground/stage/digits.css?v={__version__}">
<link rel="stylesheet" href="playground/stage/gan.css?v={__version__}">
<link rel="stylesheet" href="playground/stage/autoencoder.css?v={__version__}">
<link rel="stylesheet" href="playground/stage/race.css?v={__version__}">
<link rel="stylesheet" href="playground/stage/dqn.css?v={__version__}">
<link rel="stylesheet" href="playground/stage/code.css?v={__version__}">
<link rel="stylesheet" href="playground/stage/figure.css?v={__version__}">
<link rel="stylesheet" href="playground/stage/cards.css?v={__version__}">
<link rel="stylesheet" href="playground/stage/challenge.css?v={__version__}">
<link rel="stylesheet" href="playground/stage/timeline.css?v={__version__}">
<link rel="stylesheet" href="playground/stage/lottery.css?v={__version__}">
<link rel="icon" href="playground/icon.svg">
"""


def launch(
    device: torch.device, host: str, port: int | None, seats: Seats | None = None, *, mcp: bool = False
) -> tuple[gr.Blocks, str]:
    """Start the server without waiting for its end; returns the page and its address. OSError if the port is taken.

    `mcp` also lets agents in, under /gradio_api/mcp/; raises BadValue without the package that it needs.
    """
    if mcp and find_spec("mcp") is None:
        raise BadValue("bad_mcp")
    torch.set_num_threads(1)  # for nets this small a second thread only burns time
    seats = Seats(device) if seats is None else seats
    page = build_page(device, seats)
    page.queue(max_size=MOST_WAITING, default_concurrency_limit=8)
    routes = [
        qr.route("/playground/qr"),
        seats.parcels.route("/playground/parcel"),
        Mount("/playground", StaticFiles(directory=ASSETS)),
        *(Route(f"/{path}/", _without_slash) for path in PATHS.values() if path),
    ]
    settings: dict[str, Any] = {
        "theme": make_theme(),
        "head": HEAD,
        "app_kwargs": {"routes": routes},
        "footer_links": ["api"],  # how scripts and agents use the endpoints
        "ssr_mode": False,
        "mcp_server": mcp,  # never by an environment variable: nobody opens a door who was not asked
        "run_history": False,
        "max_file_size": LARGEST_UPLOAD,
        "max_threads": 80,
    }
    _, address, _ = page.launch(server_name=host, server_port=port, prevent_thread_lock=True, quiet=True, **settings)
    return page, address


def _without_slash(request: Request) -> RedirectResponse:
    """An address that ends in a slash means the same page; Gradio's own redirect would lose the settings behind it."""
    page = f"../{request.url.path.rstrip('/').rpartition('/')[2]}"  # relative: a proxy may show it under another path
    return RedirectResponse(f"{page}?{request.url.query}" if request.url.query else page)
