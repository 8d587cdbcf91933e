"""Recorded exchanges as the wire view shows them."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from html import escape
from itertools import chain, islice
from typing import Any

from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from chatroom.conversations.models import Exchange, Run, span
from chatroom.conversations.wire.events import BEGINNING_BYTES, Framing, WireEvent, framing_of, read, split
from chatroom.conversations.wire.json_text import is_json, pretty_html
from chatroom.conversations.wire.record import WRITE_SECONDS, pieces_of

# Events on one page, and characters of each that are shown; the rest is in the download.
EVENTS_A_PAGE = 100
LONGEST_EVENT = 10_000
LONGEST_BODY = 50_000
# An event with more characters is folded at first, with so many of them beside its name.
SHORT = 300
GLIMPSE = 120


@dataclass(frozen=True, slots=True)
class EventShown:
    """An event of an answer. `at` and `since`: the time since the request, and since the event before."""

    number: int
    at: str
    since: str
    name: str
    html: SafeString
    glimpse: str
    folded: bool


@dataclass(frozen=True, slots=True)
class ExchangeShown:
    """A request and what came back: some of its events, `first` to `last`, from 1."""

    exchange: Exchange
    body: SafeString
    framing: Framing
    events: Sequence[EventShown]
    more: bool
    # Whether more may come. If not, and no end is recorded, the record is incomplete.
    going_on: bool

    @property
    def first(self) -> int:
        """The number of the first event that is shown; 0: there is none."""
        return self.events[0].number if self.events else 0

    @property
    def last(self) -> int:
        """The number of the last event that is shown."""
        return self.events[-1].number if self.events else 0

    @property
    def seconds(self) -> float | None:
        """From the request to the end; None where no end is recorded."""
        return span(self.exchange.sent_at, self.exchange.ended_at)


def shown(run: Run, exchanges: Iterable[Exchange], after: int = 0) -> list[ExchangeShown]:
    """Exchanges of `run`, in order, each with a page of its events: those after number `after`."""
    found = list(exchanges)
    latest = max((exchange.number for exchange in found), default=0)
    return [_shown(exchange, after, _may_go_on(run) and exchange.number == latest) for exchange in found]


def body_of(exchange: Exchange) -> tuple[Framing, Iterator[WireEvent]]:
    """What the body of an answer is made of, and its events."""
    pieces = pieces_of(exchange)
    beginning = []
    size = 0
    for piece in pieces:
        beginning.append(piece)
        size += len(piece[1])
        if size >= BEGINNING_BYTES:
            break
    framing = framing_of(header(exchange.response_headers, "content-type"), b"".join(data for _, data in beginning))
    return framing, split(chain(beginning, pieces), framing)


def as_json(exchange: Exchange) -> dict[str, Any]:
    """An exchange for other programs.

    request     {method, url, headers [[name, value]], body, sent_at}
    response    {status, headers, framing, ended_at, events [{ms, text, or base64 where it is not UTF-8}]}
                `ms` since the request was sent; the events joined are the body. Status null: no answer came.
    """
    framing, events = body_of(exchange)
    return {
        "request": {
            "method": "POST",
            "url": exchange.url,
            "headers": exchange.request_headers,
            "body": exchange.request_body,
            "sent_at": exchange.sent_at,
        },
        "response": {
            "status": exchange.status,
            "headers": exchange.response_headers,
            "framing": framing.value,
            "ended_at": exchange.ended_at,
            "events": [{"ms": event.at} | _as_text(event.data) for event in events],
        },
    }


def header(headers: Iterable[Sequence[str]], name: str) -> str:
    """The value of a header, by its name in lower case; "" where it is not there."""
    return next((value for key, value in headers if key.lower() == name), "")


def _shown(exchange: Exchange, after: int, may_go_on: bool) -> ExchangeShown:
    framing, all_events = body_of(exchange)
    # One before the page, from which the first is as far away as it says; and one after, to know whether there is.
    begin = max(0, after - 1)
    events = list(islice(all_events, begin, after + EVENTS_A_PAGE + 1))
    before = events.pop(0).at if after and events else 0
    page = []
    for number, event in enumerate(events[:EVENTS_A_PAGE], after + 1):
        page.append(_event(number, event, before, framing))
        before = event.at
    return ExchangeShown(
        exchange,
        _html(exchange.request_body, LONGEST_BODY),
        framing,
        page,
        more=len(events) > EVENTS_A_PAGE,
        going_on=exchange.ended_at is None and may_go_on,
    )


def _event(number: int, event: WireEvent, before: int, framing: Framing) -> EventShown:
    reading = read(event, framing)
    return EventShown(
        number,
        _seconds(event.at),
        _seconds(event.at - before),
        reading.name,
        _html(reading.text, LONGEST_EVENT),
        reading.text[:GLIMPSE],
        folded=len(reading.text) > SHORT,
    )


def _seconds(milliseconds: int) -> str:
    return f"{milliseconds / 1000:.3f} s"


def _html(text: str, most: int) -> SafeString:
    if is_json(text):
        return mark_safe(pretty_html(text, most))  # noqa: S308 - escaped word by word
    cut = escape(text[:most], quote=False)
    return mark_safe(cut if len(text) <= most else f"{cut}…")  # noqa: S308


def _may_go_on(run: Run) -> bool:
    """Whether of `run` something may not have been said, or not be written yet."""
    return run.ended_at is None or timezone.now() - run.ended_at < timedelta(seconds=WRITE_SECONDS)


def _as_text(data: bytes) -> dict[str, str]:
    try:
        return {"text": data.decode()}
    except UnicodeDecodeError:
        return {"base64": b64encode(data).decode()}
