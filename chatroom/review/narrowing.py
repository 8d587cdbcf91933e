"""The replies that a filter lets through, in the order of the queue, quickly whatever the filter is.

Most filters let through much, and a page is soon full: so the newest replies are gone through first, so and so many.
Where that does not do, each condition is asked, by an index of its own, how much it lets through. If that is little,
there are few enough to be looked at one by one. Only where no condition does so is all gone through.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Exists, F, Func, OuterRef, Q, QuerySet

from chatroom.accounts.models import User
from chatroom.conversations.refusals import BadInput
from chatroom.ledger.models import Asked, Entry
from chatroom.review.access import access_entries
from chatroom.review.blind import hidden_from
from chatroom.review.filters import Condition, Filters
from chatroom.review.models import Assignment, Flag, Mark, Verdict
from chatroom.review.verdicts import reviewers

# Of the newest so many are gone through first.
GONE_THROUGH = 12_000
# What a condition lets through is listed up to so many.
MOST_LISTED = 60_000
DRAWN_AT_A_TIME = 100


@dataclass(frozen=True, slots=True)
class Key:
    """A place in the order of the queue."""

    at: int
    pk: int

    @classmethod
    def read(cls, text: str) -> Key | None:
        """As it stands in an address; None: there is none. Raises BadInput."""
        if not text:
            return None
        at, _, pk = text.partition("-")
        if not (at.isascii() and at.isdigit() and pk.isascii() and pk.isdigit() and len(text) < 40):
            raise BadInput(f"“{text[:40]}” is no place in the queue.")
        return cls(min(int(at), 2**62), min(int(pk), 2**62))

    @classmethod
    def of(cls, entry: Entry) -> Key:
        """Where an entry stands."""
        return cls(entry.at, entry.pk)

    def __str__(self) -> str:
        return f"{self.at}-{self.pk}"


class _Plain(Func):
    """A column that no index is used for. PostgreSQL, which counts what it has, is left to decide for itself."""

    arity = 1
    template = "%(expressions)s"

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return super().as_sql(compiler, connection, template="+%(expressions)s", **context)


class Narrowed:
    """What a filter lets through for one reviewer, but for words. Raises BadInput for names that nobody has."""

    def __init__(self, user: User, filters: Filters) -> None:
        self._user = user
        self._filters = filters
        # Conditions that have an index of their own, and those by which the entries are gone through in their order.
        self._conditions: list[Q] = []
        self._by_index = Q()
        self.entries = self._narrowed()

    def first(self, key: Key | None, most: int, *, backwards: bool = False) -> list[Entry]:
        """The first `most` on one side of a place; backwards: from the nearest on, that is, from old to new."""
        ordered = in_order(self.entries, key, backwards=backwards)
        if (border := self._border(key, backwards=backwards)) is None:
            return list(ordered[:most])
        side = "at__lte" if backwards else "at__gte"
        found = list(ordered.filter(**{side: border})[:most])
        if len(found) == most:
            return found
        if self._all is None:
            return list(ordered[:most])
        pks = [pk for _, pk in _on_one_side(self._all, key, most, backwards=backwards)]
        there = self.entries.in_bulk(pks)
        return [there[pk] for pk in pks if pk in there]

    def every(self, some: int) -> Iterator[list[tuple[int, int]]]:
        """All of it, `some` at a time: entries and their runs, by number. Little is in memory, whatever there is."""
        if self._all is not None:
            for start in range(len(self._all), 0, -some):
                pks = [pk for _, pk in reversed(self._all[max(0, start - some) : start])]
                runs = dict(Entry.objects.filter(pk__in=pks, run__isnull=False).values_list("pk", "run"))
                yield [(pk, runs[pk]) for pk in pks if pk in runs]
            return
        key: Key | None = None
        while rows := list(in_order(self.entries, key).values_list("at", "pk", "run")[:some]):
            key = Key(*rows[-1][:2])
            yield [(pk, run) for _, pk, run in rows]

    def by_chance(self, seed: int, asked: int | None = None) -> Iterator[Entry]:
        """In the order of their dice, from `seed` on and round; of one model, if it is said which."""
        if self._all_dice is None:
            entries = self.entries if asked is None else self.entries.filter(asked=asked)
            for side in (Q(dice__gte=seed), Q(dice__lt=seed)):
                rest = entries.filter(side).order_by("dice", "pk")
                some = list(rest[:DRAWN_AT_A_TIME])
                while some:  # not by a cursor, for which PostgreSQL would sort out all there is
                    yield from some
                    dice, pk = some[-1].dice, some[-1].pk
                    some = list(rest.filter(Q(dice__gt=dice) | Q(pk__gt=pk), dice__gte=dice)[:DRAWN_AT_A_TIME])
            return
        rows = sorted((dice < seed, dice, pk) for dice, pk, of in self._all_dice if asked in {None, of})
        for start in range(0, len(rows), DRAWN_AT_A_TIME):
            pks = [pk for *_, pk in rows[start : start + DRAWN_AT_A_TIME]]
            there = self.entries.in_bulk(pks)
            yield from (there[pk] for pk in pks if pk in there)

    @cached_property
    def _all(self) -> list[tuple[int, int]] | None:
        """All that is let through, time and number, from old to new; None: no condition could list it."""
        return None if self._few is None else sorted(self._few.values_list("at", "pk"))

    @cached_property
    def _all_dice(self) -> list[tuple[int, int, int]] | None:
        """The same with dice, number and model, in no order."""
        return None if self._few is None else list(self._few.values_list("dice", "pk", "asked"))

    @cached_property
    def _few(self) -> QuerySet[Entry] | None:
        """All that is let through, by the index of the condition that lets the fewest through, if they are few."""
        counted = [(Entry.objects.filter(one)[: MOST_LISTED + 1].count(), n) for n, one in enumerate(self._conditions)]
        number, n = min(counted, default=(MOST_LISTED + 1, 0))
        return None if number > MOST_LISTED else self.entries.filter(self._conditions[n]).order_by()

    def _border(self, key: Key | None, *, backwards: bool) -> int | None:
        """The time beyond which more lie than are gone through first; None: there are not so many."""
        rows = in_order(Entry.objects.filter(self._by_index), key, backwards=backwards).values_list("at", flat=True)
        return next(iter(rows[GONE_THROUGH : GONE_THROUGH + 1]), None)

    def _narrowed(self) -> QuerySet[Entry]:
        filters = self._filters
        entries = access_entries(self._user).select_related("asked", "person")
        person = filters.person_wanted()
        if person:
            self._by_index &= Q(person=person)
            self._conditions.append(Q(person=person))
        if (asked := self._asked()) is not None:
            self._conditions.append(Q(asked__in=asked))
            if person is None and len(asked) == 1:
                self._by_index &= Q(asked=asked[0])
            else:
                entries = _plainly(entries, Condition("asked", "in", asked))
        of_field: dict[str, Q] = {}
        for condition in filters.conditions:
            told = Q(**{f"{condition.field}__{condition.lookup}": condition.value})
            if condition.field == "at":  # in whose order the entries are gone through
                self._by_index &= told
                continue
            entries = _plainly(entries, condition)
            of_field[condition.field] = of_field.get(condition.field, Q()) & told
        self._conditions += of_field.values()
        entries = entries.filter(self._by_index)
        for among in self._by_reviewers():
            entries = entries.filter(among)
            self._conditions.append(among)
        if filters.verdict == "none":
            entries = entries.filter(~Exists(Verdict.objects.filter(run=OuterRef("run"))))
        return self._not_blind(entries)

    def _asked(self) -> list[int] | None:
        """The models that are meant; None: any."""
        filters = self._filters
        if not filters.provider and not filters.model:
            return None
        models = Asked.objects.all()
        if filters.provider:
            models = models.filter(provider=filters.provider)
        if filters.model:
            models = models.filter(Q(model=filters.model) | Q(label=filters.model))
        return sorted(models.values_list("pk", flat=True))

    def _by_reviewers(self) -> Iterator[Q]:
        """What people and reviewers have said of replies."""
        filters = self._filters
        if "flagged" in filters.kinds:
            yield Q(run__in=Flag.objects.values("run"))
        if "marked" in filters.kinds:
            yield Q(run__in=Mark.objects.filter(withdrawn_at=None).values("run"))
        if filters.label:
            yield Q(run__in=Mark.objects.filter(withdrawn_at=None, label=filters.label).values("run"))
        if filters.verdict and filters.verdict != "none":
            given = Verdict.objects.all() if filters.verdict == "any" else Verdict.objects.filter(value=filters.verdict)
            yield Q(run__in=given.values("run"))
        if filters.assignee:
            mine = filters.assignee == "me"
            to = reviewers().filter(pk=self._user.pk) if mine else reviewers().filter(username=filters.assignee)
            if not to.exists():
                raise BadInput(f"There is no reviewer called “{filters.assignee}” here.")
            yield Q(run__in=Assignment.objects.filter(reviewer__in=to).values("run"))

    def _not_blind(self, entries: QuerySet[Entry]) -> QuerySet[Entry]:
        """Where others' marks and verdicts narrow the queue, without what is not for this reviewer to know yet."""
        filters = self._filters
        if not (filters.verdict or filters.label or "marked" in filters.kinds):
            return entries
        mine = list(Assignment.objects.filter(reviewer=self._user).values_list("run", flat=True))
        hidden = hidden_from(self._user, mine)
        return entries.exclude(run__in=hidden) if hidden else entries


def in_order(entries: QuerySet[Entry], key: Key | None = None, *, backwards: bool = False) -> QuerySet[Entry]:
    """Those on one side of a place, the nearest first."""
    ordered = _beyond(entries, key, backwards=backwards)
    return ordered.order_by("at", "pk") if backwards else ordered.order_by("-at", "-pk")


def _beyond(entries: QuerySet[Entry], key: Key | None, *, backwards: bool = False) -> QuerySet[Entry]:
    if key is None:
        return entries
    if backwards:
        return entries.filter(Q(at__gt=key.at) | Q(pk__gt=key.pk), at__gte=key.at)
    return entries.filter(Q(at__lt=key.at) | Q(pk__lt=key.pk), at__lte=key.at)


def _plainly(entries: QuerySet[Entry], condition: Condition) -> QuerySet[Entry]:
    """With a condition that no index is used for."""
    name = f"plain_{condition.field}"
    plain = entries.alias(**{name: _Plain(F(condition.field))})
    return plain.filter(**{f"{name}__{condition.lookup}": condition.value})


def _on_one_side(
    places: list[tuple[int, int]], key: Key | None, most: int, *, backwards: bool
) -> list[tuple[int, int]]:
    """Of places from old to new the first `most` on one side of another, the nearest first."""
    if backwards:
        start = 0 if key is None else bisect_right(places, (key.at, key.pk))
        return places[start : start + most]
    end = len(places) if key is None else bisect_left(places, (key.at, key.pk))
    return places[max(0, end - most) : end][::-1]
