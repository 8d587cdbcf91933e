"""What a run shows to readers without reasoning: the same live as from the record, and never a word of thought."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chatroom.conversations import deltas
from chatroom.conversations.deltas import Row
from chatroom.conversations.following import Place
from chatroom.conversations.models import Delta, Part, Run, Status
from chatroom.conversations.presenting import RunRender, from_parts, part_id, snapshot
from chatroom.conversations.sight import Sight
from chatroom.conversations.texts import said
from chatroom.providers.events import (
    BlockEnded,
    ContentDelta,
    ContentWasReasoning,
    OpaquePiece,
    PartEnded,
    Provenance,
    ReasoningDelta,
    ToolDelta,
)
from chatroom.providers.parts import Assembler, PartHead, PartKind, Piece, PieceKind, Placeable, fold
from tests.conversations.conftest import MakeRun

STRANGERS = Sight(mine=False, reasoning=False, key=b"a link's own")
RUN_ID = 7_654_321
LATER = datetime(2030, 1, 1, tzinfo=UTC)


@st.composite
def replies(draw: st.DrawFn) -> list[Placeable]:
    """What a decoder may give, numbered in the order of the wire: `word…` is for everybody, `thought…` is not.

    What seemed an answer may turn out to be thought, as long as nothing was thought in the open and no tool was
    called (`think_tags`): thought that came sealed before it does not count.
    """
    numbers = iter(range(1000))

    def word(kind: str) -> str:
        return f"{kind}{next(numbers)}{draw(st.sampled_from(['', ' ', chr(10) * 2, chr(10) * 2 + '```' + chr(10)]))}"

    def sealed() -> OpaquePiece:
        return OpaquePiece(
            {"thought": f"thought{next(numbers)}"},
            Provenance.ENCRYPTED,
            draw(st.sampled_from(["reasoning", "current"])),
        )

    events: list[Placeable] = []
    if draw(st.booleans()):
        for _ in range(draw(st.integers(1, 4))):
            seemed = draw(st.sampled_from(["content", "content", "sealed", "block"]))
            events.append(
                ContentDelta(word("thought"))
                if seemed == "content"
                else sealed()
                if seemed == "sealed"
                else BlockEnded()
            )
        events += [ContentDelta(word("thought")), ContentWasReasoning()]
    for kind in draw(
        st.lists(st.sampled_from(["raw", "summary", "content", "tool", "sealed", "block", "end"]), max_size=14)
    ):
        match kind:
            case "raw" | "summary":
                events.append(ReasoningDelta(word("thought"), Provenance(kind)))
            case "content":
                events.append(ContentDelta(word("word")))
            case "tool":
                events.append(ToolDelta(draw(st.sampled_from("ab")), "count", word("word")))
            case "sealed":
                events.append(sealed())
            case "block":
                events.append(BlockEnded())
            case _:
                events.append(PartEnded())
    return events


def placed(events: Sequence[Placeable]) -> list[Piece]:
    assembler = Assembler()
    return [piece for event in events if (piece := assembler.place(event))]


def rows_of(pieces: Sequence[Piece]) -> list[Row]:
    """As they are told when they are committed: each with its part's head as it was then."""
    return [Row(seq, piece.head, piece.kind, piece.text, seq * 1000) for seq, piece in enumerate(pieces, 1)]


def read_again(pieces: Sequence[Piece]) -> list[Row]:
    """As they are read from the log later: with the heads as they have come to be."""
    heads: dict[int, PartHead] = {piece.head.index: piece.head for piece in pieces}
    return [Row(row.seq, heads[row.head.index], row.kind, row.text, row.at) for row in rows_of(pieces)]


class Page:
    """What a reader's page holds, by the ids of the parts, in the order in which they came."""

    def __init__(self) -> None:
        self.sealed: dict[str, str] = {}
        self.open: dict[str, str] = {}

    def take(self, rendering: RunRender) -> None:
        begun, changes = rendering.news()
        for change in changes:
            part = change.part
            if part.head.kind is PartKind.TOOL:
                self.sealed[part.id] = str(part.sealed)
                continue
            self.sealed[part.id] += str(part.sealed)
            if part.open is None:
                self.open.pop(part.id, None)
            elif change.grown is not None:
                before, end, after = self.open[part.id].rpartition("</code>")
                self.open[part.id] = before + str(change.grown) + end + after
            elif change.redrawn:
                self.open[part.id] = str(part.open)
        for part in begun:
            assert part.id not in self.sealed, "a part begins twice"
            self.sealed[part.id] = str(part.sealed)
            if part.open is not None:
                self.open[part.id] = str(part.open)

    @property
    def html(self) -> str:
        return "".join(f"<{id_}>{html}{self.open.get(id_, '')}" for id_, html in self.sealed.items())


def over(**fields: Any) -> Run:
    return Run(pk=RUN_ID, reply_id=7_654_322, status=Status.COMPLETED, ended_at=LATER, **fields)


def stored(pieces: Sequence[Piece]) -> list[Part]:
    """The parts as they stand in the record when the run is over."""
    return [
        Part(
            index=part.head.index,
            kind=part.head.kind.value,
            provenance=part.head.provenance or "",
            name=part.head.name,
            text=part.text,
            breaks=part.breaks,
            opaque=part.opaque,
            started_at=LATER,
            ended_at=LATER,
        )
        for part in fold(pieces)
    ]


def cut(rows: Sequence[Row], places: Sequence[int]) -> Iterator[Sequence[Row]]:
    """The rows in frames."""
    edges = sorted({0, len(rows), *(place % (len(rows) + 1) for place in places)})
    return (rows[a:b] for a, b in pairwise(edges))


few = settings(max_examples=150, deadline=None)


@few
@given(replies(), st.lists(st.integers(0, 50), max_size=12))
def test_live_is_what_the_record_says_and_never_thought(events: list[Placeable], places: list[int]) -> None:
    pieces = placed(events)
    rendering, page = RunRender(RUN_ID, STRANGERS), Page()
    for frame in cut(rows_of(pieces), places):
        rendering.apply(frame)
        page.take(rendering)
        assert "thought" not in page.html
    rendering.end(LATER)
    page.take(rendering)
    shown = from_parts(over(), stored(pieces), STRANGERS)
    assert page.open == {}
    assert [(id_, re.sub(r"\s", "", html)) for id_, html in page.sealed.items()] == [
        (part.id, re.sub(r"\s", "", str(part.sealed))) for part in shown.parts
    ]
    assert list(page.sealed) == [part_id(STRANGERS.run_number(RUN_ID), n) for n in range(len(page.sealed))]
    assert "thought" not in page.html
    for event in events:
        if isinstance(event, ContentDelta | ToolDelta):
            text = (event.text if isinstance(event, ContentDelta) else event.arguments).strip().split("\n")[0]
            assert text in page.html or text.startswith("thought")


@few
@given(replies(), st.integers(0, 50))
def test_a_page_loaded_midway_shows_no_thought(events: list[Placeable], place: int) -> None:
    """Loaded while the run goes on, cut off there for good, or loaded when the log knows more than was told then."""
    pieces = placed(events)
    upto = place % (len(pieces) + 1)
    going_on = Run(pk=RUN_ID, reply_id=7_654_322, status=Status.THINKING, started_at=LATER)
    for rows in (rows_of(pieces)[:upto], read_again(pieces)[:upto]):
        for ended_at in (None, LATER):
            shown = snapshot(going_on, rows, STRANGERS, ended_at=ended_at)
            assert "thought" not in "".join(f"{part.sealed}{part.open}{part.line}" for part in shown.parts)
            assert all(part.head.kind is not PartKind.REASONING for part in shown.parts)
            assert [part.head.index for part in shown.parts] == list(range(len(shown.parts)))


@few
@given(st.lists(st.sampled_from(["raw", "sealed"]), min_size=1, max_size=6), st.integers(1, 6))
def test_a_thought_moves_nothing(kinds: list[str], words: int) -> None:
    """However long it thinks, a reader's cursor and status stay where they were."""
    events: list[Placeable] = [ReasoningDelta("thought"), *(ContentDelta("word") for _ in range(words))]
    thought: list[Placeable] = [
        ReasoningDelta("thought") if kind == "raw" else OpaquePiece({}, Provenance.ENCRYPTED) for kind in kinds
    ]
    rows = rows_of(placed([*events, *thought]))
    rendering, run = RunRender(RUN_ID, STRANGERS), Run(pk=RUN_ID, status=Status.THINKING)
    rendering.apply(rows[: 1 + words])
    rendering.news()
    rendering.settle_status(run)
    stands = rendering.cursor, run.status
    assert stands == (words, Status.ANSWERING)
    for row in rows[1 + words :]:
        rendering.apply([row])
        run.status = Status.THINKING
        rendering.settle_status(run)
        assert rendering.news() == ([], [])
        assert (rendering.cursor, run.status) == stands


@pytest.mark.django_db(transaction=True)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events=replies(), data=st.data())
def test_a_page_that_comes_back_goes_on_where_it_stood(make_run: MakeRun, events: list[Placeable], data: Any) -> None:
    """By the number it was told, which counts no hidden row, it is shown the rest: nothing twice, nothing left out."""
    # Each word a paragraph, so that none is drawn a second time because another follows it.
    pieces = [
        Piece(piece.head, piece.kind, piece.text.strip("`\n ") + "\n\n" if piece.kind is PieceKind.TEXT else piece.text)
        for piece in placed(events)
        if piece.head.kind is not PartKind.TOOL
    ]
    places = {index: place for place, index in enumerate(dict.fromkeys(piece.head.index for piece in pieces))}
    pieces = [
        Piece(PartHead(places[p.head.index], p.head.kind, p.head.provenance, p.head.name), p.kind, p.text)
        for p in pieces
    ]
    stands = data.draw(st.integers(0, len(pieces)), label="the page has been told up to")
    run = make_run(status=Status.THINKING)
    for part in stored(pieces):
        part.run, part.text, part.ended_at = run, "", None
        part.save()
    for row in rows_of(pieces):
        Delta.objects.create(run=run, seq=row.seq, part=row.head.index, kind=row.kind, text=row.text, at=row.at)
    rendering, page = RunRender(run.pk, STRANGERS), Page()
    whole, whole_page = RunRender(run.pk, STRANGERS), Page()
    rendering.apply(rows_of(pieces)[:stands])
    page.take(rendering)
    whole.apply(rows_of(pieces))
    whole_page.take(whole)

    seq = deltas.seq_at(run.pk, rendering.cursor)
    assert seq <= stands
    rest = Place(run.pk, seq, STRANGERS).upto(len(pieces))
    assert sorted(words(page.html) + words(rest)) == words(whole_page.html)
    assert "thought" not in rest
    assert "thought" not in "".join(part.text for part in said(run, STRANGERS))


def words(html: str) -> list[str]:
    return sorted(re.findall(r"word\d+", html))
