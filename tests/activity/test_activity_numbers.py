"""What the pages tell is what the rows come to, over whatever days."""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chatroom.accounts.models import User
from chatroom.activity import outliers
from chatroom.activity.charts import Axis, axis_over, bars, box, nice
from chatroom.activity.figures import Figures
from chatroom.activity.house import house
from chatroom.activity.own import own
from chatroom.activity.periods import pieces
from chatroom.activity.quantiles import CUTS, from_steps, from_values
from chatroom.activity.ranges import DAY_MS, BadRange, Range, month_end, range_from
from chatroom.activity.saying import about, cost_origin, money, value
from chatroom.ledger.models import Asked, Entry, Grain, Measure
from chatroom.ledger.sums import Books, bounds, step

TODAY = date(2026, 11, 20)
days = st.dates(date(2025, 1, 1), date(2026, 12, 31))
ranges = st.tuples(days, days).map(lambda ends: Range(min(ends), max(ends)))


def all_days(first: date, last: date) -> Iterable[date]:
    return (first + timedelta(days=number) for number in range((last - first).days + 1))


# Which rows are read.


@given(ranges, st.none() | ranges)
def test_what_is_read_comes_to_each_day_of_the_range_once(asked: Range, there: Range | None) -> None:
    extent = (there.first, there.last) if there else None
    read: Counter[date] = Counter()
    for piece in pieces(asked, extent):
        if piece.grain == Grain.MONTH:
            assert piece.first.day == piece.last.day == 1
        last = month_end(piece.last) if piece.grain == Grain.MONTH else piece.last
        for day in all_days(piece.first, last):
            read[day] += piece.sign
    expected = [day for day in all_days(asked.first, asked.last) if there and there.first <= day <= there.last]
    # Days on which there is nothing may be read; that comes to nothing.
    assert sorted(day for day in read.elements() if there and there.first <= day <= there.last) == expected
    assert all(count in (0, 1) for day, count in read.items() if there and there.first <= day <= there.last)


@given(ranges)
def test_at_most_half_a_month_of_days_is_read_at_either_end(asked: Range) -> None:
    read = pieces(asked, (date(2000, 1, 1), date(2030, 1, 1)))
    assert sum((one.last - one.first).days + 1 for one in read if one.grain == Grain.DAY) <= 2 * 16


@given(ranges)
def test_bars_cover_the_range(asked: Range) -> None:
    covered = [day for first, last in asked.buckets for day in all_days(first, last)]
    assert covered == list(all_days(asked.first, asked.last))
    assert len(asked.buckets) <= 92
    whole = {"day": lambda first, last: first == last, "week": lambda first, last: (last - first).days == 6}
    is_whole = whole.get(asked.grain, lambda first, last: (first.day, last) == (1, month_end(first)))
    assert all(is_whole(first, last) for first, last in asked.buckets[1:-1])
    assert asked.grain == "month" or is_whole(*asked.buckets[-1])  # a range of days ends with a whole bar


# What an address asks for.


def test_ranges_that_an_address_asks_for() -> None:
    assert range_from({}, TODAY) == Range(date(2026, 10, 22), TODAY, 30)
    assert range_from({"days": "7"}, TODAY) == Range(date(2026, 11, 14), TODAY, 7)
    assert range_from({"from": "2026-01-01", "to": "2026-01-31"}, TODAY) == Range(date(2026, 1, 1), date(2026, 1, 31))
    assert range_from({"from": "2026-11-01"}, TODAY).last == TODAY
    assert range_from({"from": "2026-11-01", "to": "2027-01-01"}, TODAY).last == TODAY
    assert range_from({"from": "2026-11-20", "to": "2026-11-20", "days": "7"}, TODAY).days == 1


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"days": "0"}, "no number of days"),
        ({"days": "-3"}, "no number of days"),
        ({"days": "99999999999"}, "no number of days"),
        ({"days": "٣"}, "no number of days"),
        ({"from": "2026-13-01"}, "“2026-13-01” is no day"),
        ({"from": "yesterday"}, "“yesterday” is no day"),
        ({"from": "2026-01-01", "to": "x" * 500}, "is no day"),
        ({"from": "0001-01-01"}, "too long ago"),
        ({"to": "2026-01-01"}, "from which day"),
        ({"from": "2026-02-01", "to": "2026-01-01"}, "comes before the first"),
        ({"from": "2027-01-01"}, "begins after today"),
        ({"from": "2010-01-01"}, "longer than ten years"),
    ],
)
def test_bad_ranges_are_told_in_a_sentence(query: dict[str, str], sentence: str) -> None:
    with pytest.raises(BadRange, match=sentence) as told:
        range_from(query, TODAY)
    assert len(str(told.value)) < 150


@given(ranges)
def test_a_range_survives_its_address(asked: Range) -> None:
    query = dict(pair.split("=") for pair in asked.query.split("&"))
    assert range_from(query, date(2027, 1, 1)) == asked


# How values are spread.


@given(st.lists(st.floats(0, 1e7), min_size=1), st.sampled_from(list(Measure)))
def test_a_quantile_read_from_steps_lies_on_the_step_of_the_true_one(values: list[float], measure: Measure) -> None:
    if measure == Measure.SHARE:
        values = [int(one) % 1001 for one in values]
    exact = from_values(values)
    steps = from_steps(measure, Counter(step(measure, one) for one in values))
    assert exact and steps
    assert steps.replies == exact.replies == len(values)
    for true, read in zip(exact.cuts, steps.cuts, strict=True):
        low, high = bounds(measure, step(measure, true))
        assert low <= read <= high
        if measure == Measure.SHARE:
            assert abs(read - true) <= 25
        elif true >= 0.01:
            assert abs(math.log(read / true)) <= math.log(1.1)


@given(st.lists(st.integers(0, 50), min_size=1))
def test_quantiles_are_those_of_the_sorted_values(values: list[int]) -> None:
    found = from_values(values)
    assert found
    for cut, told in zip(CUTS, found.cuts, strict=True):
        assert told in values
        assert sum(one <= told for one in values) * 100 >= cut * len(values)
        assert sum(one < told for one in values) * 100 < cut * len(values)


def test_nothing_is_spread_over_nothing() -> None:
    assert from_values([]) is None
    assert from_steps(Measure.TOTAL, {}) is None
    assert from_steps(Measure.TOTAL, {3: 0}) is None


# Against every row.


def made_up(seed: int) -> tuple[list[User], list[Entry]]:
    """Entries of eight months, much about them unknown, in the books."""
    rnd = random.Random(seed)
    people = [User.objects.create_user(name) for name in ("alice", "bob")]
    asked = [Asked.objects.create(provider="p", model=name) for name in ("one", "two", "three")]
    start = datetime(2026, 1, 10, tzinfo=UTC).timestamp() * 1000

    def perhaps(low: int, high: int) -> int | None:
        return rnd.choice([None, 0, *[rnd.randint(low, high)] * 4])

    entries = []
    for _ in range(700):
        output, reasoning = perhaps(1, 5000), perhaps(0, 3000)
        if output and rnd.random() < 0.2:
            reasoning = output * 95 // 100
        known = output and reasoning is not None and reasoning <= output
        entries.append(
            Entry(
                person=rnd.choice([*people, None]),
                asked=rnd.choice(asked),
                at=int(start + rnd.random() * 240 * DAY_MS),
                effort=rnd.choice(["", "low", "high"]),
                status=rnd.choice(["completed", "completed", "failed", "stopped", "interrupted"]),
                taken=rnd.random() < 0.1,
                input_tokens=perhaps(1, 9000),
                output_tokens=output,
                reasoning_tokens=reasoning,
                share=round(1000 * reasoning / output) if known and output and reasoning is not None else None,
                cost=perhaps(1, 10**9),
                cost_computed=rnd.random() < 0.5,
                thought_ms=perhaps(1, 90_000),
                first_thought_ms=perhaps(1, 9000),
                first_word_ms=perhaps(1, 9000),
                total_ms=perhaps(1, 99_000),
                speed=rnd.choice([None, rnd.uniform(1, 300)]),
                dice=rnd.randrange(1000),
            )
        )
    # At the very edges of days and months.
    for entry, moment in zip(entries, ("2026-03-01", "2026-04-01", "2026-05-10"), strict=False):
        entry.at = int(datetime.fromisoformat(moment).replace(tzinfo=UTC).timestamp() * 1000)
    entries[3].at = entries[0].at - 1
    Entry.objects.bulk_create(entries)
    books = Books()
    for entry in entries:
        books.enter(entry)
    books.save()
    return people, [entry for entry in entries if not entry.taken]


def added_up(entries: Iterable[Entry]) -> Figures:
    """Entry by entry, as the words of the page mean it."""
    sums = Figures()
    for one in entries:
        sums.runs += 1
        setattr(sums, one.status, getattr(sums, one.status) + 1)
        for column, counted in (
            ("input_tokens", "inputs"),
            ("output_tokens", "outputs"),
            ("reasoning_tokens", "reasonings"),
        ):
            if (amount := getattr(one, column)) is not None:
                setattr(sums, column, getattr(sums, column) + amount)
                setattr(sums, counted, getattr(sums, counted) + 1)
        if one.share is not None:
            sums.share_reasoning += one.reasoning_tokens or 0
            sums.share_output += one.output_tokens or 0
            sums.shares += 1
        if one.cost is not None:
            how = "computed" if one.cost_computed else "reported"
            setattr(sums, f"cost_{how}", getattr(sums, f"cost_{how}") + one.cost)
            setattr(sums, f"costs_{how}", getattr(sums, f"costs_{how}") + 1)
    return sums


def day_of(entry: Entry) -> date:
    return datetime.fromtimestamp(entry.at / 1000, UTC).date()


AGAINST_ROWS = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], database=None
)


def test_both_pages_tell_what_the_rows_come_to(transactional_db: None) -> None:
    people, entries = made_up(1)
    alice = people[0]

    @AGAINST_ROWS
    @given(ranges)
    def hold(asked: Range) -> None:
        there = [one for one in entries if asked.first <= day_of(one) <= asked.last]
        mine = [one for one in there if one.person_id == alice.pk]
        whole, part = house(alice, asked), own(alice, asked)
        for telling, rows in ((whole, there), (part, mine)):
            assert telling.total == added_up(rows)
            for (model, effort), told in telling.cells.items():
                assert told == added_up(
                    one for one in rows if model in (None, one.asked_id) and effort in (None, one.effort)
                )
            assert {model for model, _ in telling.cells} - {None} == {one.asked_id for one in rows}
            for first, last, told in telling.buckets:
                assert told == added_up(one for one in rows if first <= day_of(one) <= last)
        assert {who.pk if who else None: told for who, told in whole.people} == {
            pk: added_up(one for one in there if one.person_id == pk) for pk in {one.person_id for one in there}
        }
        for column, measure in (("share", Measure.SHARE), ("total_ms", Measure.TOTAL), ("speed", Measure.SPEED)):
            for model in (None, *{one.asked_id for one in there}):
                values = [
                    1000 * (one.reasoning_tokens or 0) / (one.output_tokens or 1)
                    if measure == Measure.SHARE
                    else getattr(one, column)
                    for one in mine
                    if getattr(one, column) is not None and model in (None, one.asked_id)
                ]
                assert part.spreads.get((measure, (model, None))) == from_values(values)
        steps = Counter(step(Measure.SHARE, one.share) for one in there if one.share is not None)
        assert whole.spreads.get((Measure.SHARE, (None, None))) == from_steps(Measure.SHARE, steps)

    hold()


@pytest.mark.parametrize("few", [0, 10_000])
def test_what_stands_out_is_what_is_largest(transactional_db: None, monkeypatch: pytest.MonkeyPatch, few: int) -> None:
    people, entries = made_up(2)
    monkeypatch.setattr("chatroom.activity.house.FEW", few)
    asked = Range(date(2026, 2, 3), date(2026, 6, 20))
    there = [one for one in entries if asked.first <= day_of(one) <= asked.last]
    short = [one for one in there if one.status == "completed" and (one.share or 0) >= outliers.SHORT_ANSWER]
    for telling, rows in (
        (house(people[0], asked), lambda one: True),
        (own(people[0], asked), lambda one: one.person_id == people[0].pk),
    ):
        for (kind, found), some in zip(telling.outliers, (short, there, there), strict=True):
            sizes = sorted((size for one in some if rows(one) and (size := getattr(one, kind.column))), reverse=True)
            assert [getattr(one.entry, kind.column) for one in found] == sizes[: outliers.OUTLIERS]
            assert sizes


def test_a_model_that_does_not_think_has_a_share_of_nought_and_not_about_so_much(transactional_db: None) -> None:
    alice = User.objects.create_user("alice")
    asked = Asked.objects.create(provider="p", model="plain")
    entry = Entry(
        person=alice, asked=asked, at=int(datetime(2026, 1, 5, tzinfo=UTC).timestamp() * 1000), status="completed",
        output_tokens=9, reasoning_tokens=0, share=0, dice=1,
    )  # fmt: skip
    entry.save()
    books = Books()
    books.enter(entry)
    books.save()
    spread = house(alice, Range(date(2026, 1, 1), date(2026, 1, 31))).spreads[Measure.SHARE, (asked.pk, None)]
    assert (spread.cuts, spread.exact) == ((0, 0, 0, 0, 0), True)


# Words and drawings.


def test_costs_say_what_they_are() -> None:
    assert cost_origin(Figures(runs=3)) == "unknown for all 3 replies"
    assert cost_origin(Figures(runs=1, costs_reported=1, cost_reported=5)) == "as reported"
    both = Figures(runs=320, cost_reported=10**9, costs_reported=200, cost_computed=2 * 10**8, costs_computed=106)
    assert cost_origin(both) == "of which $0.2000 computed from prices; unknown for 14 of 320 replies"
    assert money(0) == "$0"
    assert money(1_234_500_000) == "$1.23"
    assert value(Measure.SHARE, 975, exact=False) == "95–100\u202f%"
    assert value(Measure.SHARE, 1000, exact=False) == "100\u202f%"
    assert [about(one) for one in (0.0472, 0.472, 4.718, 472, 1234)] == ["0.0472", "0.472", "4.72", "472", "1\u202f234"]


@given(st.lists(st.lists(st.integers(0, 10**12), min_size=2, max_size=2), max_size=92))
def test_bars_stay_on_the_drawing_and_are_as_high_as_their_amounts(amounts: list[list[int]]) -> None:
    drawing = bars([("d", "t", list(zip("ab", pair, strict=True))) for pair in amounts], str)
    top = nice(max(map(sum, amounts), default=0))
    for pair, bar in zip(amounts, drawing.bars, strict=True):
        assert len(bar.blocks) == sum(amount > 0 for amount in pair)
        assert all(0 <= float(block.y) <= drawing.foot for block in bar.blocks)
        assert float(bar.x.rstrip("%")) + float(bar.width.rstrip("%")) <= 100.1
        if sum(pair) > top / 20:
            height = drawing.foot - min(float(block.y) for block in bar.blocks)
            assert height == pytest.approx(sum(pair) / top * (drawing.foot - 16), abs=2.2)


@given(st.lists(st.floats(0, 1e6), min_size=5, max_size=5).map(sorted))
def test_boxes_are_in_the_order_of_their_values(cuts: list[float]) -> None:
    for axis in (axis_over(cuts), Axis(0, 1000)):
        drawn = box(cuts, axis)
        places = [float(one.rstrip("%")) for one in (drawn.low, drawn.box_x, drawn.median, drawn.high)]
        assert places == sorted(places)
        assert places[0] >= 0 and places[-1] <= 100
