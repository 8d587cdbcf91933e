"""The house's activity: all from the books, and nobody's words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

from django.conf import settings
from django.urls import NoReverseMatch, reverse

from chatroom.accounts.models import User
from chatroom.accounts.roles import is_reviewer
from chatroom.activity.figures import COLUMNS, Figures, figures
from chatroom.activity.latest import entries_in
from chatroom.activity.outliers import FEW, KINDS, by_size, by_time
from chatroom.activity.outliers import told as outliers_told
from chatroom.activity.periods import Piece, extent_of, over, pieces
from chatroom.activity.quantiles import Quantiles, from_steps
from chatroom.activity.ranges import Range
from chatroom.activity.telling import TIMES, Cell, Telling, told
from chatroom.ledger.models import Entry, HouseSum, Measure, PersonSum, Spread

GONE = "Somebody who is gone"


def house(viewer: User, asked_for: Range) -> Telling:
    """What everybody's replies came to, as an administrator may see it."""
    read = pieces(asked_for, extent_of(HouseSum.objects.all()))
    telling = told(HouseSum.objects.all(), read, asked_for)
    if not telling.total.runs:
        return telling
    telling.spreads = _spreads(read, telling.cells)
    telling.people = _people(read)
    few = entries_in(asked_for) if telling.total.runs <= FEW else None
    address = _address(viewer)
    telling.outliers = [
        (kind, outliers_told(by_size(kind, asked_for) if few is None else by_time(kind, few), _who, address))
        for kind in KINDS
    ]
    return telling


def name_of(person: User | None) -> str:
    """What a person is called on the page."""
    return GONE if person is None else person.get_full_name() or person.username


def _people(read: Sequence[Piece]) -> list[tuple[User | None, Figures]]:
    sums = over(PersonSum.objects.all(), read, ("person_id",), COLUMNS)
    known = User.objects.in_bulk([pk for (pk,) in sums if pk is not None])
    found = [(known.get(pk), figures(amounts)) for (pk,), amounts in sums.items()]
    return sorted(found, key=lambda item: (-item[1].output_tokens, -item[1].runs, name_of(item[0])))


def _spreads(read: Sequence[Piece], cells: Mapping[Cell, Figures]) -> dict[tuple[int, Cell], Quantiles]:
    rows = Spread.objects.all()
    steps: dict[tuple[int, Cell], dict[int, int]] = defaultdict(lambda: defaultdict(int))
    shares = over(rows.filter(measure=Measure.SHARE), read, ("asked_id", "effort", "step"), ("entries",))
    for (asked, effort, step), (entries,) in shares.items():
        for cell in ((None, None), (asked, None), (None, effort), (asked, effort)):
            steps[Measure.SHARE, cell][step] += entries
    times = over(rows.filter(measure__in=TIMES), read, ("measure", "asked_id", "step"), ("entries",))
    for (measure, asked, step), (entries,) in times.items():
        for cell in ((None, None), (asked, None)):
            steps[measure, cell][step] += entries
    found = {key: spread for key, some in steps.items() if (spread := from_steps(key[0], some))}
    for (measure, cell), spread in found.items():
        # Where no thought was counted at all each share is 0, and not somewhere on the lowest step.
        if measure == Measure.SHARE and (some := cells.get(cell)) and some.shares and not some.share_reasoning:
            found[measure, cell] = Quantiles((0,) * 5, spread.replies, exact=True)
    return found


def _who(entry: Entry) -> str:
    return name_of(entry.person)


def _address(viewer: User) -> Callable[[Entry], str]:
    """Where they may read a reply: in the review, if there is one here and they are a reviewer, too."""

    def address(entry: Entry) -> str:
        if not reads or entry.run_id is None:
            return ""
        try:
            return reverse("review_reply", args=[entry.run_id])
        except NoReverseMatch:
            return ""

    reads = settings.REVIEW and is_reviewer(viewer)
    return address
