"""Pages and search in a room of a million messages, over HTTP, one request after the other.

Every load counts, the first ones too: of each long conversation one load finds nothing drawn yet, since the server has
just been started. `python -m bench.pages` prints the numbers; see `bench.seed` for the room.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles

import httpx

from bench.processes import Process, free_port
from bench.seed import environment, manage, seeded

SEED_SECONDS = 95.0
LOADS, LIST_LOADS, SEARCHES = 25, 60, 6
# People who have a conversation of 1,000 messages, with a session each; and what is seldom in a room, from the record.
WHO = """
import json
from django.contrib.auth import HASH_SESSION_KEY, BACKEND_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db.models import Count
from chatroom.conversations.models import Conversation
people = []
long = Conversation.objects.annotate(said=Count("messages")).filter(said=1000).select_related("owner").order_by("pk")
for conversation in long[:8]:
    session, user = SessionStore(), conversation.owner
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    people.append((session.session_key, conversation.pk))
print(json.dumps(people))
"""
WORDS = {
    "frequent": ["the", "answer", "because"],
    "common": ["onion", "museum", "harbour"],
    "rare": ["quinquereme", "tinnitus", "semaphore"],
    "absent": ["zyzzyva", "qwertz", "floccinaucinihilipilification"],
    "two_words": ["the onion", "first case", "night train"],
    "accents": ["Zürich", "crème brûlée", "Dvořák"],
    "other_scripts": ["京都", "猫", "ударение"],
    "two_letters": ["th", "zü", "qz"],
}

Numbers = dict[str, float]


def measure() -> Numbers:
    """The list, pages and searches: medians and 95th percentiles in milliseconds."""
    data, messages = seeded(SEED_SECONDS)
    people = json.loads(manage(data, "shell", "-v", "0", "-c", WHO).splitlines()[-1])
    with _room(data) as url:
        readers = [(httpx.Client(base_url=url, cookies={"sessionid": key}, timeout=60), pk) for key, pk in people]
        first, pages = _pages(readers)
        one, _ = readers[0]
        numbers = {
            **_spread("list", (_timed(one, "/") for _ in range(LIST_LOADS))),
            **_spread("page_1000", [*first, *pages]),
            "page_1000_first_ms": median(first) if first else 0.0,
            "page_1000_kb": len(one.get(f"/c/{readers[0][1]}/").content) / 1000,
            **_searches(readers),
            "search_messages": messages,
        }
        for client, _ in readers:
            client.close()
    return numbers


def _pages(readers: list[tuple[httpx.Client, int]]) -> tuple[list[float], list[float]]:
    """The first load of each conversation, and all others, in turns."""
    turns = [[_timed(client, f"/c/{pk}/") for client, pk in readers] for _ in range(LOADS)]
    return turns[0], [one for turn in turns[1:] for one in turn]


def _searches(readers: list[tuple[httpx.Client, int]]) -> Numbers:
    """Each word several times, for one person after the other."""
    numbers: Numbers = {}
    every: list[float] = []
    for kind, words in WORDS.items():
        some = [
            _timed(readers[(number + at) % len(readers)][0], "/rail/", q=word)
            for number in range(SEARCHES)
            for at, word in enumerate(words)
        ]
        numbers |= _spread(f"search_{kind}", some)
        every += some
    return _spread("search", every) | numbers


def _timed(client: httpx.Client, address: str, **query: str) -> float:
    began = time.perf_counter()
    answer = client.get(address, params=query)
    took = 1000 * (time.perf_counter() - began)
    if answer.status_code != 200:
        raise RuntimeError(f"{address} answered {answer.status_code}")
    return took


def _spread(name: str, times: Iterable[float]) -> Numbers:
    some = list(times)
    return {f"{name}_p50_ms": median(some), f"{name}_p95_ms": quantiles(some, n=20, method="inclusive")[-1]}


@contextmanager
def _room(data: Path) -> Iterator[str]:
    port = free_port()
    log = data / "log"
    process = Process(["manage.py", "serve", "--port", str(port)], log, environment(data))
    try:
        process.wait_for_port(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.stop()


if __name__ == "__main__":
    for name, value in measure().items():
        sys.stdout.write(f"{name:28} {value:,.1f}\n")
