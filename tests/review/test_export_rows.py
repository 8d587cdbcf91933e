"""What stands in an export: rows from the record, the three formats and back, the record of openings before each."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import pytest
from arro3.io import read_parquet
from django.core.management import call_command
from django.http import Http404

from chatroom.accounts.models import User
from chatroom.conversations.models import Message, Part, Run, Status
from chatroom.ledger.booking import book
from chatroom.ledger.models import Entry
from chatroom.ledger.spreadsheets import FORMULA
from chatroom.review.export.columns import COLUMNS, Holds, Record
from chatroom.review.export.formats import FORMATS
from chatroom.review.export.rows import AT_A_TIME, CHARACTERS, rows
from chatroom.review.models import Assignment, Comment, Exemption, Flag, Label, Mark, Opening, Round, Verdict
from tests.support.memory import Memory
from tests.support.reviewing import replied, reviewer

pytestmark = pytest.mark.django_db

THOUGHT = "First the sheep.Then the goats."
BREAK = THOUGHT.index("Then")
FORMULAS = ["=1+1", "+1", "-1", "@A1", "\t=1", "\r=1", "'=1", "''+1", "＝1", "'quoted'", "plain", "", "-", 'a,b\n"c"']


@pytest.fixture
def owner() -> User:
    return User.objects.create_user("alice", first_name="Alice", last_name="Ames")


@pytest.fixture
def run(owner: User) -> Run:
    return replied(owner, THOUGHT, "It is seven.")


@pytest.fixture
def bob() -> User:
    return reviewer("bob")


def exported(user: User, *runs: Run, why: str = "") -> list[Record]:
    pks = {run: pk for pk, run in Entry.objects.values_list("pk", "run")}
    return [record for some in rows(user, [pks[run.pk] for run in runs], why) for record in some]


def written(name: str, batches: Iterable[list[Record]]) -> bytes:
    pieces: list[bytes] = []
    FORMATS[name].write(batches, pieces.append)
    return b"".join(pieces)


def from_csv(data: bytes) -> list[dict[str, Any]]:
    return [
        {name: cell_of(name, cell) for name, cell in row.items()}
        for row in csv.DictReader(io.StringIO(data.decode(), newline=""))
    ]


def cell_of(name: str, cell: str) -> Any:
    match COLUMNS[name]:
        case Holds.TEXT:
            as_it_was = cell[1:] if cell.startswith("'") and cell[1:].lstrip("'").startswith(FORMULA) else cell
            return as_it_was or None
        case Holds.LIST:
            return json.loads(cell)
        case Holds.YES_NO:
            return {"true": True, "false": False}[cell]
        case Holds.TIME:
            return datetime.fromisoformat(cell) if cell else None
        case Holds.WHOLE:
            return int(cell) if cell else None
        case Holds.NUMBER:
            return float(cell) if cell else None


def from_json_lines(data: bytes) -> list[dict[str, Any]]:
    times = [name for name, holds in COLUMNS.items() if holds is Holds.TIME]
    records = [json.loads(line) for line in data.splitlines()]
    return [row | {name: row[name] and datetime.fromisoformat(row[name]) for name in times} for row in records]


def from_parquet(data: bytes) -> list[dict[str, Any]]:
    table = read_parquet(io.BytesIO(data)).read_all()
    columns = {name: [value.as_py() for value in table.column(name)] for name in table.column_names}
    records = [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
    lists = [name for name, holds in COLUMNS.items() if holds is Holds.LIST]
    return [row | {name: json.loads(row[name]) for name in lists} for row in records]


READ = {"csv": from_csv, "jsonl": from_json_lines, "parquet": from_parquet}


def plainly(record: Record) -> dict[str, Any]:
    """A row as a file can say it: times within lists as texts, an empty text of a column as none."""
    told = {}
    for name, value in record.items():
        if COLUMNS[name] is Holds.LIST:
            value = json.loads(json.dumps(value, default=lambda at: at.isoformat().replace("+00:00", "Z")))
        told[name] = None if value == "" else value
    return told


@pytest.mark.parametrize("name", FORMATS)
def test_a_file_holds_what_the_record_holds(name: str, run: Run, owner: User, bob: User) -> None:
    Run.objects.filter(pk=run.pk).update(effort="high", thought='given, "so"', error="boom")
    Mark.objects.create(run=run, part=0, exact="First", start=0, end=5, reviewer=bob)
    other = replied(owner, "", 'ünïcode 😀\r\nand, a "comma"\n')
    records = exported(bob, run, other)
    found = READ[name](written(name, [records[:1], records[1:]]))
    assert [plainly(record) for record in found] == [plainly(record) for record in records]
    assert list(found[0]) == list(COLUMNS)


@pytest.mark.parametrize("name", FORMATS)
def test_an_export_of_nothing_is_a_file(name: str) -> None:
    assert READ[name](written(name, [])) == []


@pytest.mark.parametrize("name", FORMATS)
def test_what_is_not_known_is_not_nought(name: str, run: Run, owner: User, bob: User) -> None:
    nought = replied(owner, "Hm", "Yes")
    numbers = {"input_tokens": 0, "output_tokens": 0, "reasoning_tokens": 0, "cost": 0, "share": 0, "thought_ms": 0}
    Entry.objects.filter(run=nought).update(**numbers)
    Entry.objects.filter(run=run).update(**dict.fromkeys(numbers))
    computed = replied(owner, "Hm", "Yes")
    Entry.objects.filter(run=computed).update(cost=1_500_000, cost_computed=True)
    unknown, zero, third = READ[name](written(name, [exported(bob, run, nought, computed)]))
    for kind in ("input_tokens", "output_tokens", "reasoning_tokens"):
        assert (unknown[kind], unknown[f"{kind}_are"]) == (None, "unknown")
        assert (zero[kind], zero[f"{kind}_are"]) == (0, "reported")
    for kind in ("cost_usd", "share_of_thinking", "seconds_of_thought"):
        assert (unknown[kind], zero[kind]) == (None, 0)
    assert [row["cost_is"] for row in (unknown, zero, third)] == ["unknown", "reported", "computed"]
    assert third["cost_usd"] == 0.0015


def test_no_cell_is_a_formula(owner: User, bob: User) -> None:
    runs = [replied(owner, text, text) for text in FORMULAS]
    for run, text in zip(runs, FORMULAS, strict=True):
        Message.objects.filter(pk=run.reply.parent_id).update(text=text)  # type: ignore[misc]
    data = written("csv", [exported(bob, *runs)])
    cells = [cell for row in csv.reader(io.StringIO(data.decode(), newline="")) for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r", "＝"))]
    found = from_csv(data)
    assert [row["content"] or "" for row in found] == FORMULAS
    assert [row["prompt"] or "" for row in found] == FORMULAS


def test_each_reply_is_in_the_record_before_it_is_handed_out(owner: User, bob: User) -> None:
    runs = [replied(owner, "A thought", "x" * (CHARACTERS // 2)) for _ in range(3)]
    pks = list(Entry.objects.order_by("pk").values_list("pk", flat=True))
    handed: list[int] = []
    for some in rows(bob, pks, "a reason"):
        handed += [record["run"] for record in some]
        noted = Opening.objects.filter(reviewer=bob, what="export", why="a reason", owner=owner)
        assert set(noted.values_list("run", flat=True)) == set(handed)
        assert noted.count() == len(handed)
    assert handed == [run.pk for run in runs]


def test_what_reviewers_may_not_read_is_not_in_it(run: Run, owner: User, bob: User) -> None:
    hers = replied(User.objects.create_user("erin"), "Hm", "No")
    kept_out = replied(owner, "Hm", "No")
    Exemption.objects.create(person=hers.reply.conversation.owner, why="She asked")
    Exemption.objects.create(conversation=kept_out.reply.conversation, why="A secret")
    assert [record["run"] for record in exported(bob, hers, run, kept_out)] == [run.pk]
    assert Opening.objects.get().run_id == run.pk


def test_who_may_not_review_any_more_gets_nothing(run: Run, bob: User) -> None:
    bob.groups.clear()
    with pytest.raises(Http404):
        exported(bob, run)
    assert not Opening.objects.exists()


def test_marks_stand_at_their_place_in_the_columns(owner: User, bob: User) -> None:
    run = replied(owner, THOUGHT, "It is seven.")
    Part.objects.filter(run=run, index=0).update(breaks=[0, BREAK, BREAK, len(THOUGHT)])
    second = Part.objects.get(run=run, index=2)
    second.pk, second.index, second.text = None, 3, "Or eight."
    second.save()
    places = {
        "First": (0, 0, 5),
        "Then": (0, BREAK, BREAK + 4),
        "sheep.": (0, 10, BREAK),
        "sheep.\n\nThen": (0, 10, BREAK + 4),
    }
    places |= {"seven": (2, 6, 11), "eight": (3, 3, 8)}
    for quote, (part, start, end) in places.items():
        Mark.objects.create(run=run, part=part, exact=quote, start=start, end=end, reviewer=bob)
    Mark.objects.create(run=run, part=0, exact="Nowhere certain", reviewer=bob)
    (record,) = exported(bob, run)
    assert record["reasoning"] == "First the sheep.\n\nThen the goats."
    assert record["content"] == "It is seven.\n\nOr eight."
    assert record["tools"] == "{}"
    *placed, last = record["marks"]
    assert [mark["quote"] for mark in placed] == [
        record[mark["column"]][mark["start"] : mark["end"]] for mark in placed
    ]
    assert (last["start"], last["end"], last["column"]) == (None, None, "reasoning")
    texts = [
        record[{"tool": "tools"}.get(part["kind"], part["kind"])][part["start"] : part["end"]]
        for part in record["parts"]
    ]
    assert texts == [record["reasoning"], "{}", "It is seven.", "Or eight."]


def test_marks_come_with_label_and_thread_and_blind_ones_do_not(run: Run, bob: User) -> None:
    cora = reviewer("cora")
    label = Label.objects.create(name="much too fast")
    mark = Mark.objects.create(run=run, part=0, exact="First", start=0, end=5, label=label, reviewer=cora)
    for who, text in ((cora, "Why?"), (bob, "Because.")):
        Comment.objects.create(mark=mark, reviewer=who, text=text)
    Mark.objects.create(run=run, part=0, exact="Then", reviewer=cora, withdrawn_at=datetime.now(UTC))
    Verdict.objects.create(run=run, reviewer=cora, value="wrong", note="No.")
    Flag.objects.create(run=run, word="Look here")
    (record,) = exported(bob, run)
    (told,) = record["marks"]
    assert (told["label"], told["quote"], told["reviewer"]) == ("much too fast", "First", "cora")
    assert [(comment["reviewer"], comment["text"]) for comment in told["comments"]] == [
        ("cora", "Why?"),
        ("bob", "Because."),
    ]
    assert [(verdict["reviewer"], verdict["value"], verdict["note"]) for verdict in record["verdicts"]] == [
        ("cora", "wrong", "No.")
    ]
    assert (record["flag"], record["others_hidden"]) == ("Look here", False)

    Assignment.objects.create(run=run, reviewer=bob, round=Round.objects.create(name="Blind"))
    (blind,) = exported(bob, run)
    assert (blind["marks"], blind["verdicts"], blind["others_hidden"]) == ([], [], True)
    assert blind["flag"] == "Look here"
    (hers,) = exported(cora, run)
    assert len(hers["marks"]) == len(hers["verdicts"]) == 1


def test_names_are_hidden_where_the_house_hides_them(run: Run, owner: User, bob: User, settings: Any) -> None:
    assert exported(bob, run)[0]["person"] == "Alice Ames"
    settings.REVIEW_NAMES = False
    (record,) = exported(bob, run)
    assert record["person"] == f"Person {owner.pk}"
    assert "alice" not in written("jsonl", [[record]]).decode().lower()


def test_a_reply_that_goes_on_has_the_prompt_of_the_first(run: Run, bob: User) -> None:
    above = run
    for _ in range(2):
        reply = Message.objects.create(conversation=run.reply.conversation, role="assistant", parent=above.reply)
        fields = {"provider": "played", "model": "scripted", "status": Status.COMPLETED}
        above = Run.objects.create(reply=reply, started_at=run.started_at, ended_at=run.ended_at, **fields)
    book()
    assert [record["prompt"] for record in exported(bob, above, run)] == ["Why?", "Why?"]


def test_an_error_comes_out_of_every_format_as_it_is(run: Run, bob: User) -> None:
    def failing() -> Iterable[list[Record]]:
        yield exported(bob, run)
        raise ConnectionError("gone")

    def refusing(data: bytes) -> None:
        raise BrokenPipeError

    for one in FORMATS.values():
        with pytest.raises(ConnectionError, match="gone"):
            one.write(failing(), lambda data: None)
        with pytest.raises(BrokenPipeError):
            one.write([exported(bob, run)], refusing)


@pytest.mark.timeout(300)
def test_memory_does_not_grow_with_the_file(transactional_db: None) -> None:
    bob = reviewer("bob")
    call_command("generate", messages=4_000, people=3, until="2026-03-31", verbosity=0, add=True)
    while book():
        pass
    pks = list(Entry.objects.order_by("pk").values_list("pk", flat=True)[:2_000])
    assert len(pks) > 1_900

    def read(times: int) -> Iterable[list[Record]]:
        for start in range(0, len(pks) * times, AT_A_TIME):
            yield from rows(bob, pks[start % len(pks) :][:AT_A_TIME], "")

    portions = list(read(1))
    for name, wanted in (("jsonl", read(10)), ("parquet", (some for _ in range(50) for some in portions))):
        sizes: list[int] = []
        FORMATS[name].write(portions, lambda data: None)  # what is needed once is there
        with Memory(os.getpid()) as memory:
            FORMATS[name].write(wanted, lambda data, sizes=sizes: sizes.append(len(data)))  # type: ignore[misc]
        assert sum(sizes) > 20_000_000
        assert memory.risen < 20
        assert max(sizes) < sum(sizes) / 10  # it is written as it grows
