"""`python manage.py ledger`: book what is due, and see that the sums are those of the rows."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from chatroom.ledger.booking import book
from chatroom.ledger.checking import differences, sum_up_anew
from chatroom.ledger.models import Entry

TOLD = 20


class Command(BaseCommand):
    """A room that serves does this by itself; it is for looking, and for after an accident."""

    help = "Books the runs that have ended, then compares the sums by day and month with the rows."

    def add_arguments(self, parser: CommandParser) -> None:
        """What to do beside."""
        parser.add_argument("--rebuild", action="store_true", help="make all sums anew")

    def handle(self, *args: Any, rebuild: bool, **options: Any) -> None:
        """Book, sum, compare."""
        booked = 0
        while some := book():
            booked += some
        if rebuild:
            sum_up_anew()
        wrong = differences()
        for line in wrong[:TOLD]:
            self.stderr.write(line)
        if wrong:
            raise CommandError(f"{len(wrong)} sums are not those of the rows. “ledger --rebuild” makes them anew.")
        self.stdout.write(f"{booked:,} runs booked, {Entry.objects.count():,} in all; the sums are those of the rows.")
