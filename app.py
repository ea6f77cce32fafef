"""Starts the Neural Playground: reads the flags, chooses the device, builds the page, opens it."""

from __future__ import annotations

import argparse
import os
import sys
import webbrowser


def read_flags() -> argparse.Namespace:
    flags = argparse.ArgumentParser(description="Neural Playground: real PyTorch, learning before your eyes")
    flags.add_argument("--host", default=os.environ.get("GRADIO_SERVER_NAME", "127.0.0.1"), help="address to listen on")
    flags.add_argument(
        "--port", type=int, default=None, help="port to listen on; the first free one from 7860 without it"
    )
    flags.add_argument("--device", default="auto", help="auto, cuda, cuda:N, mps or cpu")
    flags.add_argument("--data", default=None, metavar="DIR", help="folder that holds downloaded data sets")
    flags.add_argument("--mcp", action="store_true", help="let agents use the endpoints by the Model Context Protocol")
    flags.add_argument("--no-browser", action="store_true", help="do not open a browser window")
    return flags.parse_args()


def main() -> None:
    flags = read_flags()
    if flags.data:
        os.environ["PLAYGROUND_DATA"] = flags.data
    from playground.core.device import choose
    from playground.core.refusal import BadValue
    from playground.text import Text

    try:
        device = choose(flags.device)
    except BadValue as error:
        sys.exit(Text("en").refusal(error))
    from playground.ui.launch import launch

    try:
        page, address = launch(device, flags.host, flags.port, mcp=flags.mcp)
    except BadValue as error:
        sys.exit(Text("en").refusal(error))
    except (OSError, OverflowError):  # the port is taken, not allowed, or no port at all
        sys.exit(Text("en").say("bad.port", host=flags.host, port=flags.port))
    print(f"Neural Playground on {device}: {address}", flush=True)
    if not flags.no_browser and "SPACE_ID" not in os.environ:
        webbrowser.open(address)
    page.block_thread()


if __name__ == "__main__":
    main()
