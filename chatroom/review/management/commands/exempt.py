"""`python manage.py exempt`: keep a conversation, or all of a person's, from reviewers."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from chatroom.review.keeping import exempt, lift_exemption, person_by


class Command(BaseCommand):
    """For administrators at the machine."""

    help = "Keeps a conversation, or all that a person asks, from reviewers; or lets them read it again."

    def add_arguments(self, parser: CommandParser) -> None:
        """Which, and why."""
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("--conversation", type=int, metavar="NUMBER", help="as in its address: /c/NUMBER/")
        which.add_argument("--person", metavar="NAME", help="all of theirs")
        parser.add_argument("--why", default="", help="the reason, which is kept with it")
        parser.add_argument("--by", default="", metavar="NAME", help="who decides it: the name of an account")
        parser.add_argument("--lift", action="store_true", help="let reviewers read it again")

    def handle(
        self, *args: Any, conversation: int | None, person: str | None, why: str, by: str, lift: bool, **options: Any
    ) -> None:
        """Exempt, or lift."""
        try:
            whose = person_by(person) if person else None
            if lift:
                lift_exemption(conversation, whose)
            else:
                exempt(conversation, whose, why, person_by(by) if by else None)
        except ValueError as error:
            raise CommandError(str(error)) from None
        what = f"Conversation {conversation} is" if whose is None else f"All that {whose.username} asks is"
        self.stdout.write(f"{what} {'open to' if lift else 'kept from'} reviewers.")
