"""All of a room of many processes on one machine."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from chatroom.cluster.nginx import Nginx
from chatroom.cluster.postgres import PostgreSQL
from chatroom.cluster.redis import Redis
from chatroom.cluster.rooms import Web, Worker, manage
from chatroom.cluster.service import Say, Service, ServiceError


class Cluster:
    """PostgreSQL, Redis, webs, workers, and nginx in front. All that it keeps is in `folder`.

    `settings` are added to the environment of the room's processes. Each service can be killed and started alone.
    """

    def __init__(
        self,
        folder: Path,
        port: int = 0,
        webs: int = 2,
        workers: int = 2,
        settings: Mapping[str, str] | None = None,
        say: Say | None = None,
    ) -> None:
        self.folder = folder = folder.absolute()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.postgres = PostgreSQL(folder / "postgres", say=say)
        self.redis = Redis(folder / "redis", say=say)
        self.settings = {
            "CHATROOM_DATA": str(folder),
            "DATABASE_URL": self.postgres.url,
            "REDIS_URL": self.redis.url,
            "CHATROOM_PROXIES": "1",  # nginx: whom it heard is who tries to sign in
            **(settings or {}),
        }
        self.webs = [Web(f"web-{n}", folder / f"web-{n}", self.settings, say) for n in range(1, webs + 1)]
        self.workers = [
            Worker(f"worker-{n}", folder / f"worker-{n}", self.settings, say) for n in range(1, workers + 1)
        ]
        self.nginx = Nginx(folder / "nginx", [web.port for web in self.webs], port, say)

    @property
    def url(self) -> str:
        """The address that people use."""
        return self.nginx.url

    @property
    def services(self) -> list[Service]:
        """All of it, from the ground up."""
        return [self.postgres, self.redis, *self.webs, *self.workers, self.nginx]

    def start(self) -> None:
        """Start all of it. Raises ServiceError, with nothing left running."""
        try:
            for floor in ([self.postgres, self.redis], [*self.webs, *self.workers], [self.nginx]):
                for service in floor:
                    service.launch()
                for service in floor:
                    service.wait()
        except BaseException:
            self.kill()
            raise

    def stop(self) -> None:
        """End all of it in order: no new visitors, then no new work, then what all of that stood on."""
        for floor in ([self.nginx], self.webs, self.workers, [self.redis], [self.postgres]):
            with ThreadPoolExecutor(max_workers=max(1, len(floor))) as together:
                list(together.map(lambda service: service.stop(), floor))

    def kill(self) -> None:
        """End all of it at once."""
        for service in reversed(self.services):
            service.kill()

    def manage(self, *arguments: str) -> str:
        """What `manage.py` prints for a command. Raises ServiceError."""
        return manage(self.settings, *arguments)

    def sign_in_link(self) -> str:
        """A link that signs the owner in, once."""
        return self.manage("sign_in_link", "--address", self.url).strip()


@contextlib.contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold a folder against a second cluster in it. Raises ServiceError."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    holding = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(holding, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ServiceError(f"A cluster runs in {folder} already.") from None
        yield
    finally:
        os.close(holding)
