"""The page in each language: the header, the tabs, and what happens when visitors come and go."""

from __future__ import annotations

import html
from pathlib import Path

import gradio as gr
import torch

from playground import __version__
from playground.lessons import LESSONS
from playground.text import LANGUAGES, Text
from playground.ui import api
from playground.ui.sessions import Seats
from playground.ui.tab import build_tab

ASSETS = Path(__file__).parents[2] / "assets"
PATHS = {"en": "", "zh": "zh"}

HEADER = """
<header class="top">
  <h1><img src="{root}playground/icon.svg?v={version}" alt="" width="34" height="34"><span>{title}</span></h1>
  <p>{tagline}</p>
  <nav>
    <a class="language" href="{other}" lang="{other_language}" hreflang="{other_language}">{name}</a>
    <button type="button" class="theme" aria-label="{theme}" title="{theme}"></button>
  </nav>
</header>
"""
HEADER_SCRIPT = f"""
const home = new URL("playground/stage/header.js?v={__version__}", document.baseURI);
import(home).then((header) => header.mount(element, props));
"""


def _header(text: Text) -> gr.HTML:
    other = next(language for language in LANGUAGES if language != text.language)
    template = HEADER.format(
        root="",
        version=__version__,
        title=html.escape(text.say("page.title")),
        tagline=html.escape(text.say("page.tagline")),
        other=f"./{PATHS[other]}",
        other_language=other,
        name=text.say("page.other_language"),
        theme=html.escape(text.say("page.theme")),
    )
    return gr.HTML(
        html_template=template,
        js_on_load=HEADER_SCRIPT,
        apply_default_css=False,
        language=text.language,
        elem_id="header",
    )


def _build_language(language: str, seats: Seats) -> gr.Tabs:
    text = Text(language)
    _header(text)
    with gr.Tabs(elem_id="tabs") as tabs:
        for lesson in LESSONS:
            with gr.Tab(text.say(f"{lesson.key}.title"), id=lesson.key):
                build_tab(lesson, text, seats)
    return tabs


def _open_tab(request: gr.Request) -> gr.Tabs:
    asked = dict(request.query_params).get("tab")
    known = [lesson.key for lesson in LESSONS]
    return gr.Tabs(selected=asked if asked in known else known[0])


def build_page(device: torch.device, seats: Seats | None = None) -> gr.Blocks:
    """The whole app, one address for each language."""
    seats = Seats(device) if seats is None else seats

    def on_leave(request: gr.Request) -> None:
        seats.leave(request.session_hash or "")

    with gr.Blocks(title=Text("en").say("page.title"), analytics_enabled=False, fill_width=True) as page:
        gr.Navbar(visible=False)
        tabs = _build_language("en", seats)
        page.load(_open_tab, None, tabs, show_progress="hidden", api_visibility="private", queue=False)
        page.unload(on_leave)
        api.offer(device)
    with page.route(Text("zh").say("page.title"), PATHS["zh"]):
        tabs = _build_language("zh", seats)
        page.load(_open_tab, None, tabs, show_progress="hidden", api_visibility="private", queue=False)
        page.unload(on_leave)
    return page
