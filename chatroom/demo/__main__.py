"""Serve the demo alone: `python -m chatroom.demo [--port 8123] [--speed 30]`."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import sys

from chatroom.demo.server import start


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m chatroom.demo", description="Serve the built-in demo models alone."
    )
    parser.add_argument("--port", type=int, default=8123, help="0 takes a free one (default: 8123)")
    parser.add_argument("--speed", type=float, default=30.0, help="tokens per second, 0: no limit (default: 30)")
    return parser.parse_args()


async def _serve(port: int, speed: float) -> None:
    server = await start(port=port, tokens_per_second=speed)
    sys.stdout.write(f"The demo listens on {server.base_url}\n")
    sys.stdout.flush()
    try:
        await asyncio.Event().wait()
    finally:
        await server.stop()


if __name__ == "__main__":
    arguments = _arguments()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(arguments.port, arguments.speed))
