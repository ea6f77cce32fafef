"""What Gradio itself draws, in the colours of the stage; fonts are the system's, so nothing is fetched."""

from __future__ import annotations

import gradio as gr

FONT = (
    "system-ui",
    "-apple-system",
    "Segoe UI",
    "Roboto",
    "PingFang SC",
    "Microsoft YaHei",
    "Noto Sans CJK SC",
    "sans-serif",
)
MONOSPACE = ("ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "monospace")


def make_theme() -> gr.themes.Base:
    return gr.themes.Base(
        primary_hue="blue", secondary_hue="orange", neutral_hue="slate", font=FONT, font_mono=MONOSPACE
    )
