"""The search: which of one's own conversations hold some words, newest first, and the line in which they stand.

The work is bounded by the conversations that are wanted and by the texts that are looked at. Who may read what is
decided by `access`, here as everywhere; the index only says where to look.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from itertools import islice

from django.db import models

from chatroom.accounts.models import User
from chatroom.conversations.access import access_conversations
from chatroom.conversations.models import Conversation, Message, Part
from chatroom.conversations.presenting import part_id
from chatroom.conversations.searching import index
from chatroom.conversations.searching.index import Lookup
from chatroom.conversations.searching.needle import Line, Needle
from chatroom.conversations.searching.scanning import Scan, Text
from chatroom.conversations.searching.sources import PARTS, PROMPTS, SOURCES, TITLES
from chatroom.providers.parts import PartKind

# So many of the newest texts are looked at before the index is asked: what is in most conversations is found sooner by
# going through them. And so many are looked at where that is so, or where no index is of use.
TEXTS_FIRST, MOST_TEXTS = 500, 10_000
# Of what the index finds in each source.
MOST_ROWS = 10_000
ROWS_AT_A_TIME = 500

# Of a text in which the database finds the needle where Python does not.
LINE = 100

WHAT = {"": "You", PartKind.REASONING: "Thought", PartKind.CONTENT: "Answer"}


@dataclass(frozen=True, slots=True)
class Hit:
    """Where the words stand: a message, its place in the page, what of it that is, and the line."""

    message_id: int
    anchor: str
    what: str
    line: Line


@dataclass(slots=True)
class Found:
    """By conversation where the words stand in it; None: in its title. `whole`: no other holds them."""

    hits: dict[int, Hit | None] = field(default_factory=dict)
    whole: bool = True


def search(user: User, query: str, wanted: int) -> Found:
    """The newest conversations of `user`'s that hold `query`: `wanted` of them or a few more."""
    needle = Needle.of(query)
    if needle is None:
        return Found()
    if index.is_quick(needle) and (lookup := index.look_up(needle)):
        return _by_index(user, needle, lookup, wanted)
    scan = Scan(access_conversations(user), needle)
    scan.look(wanted, TEXTS_FIRST)
    if not scan.whole and len(scan.found) * 3 > scan.looked_at:  # it is everywhere
        scan.look(wanted, MOST_TEXTS)
    if scan.whole or len(scan.found) >= wanted:
        return _of(scan)
    if lookup := index.look_up(needle):
        return _by_index(user, needle, lookup, wanted)
    scan.look(wanted, MOST_TEXTS)
    return _of(scan)


def _of(scan: Scan) -> Found:
    hits = {pk: None if text is None else _hit(text, scan.needle) for pk, text in scan.found.items()}
    return Found(hits, scan.whole)


def _by_index(user: User, needle: Needle, lookup: Lookup, wanted: int) -> Found:
    found = Found()
    for source in SOURCES:
        rows = lookup.rows(user.pk, source)
        some = islice(rows, MOST_ROWS)
        confirmed: set[int] = set()
        while places := _gather(some, wanted - len(confirmed), confirmed):
            here = [conversation for conversation in places if conversation in found.hits]
            texts = {conversation: ids for conversation, ids in places.items() if conversation not in found.hits}
            hits = _confirm(_DOORS[source], texts, user, needle, exact=lookup.exact)
            found.hits |= hits
            confirmed |= {*here, *hits}
        found.whole &= next(rows, None) is None and lookup.is_all(user.pk, source)
    return found


def _gather(rows: Iterator[tuple[int, int]], wanted: int, known: Collection[int]) -> dict[int, list[int]]:
    """Of so many conversations that are not known the rows that come first, the newest of them first."""
    places: dict[int, list[int]] = {}
    while len(places) < wanted and (found := next(rows, None)):
        row, conversation = found
        if conversation not in known:
            places.setdefault(conversation, []).append(row)
    return places


def _confirm(
    door: _Door, places: dict[int, list[int]], user: User, needle: Needle, *, exact: bool
) -> dict[int, Hit | None]:
    """Of these conversations, with the rows in which the needle may be, those in which it is. All is `user`'s own."""
    hits: dict[int, Hit | None] = {}
    at_once = 1  # in nearly all the first row will do
    while places:
        rows = [row for ids in places.values() for row in ids[:at_once]]
        said: dict[int, Text] = {}
        for start in range(0, len(rows), ROWS_AT_A_TIME):
            table = door.model._default_manager.filter(pk__in=rows[start : start + ROWS_AT_A_TIME])
            # The owner is compared here: some databases would begin with all that is the owner's.
            for owner, row, *text in table.values_list(f"{door.conversation}owner", "pk", *door.text):
                if owner == user.pk:
                    said[row] = Text(*text)
        for conversation, ids in places.items():
            texts = (said[row] for row in ids[:at_once] if row in said)
            if text := next((text for text in texts if exact or needle.is_in(text.text)), None):
                hits[conversation] = _hit(text, needle) if door.conversation else None
        places = {pk: ids[at_once:] for pk, ids in places.items() if pk not in hits and ids[at_once:]}
        at_once *= 8
    return hits


@dataclass(frozen=True, slots=True)
class _Door:
    """How rows of a source lead to their conversation, and to what a `Text` is made of."""

    model: type[models.Model]
    conversation: str
    text: tuple[str, ...]


_DOORS = {
    TITLES: _Door(Conversation, "", ("pk", "title")),
    PROMPTS: _Door(Message, "conversation__", ("pk", "text")),
    PARTS: _Door(Part, "run__reply__conversation__", ("run__reply", "text", "run", "index", "kind")),
}


def _hit(text: Text, needle: Needle) -> Hit:
    anchor = f"prompt-{text.message}" if text.run is None else part_id(text.run, text.part)
    return Hit(text.message, anchor, WHAT[text.kind], needle.line(text.text) or Line(text.text[:LINE], "", ""))
