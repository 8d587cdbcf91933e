"""The queue: replies that a filter lets through, the newest first, a page at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any

from django.http import QueryDict

from chatroom.accounts.models import User
from chatroom.conversations.searching.needle import Needle
from chatroom.ledger.models import Asked, Entry
from chatroom.review import words
from chatroom.review.filters import Filters
from chatroom.review.narrowing import Key, Narrowed, in_order
from chatroom.review.openings import record_query

PAGE = 50
# Replies whose text is looked at before the search's index is asked, and where that is of no use.
TEXTS_FIRST, MOST_TEXTS = 1_000, 1_000
# And those of which a sample is drawn, if the index does not tell.
TEXTS_SAMPLED = 10_000
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
    """How many there are, as far as they are counted, and whether that is all. Of words so many texts are looked at."""
    counted = [len(some) for some in islice(every(user, filters), MOST_COUNTED // AT_A_TIME + 1)]
    return min(sum(counted), MOST_COUNTED), len(counted) * AT_A_TIME <= MOST_COUNTED


def every(user: User, filters: Filters) -> Iterator[list[int]]:
    """All of the queue: the pks of its entries, some at a time, or none at a time where texts are gone through.

    However many there are, little is in memory.
    """
    queue = _Queue(user, filters)
    if filters.sample:
        yield [entry.pk for entry in queue.sample()]
        return
    yield from queue.every()


def pks_for(user: User, told: QueryDict, most: int) -> list[int]:
    """The runs of the first `most` replies of a queue that is told as the query of its address."""
    queue = _Queue(user, Filters.of(told))
    pks = [entry.pk for entry in (queue.sample() if queue.is_sample else queue.take(None, most)[0])]
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
        if self._needle:  # that words occur is told whatever is done with what is found
            record_query(user, filters.words, filters.query)
        self._narrowed = Narrowed(user, filters)

    def take(self, key: Key | None, most: int, *, backwards: bool = False) -> tuple[list[Entry], Key | None]:
        """The first `most` on one side of a place, and how far texts were looked at, where that is not all the way."""
        if self._needle is None:
            return self._narrowed.first(key, most, backwards=backwards), None
        found: list[Entry] = []
        at = self._look(found, self._needle, key, most, TEXTS_FIRST, backwards=backwards)
        if at is None:
            return found[:most], None
        if self._indexed is not None:
            pks: list[int] = []
            for some in self._confirmed(self._indexed, self._needle, key, backwards=backwards):
                pks += some
                if len(pks) >= most:
                    break
            there = self._narrowed.entries.in_bulk(pks[:most])
            return [there[pk] for pk in pks[:most] if pk in there], None
        at = self._look(found, self._needle, at, most, MOST_TEXTS, backwards=backwards)
        return found[:most], at

    @property
    def is_sample(self) -> bool:
        """Whether it is drawn by chance."""
        return self._filters.sample > 0

    def every(self) -> Iterator[list[int]]:
        """See the function."""
        if self._needle and self._indexed is not None:
            yield from self._confirmed(self._indexed, self._needle)
            return
        for rows in self._narrowed.every(AT_A_TIME):
            held = self._held([run for _, run in rows])
            yield [pk for pk, run in rows if run in held]

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
        if self._needle is None:
            return list(islice(self._narrowed.by_chance(self._filters.seed, asked), wanted))
        if self._indexed is not None:
            return [one for one in self._all_by_chance if asked in {None, one.asked_id}][:wanted]
        found: list[Entry] = []
        by_chance = islice(self._narrowed.by_chance(self._filters.seed, asked), TEXTS_SAMPLED)
        while len(found) < wanted and (some := list(islice(by_chance, AT_A_TIME))):
            held = self._held([one.run_id for one in some if one.run_id])
            found += [one for one in some if one.run_id in held]
        return found[:wanted]

    @cached_property
    def _indexed(self) -> set[int] | None:
        """The runs that may hold the words, where the index tells."""
        return words.indexed(self._needle, self._filters.where) if self._needle else None

    @cached_property
    def _all_by_chance(self) -> list[Entry]:
        """All that the index finds of the words, in the order of their dice, from the seed on and round."""
        there = self._narrowed.entries.in_bulk([pk for some in self.every() for pk in some])
        return sorted(there.values(), key=lambda one: (one.dice < self._filters.seed, one.dice, one.pk))

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

    def _confirmed(
        self, runs: set[int], needle: Needle, key: Key | None = None, *, backwards: bool = False
    ) -> Iterator[list[int]]:
        """Of these runs those in the queue that do hold the words: the pks of their entries, in its order."""
        listed = sorted(runs)
        entries = in_order(self._narrowed.entries, key, backwards=backwards).order_by()
        places: list[tuple[int, int, int]] = []
        for start in range(0, len(listed), AT_A_TIME):
            places += entries.filter(run__in=listed[start : start + AT_A_TIME]).values_list("at", "pk", "run")
        places.sort(reverse=not backwards)
        for start in range(0, len(places), AT_A_TIME):
            some = places[start : start + AT_A_TIME]
            held = words.holding([run for *_, run in some], needle, self._filters.where)
            yield [pk for _, pk, run in some if run in held]
