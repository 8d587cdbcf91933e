"""The room's own processes: those that serve pages, and those that do the runs."""

from __future__ import annotations

import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from chatroom.cluster.service import Say, Service, ServiceError

ROOT = Path(__file__).resolve().parent.parent.parent


class Process(Service):
    """`manage.py`, with what `settings` add to our own environment."""

    def __init__(
        self, name: str, folder: Path, settings: Mapping[str, str], say: Say | None = None, port: int = 0
    ) -> None:
        super().__init__(name, folder, port, say)
        self.settings = dict(settings)
        # Replies may go on for so long before it ends.
        self.stop_seconds = float(self.settings.get("CHATROOM_DRAIN", os.environ.get("CHATROOM_DRAIN", "60"))) + 10

    def environment(self) -> dict[str, str]:
        """Ours, with the cluster's settings."""
        return {**os.environ, "PYTHONUNBUFFERED": "1", **self.settings}


class Web(Process):
    """A process that serves pages."""

    @property
    def url(self) -> str:
        """Its own address, past nginx."""
        return f"http://127.0.0.1:{self.port}"

    def command(self, folder: str) -> list[str]:
        """It prints no sign-in link: its address is not the one that people use."""
        return [sys.executable, str(ROOT / "manage.py"), "serve", "--port", str(self.port), "--no-link"]

    def is_ready(self) -> bool:
        """Whether it says so itself."""
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=5) as answer:  # noqa: S310 - http, as it says
                return int(answer.status) == 200
        except (urllib.error.URLError, OSError):
            return False


class Worker(Process):
    """A process that does runs."""

    def command(self, folder: str) -> list[str]:
        """It has no address."""
        return [sys.executable, str(ROOT / "manage.py"), "worker"]

    def is_ready(self) -> bool:
        """Whether it has said that it is at work."""
        return any(line.startswith("Working as ") for line in list(self.output))


def manage(settings: Mapping[str, str], *arguments: str) -> str:
    """What `manage.py` prints for a command. Raises ServiceError."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), *arguments],
        env={**os.environ, **settings},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise ServiceError(f"manage.py {arguments[0]}: {(done.stderr.strip().splitlines() or ['failed'])[-1]}")
    return done.stdout
