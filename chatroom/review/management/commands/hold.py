"""`python manage.py hold`: keep a conversation whatever is purged, and whatever its owner asks."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from chatroom.review.keeping import lift_hold, person_by, put_on_hold


class Command(BaseCommand):
    """For administrators at the machine."""

    help = "Puts a conversation on hold, or lifts the hold: what is on hold is not deleted."

    def add_arguments(self, parser: CommandParser) -> None:
        """Which, and why."""
        parser.add_argument("conversation", type=int, help="its number, as in its address: /c/NUMBER/")
        parser.add_argument("--why", default="", help="the reason, which is kept with the hold")
        parser.add_argument("--by", default="", metavar="NAME", help="who decides it: the name of an account")
        parser.add_argument("--lift", action="store_true", help="end the hold")

    def handle(self, *args: Any, conversation: int, why: str, by: str, lift: bool, **options: Any) -> None:
        """Put on hold, or lift."""
        try:
            if lift:
                lift_hold(conversation)
            else:
                put_on_hold(conversation, why, person_by(by) if by else None)
        except ValueError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"Conversation {conversation} is {'not on hold any more' if lift else 'on hold'}.")
