"""The queue: replies that a filter lets through, the newest first, a page at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.http import QueryDict

from chatroom.accounts.models import User
from chatroom.conversations.searching.needle import Needle
from chatroom.ledger.models import Asked, Entry
from chatroom.review import words
from chatroom.review.filters import Filters
from chatroom.review.narrowing import Key, Narrowed, in_order

PAGE = 50
# Replies whose text is looked at before the search's index is asked, and where that is of no use.
TEXTS_FIRST, MOST_TEXTS = 1_000, 10_000
AT_A_TIME = 250
MOST_COUNTED = 10_000


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the queue. Texts were looked at as far as `upto`; None: whatever there is was."""

    entries: Sequence[Entry]
    newer: bool = False
    older: bool = False
    upto: Key | None = None


def page(user: User, filters: Filters, before: Key | None = None, after: Key | None = None, size: int = PAGE) -> Page:
    """The replies older than `before`, or newer than `after`, or the newest. A sample is one page."""
    queue = _Queue(user, filters)
    if filters.sample:
        return Page(queue.sample())
    backwards = after is not None and before is None
    found, upto = queue.take(after if backwards else before, size + 1, backwards=backwards)
    more = len(found) > size
    entries = found[:size]
    if backwards:
        entries.reverse()
        return Page(entries, newer=more, older=True, upto=upto)
    return Page(entries, newer=before is not None, older=more, upto=upto)


def count(user: User, filters: Filters) -> tuple[int, bool]:
    """How many there are, as far as they are counted, and whether that is all."""
    number = sum(len(some) for some in islice(every(user, filters), MOST_COUNTED // AT_A_TIME + 1))
    return min(number, MOST_COUNTED), number <= MOST_COUNTED


def every(user: User, filters: Filters) -> Iterator[list[int]]:
    """All of the queue: the pks of its entries, some at a time. However many there are, little is in memory."""
    queue = _Queue(user, filters)
    if filters.sample:
        yield [entry.pk for entry in queue.sample()]
        return
    yield from queue.every()


def pks_for(user: User, told: QueryDict, most: int) -> list[int]:
    """The runs of the first `most` replies of a queue that is told as the query of its address."""
    filters = Filters.of(told)
    pks: list[int] = []
    for some in every(user, filters):
        pks += some
        if len(pks) >= most:
            break
    runs = dict(Entry.objects.filter(pk__in=pks[:most]).values_list("pk", "run"))
    return [run for pk in pks[:most] if (run := runs.get(pk)) is not None]


def neighbours(user: User, told: QueryDict, entry: Entry) -> dict[str, Any]:
    """The runs before and after one in a queue, for the template. Raises BadInput."""
    filters = Filters.of(told)
    if filters.sample:
        runs = [one.run_id for one in _Queue(user, filters).sample()]
        place = runs.index(entry.run_id) if entry.run_id in runs else -1
        return {
            "previous": runs[place - 1] if place > 0 else None,
            "next": runs[place + 1] if 0 <= place < len(runs) - 1 else None,
        }
    key = Key.of(entry)
    older, newer = page(user, filters, before=key, size=1).entries, page(user, filters, after=key, size=1).entries
    return {"previous": newer[0].run_id if newer else None, "next": older[0].run_id if older else None}


class _Queue:
    """A filter with its words, for one reviewer."""

    def __init__(self, user: User, filters: Filters) -> None:
        self._filters = filters
        self._needle = Needle.of(filters.words)
        self._narrowed = Narrowed(user, filters)

    def take(self, key: Key | None, most: int, *, backwards: bool = False) -> tuple[list[Entry], Key | None]:
        """The first `most` on one side of a place, and how far texts were looked at, where that is not all the way."""
        if self._needle is None:
            return self._narrowed.first(key, most, backwards=backwards), None
        found: list[Entry] = []
        at = self._look(found, self._needle, key, most, TEXTS_FIRST, backwards=backwards)
        if at is None:
            return found[:most], None
        runs = words.indexed(self._needle, self._filters.where)
        if runs is not None:
            return self._of_runs(runs, self._needle, key, most, backwards=backwards), None
        at = self._look(found, self._needle, at, most, MOST_TEXTS, backwards=backwards)
        return found[:most], at

    def every(self) -> Iterator[list[int]]:
        for rows in self._narrowed.every(AT_A_TIME):
            held = self._held([run for _, run in rows])
            if some := [pk for pk, run in rows if run in held]:
                yield some

    def sample(self) -> list[Entry]:
        """So many by chance: the same for the same seed."""
        wanted = self._filters.sample
        if not self._filters.stratified:
            return self._by_chance(None, wanted)
        models = Asked.objects.values_list("pk", flat=True)
        of_each = [self._by_chance(model, wanted) for model in models]
        found: list[Entry] = []
        while len(found) < wanted and any(of_each):  # one of each in turn: what few have said is not lost among many
            found += [some.pop(0) for some in of_each if some]
        return found[:wanted]

    def _by_chance(self, asked: int | None, wanted: int) -> list[Entry]:
        found: list[Entry] = []
        rows = self._narrowed.by_chance(self._filters.seed, asked)
        while len(found) < wanted and (some := list(islice(rows, AT_A_TIME if self._needle else wanted))):
            held = self._held([one.run_id for one in some if one.run_id])
            found += [one for one in some if one.run_id in held]
        return found[:wanted]

    def _held(self, runs: list[int]) -> set[int]:
        """Of these runs those that hold the words."""
        return words.holding(runs, self._needle, self._filters.where) if self._needle else set(runs)

    def _look(
        self, found: list[Entry], needle: Needle, key: Key | None, most: int, texts: int, *, backwards: bool
    ) -> Key | None:
        """Look through the next, until `most` are found. Returns how far that was; None: it is done."""
        for _ in range(0, texts, AT_A_TIME):
            some = self._narrowed.first(key, AT_A_TIME, backwards=backwards)
            held = words.holding([one.run_id for one in some if one.run_id], needle, self._filters.where)
            found.extend(one for one in some if one.run_id in held)
            if len(some) < AT_A_TIME or len(found) >= most:
                return None
            key = Key.of(some[-1])
        return key

    def _of_runs(self, runs: set[int], needle: Needle, key: Key | None, most: int, *, backwards: bool) -> list[Entry]:
        """Of these runs those in the queue that do hold the words, in its order."""
        listed = sorted(runs)
        entries = in_order(self._narrowed.entries, key, backwards=backwards).order_by()
        places: list[tuple[int, int, int]] = []
        for start in range(0, len(listed), AT_A_TIME):
            places += entries.filter(run__in=listed[start : start + AT_A_TIME]).values_list("at", "pk", "run")
        places.sort(reverse=not backwards)
        found: list[int] = []
        for start in range(0, len(places), AT_A_TIME):
            some = places[start : start + AT_A_TIME]
            held = words.holding([run for *_, run in some], needle, self._filters.where)
            found += [pk for _, pk, run in some if run in held]
            if len(found) >= most:
                break
        there = self._narrowed.entries.in_bulk(found[:most])
        return [there[pk] for pk in found[:most] if pk in there]
