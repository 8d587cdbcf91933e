"""nginx in a folder of its own, in front of the processes that serve pages."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from string import Template

from chatroom.cluster.service import Say, Service, require

# Around the site, in place of /etc/nginx/nginx.conf. All paths are in the folder; it needs nothing of the system's.
AROUND = """\
daemon off;
worker_processes 1;
pid nginx.pid;
error_log stderr warn;

events {
    worker_connections 4096;
}

http {
    access_log off;
    server_tokens off;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    include site.conf;
}
"""


class _Site(Template):
    """`$` stands for nginx's own variables."""

    delimiter = "@"


def site(listen: Sequence[str], servers: Sequence[str], cache: str) -> str:
    """What nginx has to know of the room: `listen` are directives, `servers` host and port of each process.

    The same as in docs/deploying.md.
    """
    return _Site((Path(__file__).parent / "nginx.conf").read_text()).substitute(
        listen="\n    ".join(f"{directive};" for directive in listen),
        servers="\n    ".join(f"server {server} fail_timeout=2s;" for server in servers),
        cache=cache,
    )


class Nginx(Service):
    """A server in front of `ports` of this machine."""

    users = ("www-data", "nobody")

    def __init__(
        self, folder: Path, ports: Sequence[int], port: int = 0, say: Say | None = None, name: str = "nginx"
    ) -> None:
        super().__init__(name, folder, port, say)
        self._ports = ports
        self._program = require("nginx", "nginx")

    @property
    def url(self) -> str:
        """The room's address."""
        return f"http://127.0.0.1:{self.port}"

    def prepare(self) -> None:
        """Write its configuration."""
        listen = [f"listen 127.0.0.1:{self.port}"]
        self.write("nginx.conf", AROUND)
        self.write("site.conf", site(listen, [f"127.0.0.1:{port}" for port in self._ports], "cache"))

    def command(self, folder: str) -> list[str]:
        """In the foreground."""
        return [self._program, "-e", "stderr", "-p", f"{folder}/", "-c", "nginx.conf"]
