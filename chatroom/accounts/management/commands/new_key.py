"""`python manage.py new_key`: the secret key was changed on purpose."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from chatroom.accounts.models import KeyMark
from chatroom.accounts.reaching import with_database


class Command(BaseCommand):
    """Takes the key that is configured here for the room's."""

    help = "Makes the secret key that is configured here the room's, after it was changed. Everybody signs in again."

    def handle(self, *args: Any, **options: Any) -> None:
        """Note it."""
        with with_database():
            KeyMark.renew()
        self.stdout.write("Noted. Give it to all processes and start them again; everybody will have to sign in.")
