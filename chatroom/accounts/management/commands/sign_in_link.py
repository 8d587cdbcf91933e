"""`python manage.py sign_in_link`: a way in for the owner, or for somebody who cannot get in any more."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse

from chatroom.accounts.models import SignInLink, User
from chatroom.accounts.owner import ensure_owner
from chatroom.accounts.reaching import with_database


class Command(BaseCommand):
    """Makes a link. It prints nothing else, so that scripts can take it."""

    help = "Prints a link that signs one person in, once, within a day. Those that it made before become void."

    def add_arguments(self, parser: CommandParser) -> None:
        """For whom, and where the room is."""
        parser.add_argument("--user", help="whom it signs in; left out: the owner")
        parser.add_argument("--address", default="http://127.0.0.1:8000", help="where people reach the room")

    def handle(self, *args: Any, user: str | None, address: str, **options: Any) -> None:
        """Make it."""
        if not address.startswith(("http://", "https://")):
            raise CommandError(f"--address: {address} should begin with http:// or https://.")
        with with_database():
            person = User.objects.filter(username=user, is_active=True).first() if user else ensure_owner()
            if person is None:
                raise CommandError(f"--user: nobody who may sign in is called {user}.")
            token = SignInLink.make(person, "sign_in_link")
        self.stdout.write(address.rstrip("/") + reverse("sign_in", args=[token]))
