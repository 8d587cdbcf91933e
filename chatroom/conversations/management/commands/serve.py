"""`python manage.py serve`: prepare what is missing, print the way in, serve."""

from __future__ import annotations

import asyncio
import errno
import socket
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.urls import reverse

from chatroom.accounts.models import SignInLink
from chatroom.accounts.owner import ensure_owner
from chatroom.conversations.collecting import collect_static
from chatroom.conversations.preparing import prepare_database
from chatroom.watching import logs

# Bytes of a message that a page may send over its socket. Ours send none.
MOST_SAID = 4096


class Command(BaseCommand):
    """One process that does everything: pages, news, runs."""

    help = "Prepares the database and static files, prints a sign-in link, and serves the room."
    requires_system_checks: list[str] = []  # they cost more than the rest of the start

    def add_arguments(self, parser: CommandParser) -> None:
        """Where to listen."""
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)
        silent = "print no sign-in link: for services, whose log is kept"
        parser.add_argument("--no-link", dest="link", action="store_false", help=silent)

    def handle(self, *args: Any, host: str, port: int, link: bool, **options: Any) -> None:
        """Prepare, then serve until told to stop."""
        _must_be_free(host, port)
        prepare_database(self.stdout.write)
        collect_static()
        shown = f"[{host}]" if ":" in host else host
        address = f"http://{shown}:{port}"
        if link:
            token = SignInLink.make(ensure_owner(), f"{socket.gethostname()[:90]}:{port}")
            connection.close()
            self.stdout.write(
                f"\n    Chatroom is here:  {address}{reverse('sign_in', args=[token])}\n\n"
                "    The link signs you in, once. Stop with Ctrl-C; what the models said is kept.\n",
            )
        else:
            self.stdout.write(f"Serving on {address}")
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


def _serve(host: str, port: int) -> None:
    # Only now: the import puts Twisted's reactor on asyncio, and the application is loaded once all is ready.
    from daphne.endpoints import build_endpoint_description_strings

    from chatroom.conversations.departing import Departure
    from chatroom.conversations.engine import start_engine
    from chatroom.conversations.serving import PatientServer
    from chatroom.conversations.taking_in import bounds

    logs.take_uncaught()
    application = _application()
    endpoints = build_endpoint_description_strings(host=host, port=port)

    async def begin() -> None:
        # Not at the first request: runs that a dead process left are to be looked after at once.
        engine = await start_engine()
        Departure(engine.drain, server.stop, settings.DRAIN_SECONDS).watch()

    def ready() -> None:
        bounds().hold(server.http_factory)
        asyncio.get_event_loop().create_task(begin())

    server = PatientServer(
        application,
        endpoints=endpoints,
        server_name="chatroom",
        signal_handlers=False,
        ready_callable=ready,
        websocket_max_message_size=MOST_SAID,
        websocket_max_frame_size=MOST_SAID,
        # A page that went away takes its time to be forgotten; nothing hangs on it.
        application_close_timeout=1,
    )
    server.run()


def _application() -> Any:
    from channels.routing import get_default_application

    return get_default_application()
