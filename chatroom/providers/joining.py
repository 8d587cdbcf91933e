"""Neighbouring pieces of one text as one: what came together is placed, kept and shown together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from chatroom.providers.events import ContentDelta, Event, ReasoningDelta


def joined(events: Sequence[Event]) -> Iterator[Event]:
    """The same events, with neighbours joined that are text of one kind."""
    start, count = 0, len(events)
    while start < count:
        first = events[start]
        end = start + 1
        if isinstance(first, ContentDelta):
            texts = [first.text]
            while end < count and isinstance(more := events[end], ContentDelta):
                texts.append(more.text)
                end += 1
            yield ContentDelta("".join(texts)) if end > start + 1 else first
        elif isinstance(first, ReasoningDelta):
            texts = [first.text]
            while (
                end < count and isinstance(more := events[end], ReasoningDelta) and more.provenance is first.provenance
            ):
                texts.append(more.text)
                end += 1
            yield ReasoningDelta("".join(texts), first.provenance) if end > start + 1 else first
        else:
            yield first
        start = end
