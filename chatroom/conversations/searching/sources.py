"""What is searched: three columns, each a sort of its own in the index."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Source:
    """A column of a table that has an `id` and an `owner_id`. Rows in which it is empty are not in the index."""

    kind: int
    name: str
    table: str
    column: str
    # How a row, `t`, leads to its conversation, in SQL.
    conversation: str
    joins: str = ""
    # Which rows, of those that are not empty: a column and what it must not be.
    only: tuple[str, str] | None = None

    def holds(self, row: str) -> str:
        """Whether a row is in the index, in SQL."""
        only = f" AND {row}.{self.only[0]} <> '{self.only[1]}'" if self.only else ""
        return f"{row}.owner_id IS NOT NULL AND {row}.{self.column} <> ''{only}"

    @property
    def watched(self) -> Sequence[str]:
        """The columns on which it depends whether and where a row is in the index."""
        return (self.column, "owner_id", *([self.only[0]] if self.only else []))


TITLES = Source(0, "title", "conversations_conversation", "title", "t.id")
PROMPTS = Source(1, "prompt", "conversations_message", "text", "t.conversation_id")
# What a model thought and answered; a tool's arguments are nobody's words.
PARTS = Source(
    2,
    "part",
    "conversations_part",
    "text",
    "m.conversation_id",
    "JOIN conversations_run r ON r.id = t.run_id JOIN conversations_message m ON m.id = r.reply_id",
    ("kind", "tool"),
)
SOURCES = (TITLES, PROMPTS, PARTS)
