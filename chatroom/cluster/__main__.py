"""`make cluster`: a room of many processes on this machine, until Ctrl-C."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
import time
from collections import deque
from pathlib import Path

from chatroom.cluster.cluster import Cluster, alone
from chatroom.cluster.service import Service, ServiceError, accepts

WELCOME = """
    Chatroom is here:  {link}

    The link signs you in, once. {webs} processes serve pages, {workers} ask the models; all is kept in {folder}.
    Stop with Ctrl-C: replies may end first, a second Ctrl-C does not wait for them.

"""
# A service that ends is started again, but not for ever: so often within so long.
MOST_STARTS = 5
STARTS_SECONDS = 120.0


class Ended(Exception):
    """We were told to end."""


def main() -> None:
    """Start all of it, print the way in, look after it until told to end."""
    arguments = _arguments()
    try:
        if not 0 < arguments.port < 65536:
            raise ServiceError(f"PORT: {arguments.port} is not a port; choose one from 1 to 65535.")
        if accepts(arguments.port):
            raise ServiceError(f"Port {arguments.port} is taken. Try: make cluster PORT={arguments.port + 1}")
        with alone(arguments.folder):
            _run(Cluster(arguments.folder, arguments.port, arguments.webs, arguments.workers, say=_say))
    except ServiceError as error:
        sys.exit(str(error))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m chatroom.cluster", description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path("data/cluster"), help="where all of it is kept")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--webs", type=int, default=2, help="how many processes serve pages")
    parser.add_argument("--workers", type=int, default=2, help="how many processes do runs")
    return parser.parse_args()


def _run(cluster: Cluster) -> None:
    signal.signal(signal.SIGTERM, _end)
    signal.signal(signal.SIGINT, _end)
    try:
        cluster.start()
        _print(
            WELCOME.format(
                link=cluster.sign_in_link(),
                webs=len(cluster.webs),
                workers=len(cluster.workers),
                folder=cluster.folder,
            )
        )
        _look_after(cluster.services)
    except Ended:
        _print("\nEnding …\n")
    finally:
        try:
            cluster.stop()
        except Ended:
            cluster.kill()


def _look_after(services: list[Service]) -> None:
    """Start again what ends by itself. Raises ServiceError where that does not help."""
    starts: dict[str, deque[float]] = {service.name: deque(maxlen=MOST_STARTS) for service in services}
    while True:
        for service in services:
            if service.is_running:
                continue
            before, now = starts[service.name], time.monotonic()
            if len(before) == MOST_STARTS and now - before[0] < STARTS_SECONDS:
                raise ServiceError(f"{service.name} ends again and again; see above.")
            before.append(now)
            _say(service.name, "has ended; starting it again")
            service.launch()
        time.sleep(0.5)


def _end(*_: object) -> None:
    raise Ended


_speaking = threading.Lock()


def _say(name: str, line: str) -> None:
    """Show what a service prints, and whose it is."""
    with _speaking:
        _print(f"{name:<8} | {line}\n")


def _print(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


if __name__ == "__main__":
    main()
