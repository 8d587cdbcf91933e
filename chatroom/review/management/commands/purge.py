"""`python manage.py purge`: delete what the house keeps no longer. docs/keeping.md says what that is."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandParser

from chatroom.conversations.models import Conversation, Delta, Exchange, Message, Part, Received, Run
from chatroom.ledger.models import Entry
from chatroom.review.models import Comment, Hold, Mark, Opening, Verdict
from chatroom.review.purging import due, purge, rehearse

# Told of in any case; others where some of their rows go.
_SAID = (Conversation, Message, Run, Part, Delta, Exchange, Received)
_FOUND = (Mark, Comment, Verdict, Opening, Entry)
_TABLES = [model._meta.label for model in (*_SAID, *_FOUND)]


class Command(BaseCommand):
    """By hand, or every night; the room may go on meanwhile."""

    help = "Deletes conversations, marks and records of the wire that are older than the house keeps them."

    def add_arguments(self, parser: CommandParser) -> None:
        """Whether it is meant."""
        parser.add_argument("--dry-run", action="store_true", help="say what would go, and delete nothing")

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        """Count, delete, count."""
        before = {label: _rows(label) for label in _TABLES}
        gone: Counter[str] = Counter()
        for some in due():
            rows = (rehearse if dry_run else purge)(some)
            self.stdout.write(f"{some.what.capitalize()} are kept for {some.days} days: {_told(rows, dry_run)}.")
            gone.update(rows)
        self.stdout.write(f"{Hold.objects.count():,} conversations are on hold, and stay.\n")
        self.stdout.write(f"{'table':30}{'before':>14}{'would go' if dry_run else 'gone':>14}{'after':>14}")
        for label in [*_TABLES, *sorted(set(gone) - set(_TABLES))]:
            after = _rows(label) - (gone[label] if dry_run else 0)
            was = before.get(label, after + gone[label])
            self.stdout.write(f"{label:30}{was:14,}{gone[label]:14,}{after:14,}")


def _rows(label: str) -> int:
    number: int = apps.get_model(label)._default_manager.count()
    return number


def _told(rows: Counter[str], dry_run: bool) -> str:
    return f"{rows.total():,} rows {'would go' if dry_run else 'went'}" if rows else "none are due"
