"""Redis in a folder of its own: it carries news between processes, and nothing that would have to be kept."""

from __future__ import annotations

import socket
from pathlib import Path

from chatroom.cluster.service import Say, Service, require

CONFIGURATION = """\
bind 127.0.0.1
port {port}
requirepass {password}
save ""
appendonly no
daemonize no
loglevel warning
"""


class Redis(Service):
    """A server of its own on the loopback address, with a password."""

    users = ("redis", "nobody")

    def __init__(self, folder: Path, port: int = 0, say: Say | None = None, name: str = "redis") -> None:
        super().__init__(name, folder, port, say)
        self._program = require("redis-server", "redis-server")

    @property
    def url(self) -> str:
        """What REDIS_URL should be."""
        return f"redis://:{self.kept('password')}@127.0.0.1:{self.port}/0"

    def prepare(self) -> None:
        """Write its configuration. Not on the command line, which everybody can read."""
        self.write("redis.conf", CONFIGURATION.format(port=self.port, password=self.kept("password")))

    def command(self, folder: str) -> list[str]:
        """In the foreground."""
        return [self._program, f"{folder}/redis.conf", "--dir", folder]

    def is_ready(self) -> bool:
        """Whether it answers a PING."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                connection.sendall(f"AUTH {self.kept('password')}\r\nPING\r\n".encode())
                answer = b""
                while answer.count(b"\r\n") < 2:
                    if not (more := connection.recv(100)):
                        return False
                    answer += more
        except OSError:
            return False
        return answer == b"+OK\r\n+PONG\r\n"
