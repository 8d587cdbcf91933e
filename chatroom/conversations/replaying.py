"""A reply played again as it came: the fragments that a page was sent, each with its time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import groupby

from chatroom.conversations import deltas
from chatroom.conversations.fragments import run_news
from chatroom.conversations.models import Run
from chatroom.conversations.presenting import RunRender
from chatroom.conversations.sight import OWNERS, Sight
from chatroom.providers.parts import PartKind

# What came within so many milliseconds is shown together: an eye sees no more.
TOGETHER = 50


def replay(run: Run, sight: Sight = OWNERS, upto: int | None = None) -> Iterator[str]:
    """One line of JSON for each moment, `[milliseconds since the first, HTML]`; the last says when it was over.

    `upto`: as far as that seq. Readers without reasoning begin with the first word of the rest. What seemed an answer
    and turned out to be thought is played as thought: the log knows it by now.
    """
    rows = deltas.read(run.pk, 0, upto)
    visible = [row for row in rows if sight.reasoning or row.head.kind is not PartKind.REASONING]
    began = visible[0].at if visible else 0
    rendering = RunRender(run.pk, sight, sure=not run.is_live)
    for moment, together in groupby(rows, key=lambda row: max(0, row.at - began) // TOGETHER):
        now = list(together)
        rendering.apply(now)
        if html := run_news(rendering):
            yield _line(moment * TOGETHER, html)
    if run.ended_at and upto is None:
        rendering.end(run.ended_at)
        yield _line(max(0, round(run.ended_at.timestamp() * 1000) - began), run_news(rendering))


def _line(milliseconds: int, html: str) -> str:
    return json.dumps([milliseconds, html], ensure_ascii=False) + "\n"
