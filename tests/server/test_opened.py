"""Nobody reads somebody else's words without a trace: every view is walked, whatever it is for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import httpx
import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from tests.support.activity import person
from tests.support.provider import ScriptedProvider
from tests.support.room import Room, until
from tests.support.sharing import asked_and_answered, share, write

PROMPT, THOUGHT, ANSWER = "quillfeather", "marrowgate", "tansybrook"
PLANTED = (PROMPT, THOUGHT, ANSWER)
# What stands here is for whoever was given its address: who reads it is none of the review's business.
BY_ADDRESS = ("s/", "sign-in/")
# Signing out ends the walk, and the session that other tests go on with.
LEFT_OUT = ("accounts/logout/", "admin/logout/")
# Bob is a reviewer and owns nothing here: of all views these show him Alice's words.
SHOWN_TO_REVIEWERS = {
    "review/<int:run_id>/",
    "review/<int:run_id>/replies/",
    "review/<int:run_id>/<int:message_id>/text/",
    "review/<int:run_id>/<int:shown_id>/replay/",
    "review/<int:run_id>/wire/",
    "review/<int:run_id>/wire/<int:number>/curl/",
    "review/<int:run_id>/wire/<int:number>/body/",
    "review/<int:run_id>/wire/<int:number>/json/",
    "review/export/",
}


@pytest.fixture
def bob(room: Room) -> Iterator[httpx.Client]:
    with closing(room.signed_in("bob")) as client:
        yield client


@pytest.fixture
def dora(room: Room) -> Iterator[httpx.Client]:
    person(room, "dora", "administrator")
    with closing(room.signed_in("dora")) as client:
        yield client


@pytest.fixture
def numbers(room: Room, alice: httpx.Client, bob: httpx.Client, calls: ScriptedProvider) -> dict[str, Any]:
    """What stands in the addresses: all of it is Alice's, or about a reply of hers."""
    address, run = asked_and_answered(
        room, alice, calls, f"Of {PROMPT}?", f"It is **{ANSWER}**.", f"Perhaps {THOUGHT}, I think."
    )
    conversation = int(address.split("/")[2])
    reply = int(room.rows("SELECT reply_id FROM conversations_run WHERE id = ?", run)[0][0])
    link = share(alice, f"{address}share/")
    until(lambda: room.rows("SELECT 1 FROM ledger_entry WHERE run_id = ?", run), "the reply is in the books")
    until(lambda: room.rows("SELECT 1 FROM conversations_exchange WHERE run_id = ?", run), "the wire is recorded")
    alice.post(f"/runs/{run}/flag/", data={"word": f"see {THOUGHT}"})
    part = int(room.rows("SELECT min(id) AS id FROM conversations_part WHERE run_id = ?", run)[0]["id"])
    assert bob.get(f"/review/{run}/").status_code == 200  # who has not opened it cannot mark it
    mark = bob.post(f"/review/{run}/marks/", data={"part": "0", "exact": THOUGHT, "comment": "Why?"})
    assert mark.status_code == 200, mark.text
    bob.post("/review/labels/", data={"name": f"odd {run}"})
    bob.post("/review/filters/", data={"name": "Mine", "query": "status=failed"})
    bob.post(f"/review/{run}/assign/", data={"reviewer": str(_id(room, "accounts_user", "username = 'bob'"))})
    return {
        "conversation_id": conversation,
        "message_id": reply,
        "run_id": run,
        "shown_id": run,
        "index": 0,
        "number": 1,
        "link_id": link.pk,
        "mark_id": _id(room, "review_mark", f"run_id = {run}"),
        "label_id": _id(room, "review_label", "1 = 1"),
        "filter_id": _id(room, "review_savedfilter", "1 = 1"),
        "assignment_id": _id(room, "review_assignment", f"run_id = {run}"),
        "round_id": 1,
        "key": "0" * 32,
        "object_id": part,
        "app_label": "conversations",
        "content_type_id": 1,
        "url": "x",
    }


def _id(room: Room, table: str, condition: str) -> int:
    return int(room.rows(f"SELECT max(id) AS id FROM {table} WHERE {condition}")[0]["id"] or 1)


def addresses(patterns: list[Any], before: str = "") -> Iterator[str]:
    """All routes of the house."""
    for one in patterns:
        route = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from addresses(one.url_patterns, route)
        elif isinstance(one, URLPattern):
            yield route


def routes() -> list[str]:
    found = sorted(set(addresses(get_resolver().url_patterns)))
    assert len(found) > 120
    return [route for route in found if not route.startswith((*BY_ADDRESS, *LEFT_OUT))]


def path_of(route: str, numbers: dict[str, Any]) -> str:
    """A route with something of Alice's in each of its places."""
    if route.startswith("admin/") and "<path:object_id>" in route:
        table = route.split("/")[2]
        own = {"conversation": "conversation_id", "message": "message_id", "run": "run_id", "link": "link_id"}
        numbers = numbers | {"object_id": numbers[own.get(table, "object_id")]}
    plain = re.sub(r"\(\?P<(\w+)>[^)]*\)|\^|\$|\\Z|\?:", lambda found: f"<str:{found[1]}>" if found[1] else "", route)
    return "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(numbers.get(found[1], "1")), plain)


def openings(room: Room, run: int) -> int:
    return int(room.rows("SELECT count(*) AS n FROM review_opening WHERE run_id = ?", run)[0]["n"])


def openings_written(room: Room) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in room.rows("SELECT * FROM review_opening ORDER BY id")]


# Fields that make each form do something; unknown ones are passed over.
FORM = {"format": "jsonl", "why": "because", "prompt": "Again?", "text": "A word.", "comment": "A word.", "part": "0",
        "value": "wrong", "name": "A name", "reviewers": "2", "title": "A title", "word": "A word."}  # fmt: skip


def walk(room: Room, client: httpx.Client, numbers: dict[str, Any], method: str) -> tuple[set[str], list[str]]:
    """Ask for everything. Returns the routes that showed Alice's words, and those that left no trace of it."""
    shown: set[str] = set()
    untold: list[str] = []
    run = numbers["run_id"]
    record = openings_written(room)
    for route in routes():
        before = openings(room, run)
        data = {**FORM, "runs": str(run)} if method == "POST" else None
        answer = client.request(method, path_of(route, numbers), data=data, follow_redirects=False, timeout=60)
        assert answer.status_code != 500, route
        head = str(list(answer.headers.multi_items()))
        if any(word in answer.text.lower() or word in head for word in PLANTED):
            shown.add(route)
            if openings(room, run) == before:
                untold.append(route)
    # Whatever was asked for, what stood in the record stands there.
    assert openings_written(room)[: len(record)] == record
    return shown, untold


def test_whatever_shows_a_reviewer_somebodys_words_is_on_record(
    room: Room, bob: httpx.Client, numbers: dict[str, Any]
) -> None:
    shown, untold = walk(room, bob, numbers, "GET")
    # Of the export there is a form first.
    assert shown == SHOWN_TO_REVIEWERS - {"review/export/"}
    assert not untold
    before = openings(room, numbers["run_id"])
    shown, untold = walk(room, bob, numbers, "POST")
    assert "review/export/" in shown
    # What comes back when something is marked is the panel beside the words, on the page that was opened.
    panel = {route for route in untold if re.fullmatch(r"review/(<int:run_id>|marks/<int:mark_id>)/\w+/", route)}
    assert set(untold) == panel
    assert openings(room, numbers["run_id"]) > before


@pytest.mark.parametrize("who", ["charlie", "dora"])
def test_others_are_shown_nothing(
    room: Room, charlie: httpx.Client, dora: httpx.Client, numbers: dict[str, Any], who: str
) -> None:
    client = {"charlie": charlie, "dora": dora}[who]
    for method in ("GET", "POST"):
        shown, _ = walk(room, client, numbers, method)
        assert shown == set(), (method, shown)
    assert room.rows("SELECT 1 FROM review_opening WHERE name = ?", who) == []


def test_who_opened_it_is_told_to_the_owner(
    room: Room,
    alice: httpx.Client,
    bob: httpx.Client,
    charlie: httpx.Client,
    calls: ScriptedProvider,
    numbers: dict[str, Any],
) -> None:
    run, conversation = numbers["run_id"], numbers["conversation_id"]
    other, _ = asked_and_answered(room, alice, calls, "And this?", "That.")
    assert "Read by a reviewer" not in alice.get(other).text
    bob.get(f"/review/{run}/wire/")
    assert "Read by a reviewer" in alice.get(f"/c/{conversation}/").text
    told = alice.get(f"/c/{conversation}/reviewed/").text
    assert ">bob<" in told
    assert "Looked at on the wire" in told
    assert f'<q dir="auto">{THOUGHT}</q>' in told
    for client in (bob, charlie):
        assert client.get(f"/c/{conversation}/reviewed/").status_code == 404


def test_the_record_stays_when_what_was_opened_is_deleted(
    room: Room, alice: httpx.Client, bob: httpx.Client, numbers: dict[str, Any]
) -> None:
    bob.get(f"/review/{numbers['run_id']}/")
    record = openings_written(room)
    alice.post(f"/c/{numbers['conversation_id']}/delete/")
    assert not room.rows("SELECT 1 FROM conversations_run WHERE id = ?", numbers["run_id"])
    assert openings_written(room) == record


def test_an_opening_is_on_record_before_anything_is_shown(
    room: Room, bob: httpx.Client, numbers: dict[str, Any]
) -> None:
    """Where it cannot be written nothing is shown."""
    write(room, "ALTER TABLE review_opening RENAME TO review_opening_away")
    try:
        for path in (f"/review/{numbers['run_id']}/", f"/review/{numbers['run_id']}/wire/"):
            answer = bob.get(path)
            assert answer.status_code == 500
            assert not [word for word in PLANTED if word in answer.text]
    finally:
        write(room, "ALTER TABLE review_opening_away RENAME TO review_opening")
