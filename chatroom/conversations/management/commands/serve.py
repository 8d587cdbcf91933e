"""`python manage.py serve`: prepare what is missing, print the way in, serve."""

from __future__ import annotations

import asyncio
import errno
import hashlib
import socket
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, connection
from django.urls import reverse

from chatroom.accounts.models import SignInLink
from chatroom.accounts.owner import ensure_owner
from chatroom.conversations.migrating import is_behind


class Command(BaseCommand):
    """One process that does everything: pages, news, runs."""

    help = "Prepares the database and static files, prints a sign-in link, and serves the room."
    requires_system_checks: list[str] = []  # they cost more than the rest of the start

    def add_arguments(self, parser: CommandParser) -> None:
        """Where to listen."""
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *args: Any, host: str, port: int, **options: Any) -> None:
        """Prepare, then serve until told to stop."""
        _must_be_free(host, port)
        try:
            if is_behind():
                self.stdout.write("Preparing the database …")
                call_command("migrate", verbosity=0, interactive=False)
            link = reverse("sign_in", args=[SignInLink.make(ensure_owner())])
        except DatabaseError as error:
            raise CommandError(f"The database cannot be used: {error}") from error
        finally:
            connection.close()
        _collect_static()
        shown = f"[{host}]" if ":" in host else host
        self.stdout.write(
            f"\n    Chatroom is here:  http://{shown}:{port}{link}\n\n"
            "    The link signs you in, once. Stop with Ctrl-C; what the models said is kept.\n",
        )
        self.stdout.flush()
        _serve(host, port)


def _must_be_free(host: str, port: int) -> None:
    """Say in one line what is wrong with the address, before anything else is done."""
    if not 0 < port < 65536:
        raise CommandError(f"PORT: {port} is not a port; choose one from 1 to 65535.")
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except socket.gaierror:
        raise CommandError(f"HOST: {host} is not an address of this computer.") from None
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise CommandError(
                f"Port {port} is taken, perhaps by a room that is running already. Try: make run PORT={port + 1}"
            ) from None
        raise CommandError(f"Cannot listen on {host} port {port}: {error.strerror}.") from None


def _collect_static() -> None:
    """Collect and compress static files when they have changed since the last time."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            stat = Path(storage.path(path)).stat()
            digest.update(f"{path} {stat.st_size} {stat.st_mtime_ns}\n".encode())
    stamp = Path(settings.STATIC_ROOT) / ".collected"
    if stamp.is_file() and stamp.read_text() == digest.hexdigest():
        return
    call_command("collectstatic", verbosity=0, interactive=False, clear=True)
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(digest.hexdigest())


def _serve(host: str, port: int) -> None:
    # Only now: the import puts Twisted's reactor on asyncio, and the application is loaded once all is ready.
    from daphne.endpoints import build_endpoint_description_strings

    from chatroom.conversations.departing import Departure
    from chatroom.conversations.engine import start_engine
    from chatroom.conversations.serving import PatientServer

    application = _application()
    endpoints = build_endpoint_description_strings(host=host, port=port)

    async def begin() -> None:
        # Not at the first request: runs that a dead process left are to be looked after at once.
        engine = await start_engine()
        Departure(engine.drain, server.stop, settings.DRAIN_SECONDS).watch()

    server = PatientServer(
        application,
        endpoints=endpoints,
        server_name="chatroom",
        signal_handlers=False,
        ready_callable=lambda: asyncio.get_event_loop().create_task(begin()),
        # A page that went away takes its time to be forgotten; nothing hangs on it.
        application_close_timeout=1,
    )
    server.run()


def _application() -> Any:
    from channels.routing import get_default_application

    return get_default_application()
