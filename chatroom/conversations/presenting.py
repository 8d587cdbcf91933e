"""Runs as the page shows them.

A reload, a first paint and a live page go through the same two classes: `RunRender` takes rows of
the log and gives, each time it is asked, what is new since the last time. Asked once after all
rows it gives the whole (a snapshot); asked again and again it gives the fragments of the tail.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from chatroom.conversations.deltas import OPEN_THOUGHT, Row, moment
from chatroom.conversations.models import BLOCK_BREAK, Part, Run, Status, span
from chatroom.conversations.sight import OWNERS, Sight
from chatroom.conversations.thoughts import READABLE
from chatroom.conversations.ties import NO_TIES, Ties
from chatroom.providers.events import Provenance
from chatroom.providers.parts import PartHead, PartKind, PieceKind
from chatroom.rendering.html import render
from chatroom.rendering.stream import StreamRenderer

# Of a folded pane's current line so much passes by.
PASSING_CHARACTERS = 140


@dataclass(frozen=True, slots=True)
class PartShown:
    """A part for the template `_part.html`. `open` is None once nothing more will come.

    `run_id`: the number that its run goes by on the page.
    """

    run_id: int
    head: PartHead
    sealed: SafeString
    open: SafeString | None
    line: str
    started_at: datetime
    ended_at: datetime | None
    mine: bool = True

    @property
    def id(self) -> str:
        """Its id in the page, from which those of its pieces are made."""
        return part_id(self.run_id, self.head.index)

    @property
    def readable(self) -> bool:
        """Whether it is reasoning with text, a thought or a summary of one."""
        return self.head.provenance in READABLE

    @property
    def live(self) -> bool:
        """Whether the model is at it."""
        return self.open is not None

    @property
    def seconds(self) -> float | None:
        """How long it took; None while it goes on."""
        return span(self.started_at, self.ended_at)


@dataclass(frozen=True, slots=True)
class PartChange:
    """What is new in a part that a reader has already.

    `part.sealed` and `part.open` hold what to seal now and what is open now; where `grown` is not
    None it is to be added to the code that is open, in place of `part.open`.
    """

    part: PartShown
    grown: SafeString | None
    # Whether what is open is another than before.
    redrawn: bool


@dataclass(slots=True)
class _PartRender:
    run_id: int
    head: PartHead
    started_at: int
    mine: bool = True
    # Not for this reader; and how many rows it has had till that was known.
    hidden: bool = False
    rows: int = 0
    ended_at: int | None = None
    shown: bool = False
    finished: bool = False
    # A new block begins with the text that comes next.
    broken: bool = False
    renderer: StreamRenderer = field(default_factory=StreamRenderer)
    plain: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    tail: str = ""
    begun: datetime | None = None
    drawn: str | None = None

    @property
    def changed(self) -> bool:
        return not self.hidden and self._has_news

    @property
    def _has_news(self) -> bool:
        return bool(self.waiting) or not self.shown or (self.ended_at is not None and not self.finished)

    def take(self) -> tuple[str, str | None, str | None]:
        """HTML sealed since the last time, HTML of what is open, text to add to what is open."""
        text = "".join(self.waiting)
        self.waiting.clear()
        self.tail = (self.tail + text)[-2 * PASSING_CHARACTERS :]
        if self.head.kind is PartKind.TOOL:
            self.plain.append(text)
            self.finished = self.ended_at is not None
            return tool_html("".join(self.plain)), None, None
        step = self.renderer.feed(text)
        if self.ended_at is not None:
            self.finished = True
            return step.sealed + self.renderer.finish(), None, None
        return step.sealed, step.open, step.grown

    def head_shown(self, sealed: str, open_: str | None) -> PartShown:
        self.begun = self.begun or moment(self.started_at)
        return PartShown(
            self.run_id,
            self.head,
            SafeString(sealed),  # the renderer's output is sanitised
            None if open_ is None else SafeString(open_),
            _last_line(self.tail) if self.head.kind is PartKind.REASONING else "",
            self.begun,
            None if self.ended_at is None else moment(self.ended_at),
            self.mine,
        )


class RunRender:
    """The rendering of one run, at some seq, for readers of one sight. `run_id` is the row's.

    Where reasoning is not for them, it leaves no trace: what is shown is numbered as if there were none, and
    `cursor` counts only rows of it. An answer that may still turn out to be thought is held back.
    """

    def __init__(self, run_id: int, sight: Sight = OWNERS, *, sure: bool = False) -> None:
        self.sight = sight
        self.run_id = sight.run_number(run_id)
        self.seq = 0
        self._told = 0
        # Whether what came as an answer is one, as of a run that is over.
        self._sure = sure or sight.reasoning
        self._begun = 0
        self._parts: list[_PartRender] = []
        self._speaking: _PartRender | None = None
        # Thought that came sealed and that nothing has followed yet.
        self._unspoken: list[_PartRender] = []
        # An answer has turned out to be thought.
        self._recast = False

    def apply(self, rows: Iterable[Row]) -> None:
        """Take further rows; they must meet `seq`."""
        for row in rows:
            if row.seq != self.seq + 1:
                raise ValueError(f"run {self.run_id}: row {row.seq} does not follow {self.seq}")
            self.seq = row.seq
            if row.head.index == len(self._parts):
                self._parts.append(_PartRender(self.run_id, row.head, row.at, self.sight.mine))
                if row.kind is PieceKind.OPAQUE:
                    self._unspoken.append(self._parts[-1])
            if not self.sight.reasoning and self._is_hidden(row):
                continue
            if row.kind is PieceKind.OPAQUE:
                continue
            part = self._parts[row.head.index]
            if row.kind is PieceKind.BREAK:
                part.broken = True
                continue
            if row.kind is PieceKind.RECAST:
                # What was rendered of it before is void: see `fragments.run_whole`.
                part.head, part.ended_at = row.head, row.at
                self._speaking = None
                self._recast = True
                continue
            for sealed in self._unspoken:
                if sealed is not part:
                    sealed.ended_at = row.at
            self._unspoken.clear()
            if part is not self._speaking:
                if self._speaking and self._speaking.head.kind is not PartKind.TOOL:
                    self._speaking.ended_at = row.at
                self._speaking = part
            if part.broken and row.text:
                part.waiting.append(BLOCK_BREAK)
                part.broken = False
            part.waiting.append(row.text)

    def _is_hidden(self, row: Row) -> bool:
        """Whether a row is not for readers without reasoning; and note what follows from it."""
        part = self._parts[row.head.index]
        if row.head.kind is PartKind.REASONING:
            part.hidden = True
            # Whoever has thought in the open does not think in what looks like an answer (`think_tags`). A sealed
            # piece says nothing of the kind.
            self._sure |= row.kind in OPEN_THOUGHT
            self._told -= part.rows
            part.rows = 0
            if part is self._speaking:  # it seemed an answer until now, and was held back
                self._speaking = None
        else:
            part.rows += 1
            self._told += 1
        return part.hidden

    @property
    def cursor(self) -> int:
        """How far the page is, in a number that it may know: it says it when it comes back (`deltas.seq_at`)."""
        if self.sight.reasoning:
            return self.seq
        return self._told if self._sure else 0

    def settle_status(self, run: Run) -> None:
        """Let `run` say what follows from the rows taken so far, while it is not over.

        Its own row is read at another moment than they are, and may be behind them or ahead.
        """
        if run.is_live and (self._speaking or self._recast):
            thinking = self._speaking is None or self._speaking.head.kind is PartKind.REASONING or not self._sure
            run.status = Status.THINKING if thinking else Status.ANSWERING
        if self.seq:  # who has said something is not tried again
            run.retry_at = None

    def end(self, ended_at: datetime, *, over: bool = True) -> None:
        """Nothing more will come; or, where the run itself is not `over`, nothing more is shown."""
        self._sure |= over
        for part in self._parts:
            if part.ended_at is None:
                part.ended_at = round(ended_at.timestamp() * 1000)

    @property
    def answerable(self) -> bool:
        """See `RunShown.answerable`."""
        return _answerable(part.head for part in self._parts)

    def news(self) -> tuple[list[PartShown], list[PartChange]]:
        """Parts that are new since the last time, and changes to those that are not."""
        begun: list[PartShown] = []
        changes: list[PartChange] = []
        for part in self._parts if self._sure else ():
            if not part.changed:
                continue
            if not part.shown and not self.sight.reasoning:
                part.head = replace(part.head, index=self._begun)
                self._begun += 1
            sealed, open_, grown = part.take()
            shown = part.head_shown(sealed, open_)
            if not part.shown:
                part.shown = True
                part.drawn = open_
                begun.append(shown)
                continue
            redrawn = open_ != part.drawn
            part.drawn = open_ if grown is None else None
            changes.append(PartChange(shown, None if grown is None else mark_safe(grown), redrawn))  # noqa: S308
        return begun, changes


@dataclass(frozen=True, slots=True)
class RunShown:
    """A run for the template `_run.html`, whole at `seq`. `run` is as the reader may know it; `run_id` is the row's."""

    run: Run
    parts: Sequence[PartShown]
    seq: int
    ties: Ties = NO_TIES
    sight: Sight = OWNERS
    run_id: int = 0
    reply_id: int = 0
    # See `RunRender.cursor`; 0 where nothing more will come.
    cursor: int = 0
    # It went on after the moment that is shown.
    cut: bool = False

    @property
    def thoughts(self) -> list[PartShown]:
        """Its reasoning parts."""
        return [part for part in self.parts if part.head.kind is PartKind.REASONING]

    @property
    def answerable(self) -> bool:
        """Whether there is a thought to answer from, and no answer yet: what is offered while the model thinks."""
        return _answerable(part.head for part in self.parts)

    @property
    def given_id(self) -> str:
        """The id in the page of the thought that it was given."""
        return f"r{self.run.pk}-given"

    @property
    def hidden(self) -> bool:
        """Thought that was billed and of which nothing came, not even a sealed piece."""
        return bool(self.run.reasoning_tokens) and not self.thoughts


def snapshot(
    run: Run, rows: Iterable[Row], sight: Sight = OWNERS, lane: int = 0, ended_at: datetime | None = None
) -> RunShown:
    """A run from the log, whole at its last row. `ended_at`: what is shown of it is cut off there."""
    rendering = RunRender(run.pk, sight)
    rendering.apply(rows)
    rendering.settle_status(run)
    if over := ended_at or run.ended_at:
        rendering.end(over, over=not run.is_live)
    parts, _ = rendering.news()
    seen = sight.run(run, lane)
    if ended_at:
        seen.status, seen.ended_at, seen.finish_reason = Status.COMPLETED, ended_at, ""
        seen.input_tokens = seen.output_tokens = seen.reasoning_tokens = seen.cost = None
    else:
        rendering.settle_status(seen)
    cursor = 0 if over else rendering.cursor
    return RunShown(seen, parts, rendering.seq, NO_TIES, sight, run.pk, run.reply_id, cursor, cut=ended_at is not None)


def from_parts(run: Run, parts: Iterable[Part], sight: Sight = OWNERS, lane: int = 0) -> RunShown:
    """A run that is over, from its stored parts."""
    return _of_parts(run, [(part, _html(part)) for part in parts if _is_for(part, sight)], sight, lane)


def outline(run: Run, parts: Iterable[Part], sight: Sight = OWNERS, lane: int = 0) -> RunShown:
    """A run with the heads of its parts only, without their text."""
    return _of_parts(run, [(part, "") for part in parts if _is_for(part, sight)], sight, lane)


def _of_parts(run: Run, parts: Sequence[tuple[Part, str]], sight: Sight, lane: int) -> RunShown:
    number = sight.run_number(run.pk)
    shown = [
        PartShown(
            number,
            part.head if sight.reasoning else replace(part.head, index=index),
            mark_safe(html),  # noqa: S308 - the renderer's output is sanitised
            None,
            "",
            part.started_at,
            part.ended_at,
            sight.mine,
        )
        for index, (part, html) in enumerate(parts)
    ]
    return RunShown(sight.run(run, lane), shown, 0, NO_TIES, sight, run.pk, run.reply_id)


def _is_for(part: Part, sight: Sight) -> bool:
    return sight.reasoning or part.kind != PartKind.REASONING


def _html(part: Part) -> str:
    return tool_html(part.text) if part.kind == PartKind.TOOL else render(part.readable)


def _answerable(heads: Iterable[PartHead]) -> bool:
    said = list(heads)
    return any(head.provenance in READABLE for head in said) and all(head.kind is not PartKind.CONTENT for head in said)


def part_id(run_id: int, index: int) -> str:
    """The id of a part in the page."""
    return f"r{run_id}-p{index}"


def tool_html(arguments: str) -> str:
    """The arguments of a tool call, as they came."""
    return f"<pre><code>{escape(arguments)}</code></pre>" if arguments else ""


def _last_line(text: str) -> str:
    """The line that is being written, of a long one its end."""
    line = text.rstrip().rpartition("\n")[2].strip()
    return line[-PASSING_CHARACTERS:]


PROVENANCE_LABELS = {
    Provenance.RAW: "raw thought",
    Provenance.SUMMARY: "summary, not the thought itself",
    Provenance.ENCRYPTED: "encrypted by the provider",
    Provenance.REDACTED: "redacted by the provider",
    Provenance.HIDDEN: "not shown by the provider",
}
