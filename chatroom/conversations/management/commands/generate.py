"""`python manage.py generate`: fill an empty room with made-up people and a year of what they said to models."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime
from itertools import count
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from chatroom.accounts.models import User
from chatroom.conversations.models import Conversation
from chatroom.conversations.sample import bulk
from chatroom.conversations.sample.talks import Talks
from chatroom.conversations.sample.words import FIRST_NAMES
from chatroom.conversations.searching import index

MESSAGES_A_BATCH = 20_000
MOST_MESSAGES = 100_000_000
MOST_PEOPLE = 10_000


class Command(BaseCommand):
    """For measuring. The same arguments make the same room."""

    help = "Fills an empty room with made-up conversations, to see how it does when much has been said in it."

    def add_arguments(self, parser: CommandParser) -> None:
        """How much."""
        parser.add_argument("--messages", type=int, default=10_000, help="how many, prompts and replies together")
        parser.add_argument("--people", type=int, default=5, help="whose; nobody can sign in as them with a password")
        parser.add_argument("--seed", type=int, default=1, help="another number, another room")
        parser.add_argument("--until", default="", help="the last day of the year that is made up (YYYY-MM-DD); today")
        parser.add_argument("--add", action="store_true", help="even if there are conversations already")

    def handle(self, *args: Any, messages: int, people: int, seed: int, until: str, add: bool, **options: Any) -> None:
        """Make people, then rows in batches, then the index for the search."""
        if not 1 <= messages <= MOST_MESSAGES:
            raise CommandError(f"--messages: a number from 1 to {MOST_MESSAGES:,}.")
        if not 1 <= people <= MOST_PEOPLE:
            raise CommandError(f"--people: a number from 1 to {MOST_PEOPLE:,}.")
        try:
            day = date.fromisoformat(until) if until else datetime.now(UTC).date()
        except ValueError:
            raise CommandError(f"--until: {until} is not a day; write it like 2026-03-31.") from None
        if Conversation.objects.exists() and not add:
            raise CommandError("There are conversations in this room already. With --add more are made beside them.")
        began = time.monotonic()
        owners = [_person(name).pk for name in _names(people)]
        talks = Talks(seed, owners, messages, datetime(day.year, day.month, day.day, tzinfo=UTC), bulk.first_free())
        written = 0
        with bulk.in_haste(), index.paused():
            for rows in talks.batches(MESSAGES_A_BATCH):
                with transaction.atomic():
                    bulk.write(rows)
                written += len(rows.messages)
                if options["verbosity"]:
                    self.stdout.write(f"{written:,} messages, {time.monotonic() - began:.0f} s")
            bulk.finish()
        if options["verbosity"]:
            self.stdout.write(f"Done, with the index for the search, in {time.monotonic() - began:.0f} s.")


def _names(people: int) -> list[str]:
    """alice, bob, … zoe, alice-2, …"""
    names = (f"{name}-{n}" if n > 1 else name for n in count(1) for name in FIRST_NAMES)
    return [next(names) for _ in range(people)]


def _person(name: str) -> User:
    user, made = User.objects.get_or_create(username=name)
    if made:
        user.set_unusable_password()
        user.save(update_fields=["password"])
    return user
