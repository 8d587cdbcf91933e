"""Runs as the page shows them.

A reload, a first paint and a live page go through the same two classes: `RunRender` takes rows of
the log and gives, each time it is asked, what is new since the last time. Asked once after all
rows it gives the whole (a snapshot); asked again and again it gives the fragments of the tail.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from chatroom.conversations.deltas import Row, moment
from chatroom.conversations.models import BLOCK_BREAK, Part, Run, Status, span
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
    """A part for the template `_part.html`. `open` is None once nothing more will come."""

    run_id: int
    head: PartHead
    sealed: SafeString
    open: SafeString | None
    line: str
    started_at: datetime
    ended_at: datetime | None

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
        )


class RunRender:
    """The rendering of one run, at some seq."""

    def __init__(self, run_id: int) -> None:
        self.run_id = run_id
        self.seq = 0
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
                self._parts.append(_PartRender(self.run_id, row.head, row.at))
                if row.kind is PieceKind.OPAQUE:
                    self._unspoken.append(self._parts[-1])
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

    def settle_status(self, run: Run) -> None:
        """Let `run` say what follows from the rows taken so far, while it is not over.

        Its own row is read at another moment than they are, and may be behind them or ahead.
        """
        if run.is_live and (self._speaking or self._recast):
            thinking = self._speaking is None or self._speaking.head.kind is PartKind.REASONING
            run.status = Status.THINKING if thinking else Status.ANSWERING
        if self.seq:  # who has said something is not tried again
            run.retry_at = None

    def end(self, ended_at: datetime) -> None:
        """Nothing more will come."""
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
        for part in self._parts:
            if not part.changed:
                continue
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
    """A run for the template `_run.html`, whole at `seq`."""

    run: Run
    parts: Sequence[PartShown]
    seq: int
    ties: Ties = NO_TIES

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


def snapshot(run: Run, rows: Iterable[Row]) -> RunShown:
    """A run from the log, whole at its last row."""
    rendering = RunRender(run.pk)
    rendering.apply(rows)
    rendering.settle_status(run)
    if run.ended_at is not None:
        rendering.end(run.ended_at)
    parts, _ = rendering.news()
    return RunShown(run, parts, rendering.seq)


def from_parts(run: Run, parts: Iterable[Part]) -> RunShown:
    """A run that is over, from its stored parts."""
    return RunShown(run, [_part(run, part, _html(part)) for part in parts], 0)


def outline(run: Run, parts: Iterable[Part]) -> RunShown:
    """A run with the heads of its parts only, without their text."""
    return RunShown(run, [_part(run, part, "") for part in parts], 0)


def _part(run: Run, part: Part, html: str) -> PartShown:
    safe = mark_safe(html)  # noqa: S308 - the renderer's output is sanitised
    return PartShown(run.pk, part.head, safe, None, "", part.started_at, part.ended_at)


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
