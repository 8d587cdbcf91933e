"""Every way to go wrong that can be provoked from outside, with planted words; none of them is in the log."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import aiohttp
import httpx
import pytest

from tests.conftest import KEY, write_providers
from tests.support.database import connected
from tests.support.page_socket import closed, page_socket
from tests.support.provider import ScriptedProvider
from tests.support.room import Room, running_room, until

FORM = {"lane-0-model": "played/scripted"}
# Each is planted somewhere; whoever finds one in the log knows what was said, searched for, or how to get in.
PROMPT, THOUGHT, ANSWER, SEARCH, TITLE = (f"{word}-wombat" for word in ("asked", "thought", "said", "sought", "named"))
PLANTED = (PROMPT, THOUGHT, ANSWER, SEARCH, TITLE, KEY, "wombat")


@pytest.fixture
def room(tmp_path: Path, provider: ScriptedProvider) -> Iterator[Room]:
    with running_room(tmp_path / "data", CHATROOM_PROVIDERS=write_providers(tmp_path, provider)) as running:
        running.people()
        yield running


@pytest.fixture
def alice(room: Room) -> Iterator[httpx.Client]:
    with closing(room.signed_in("alice")) as client:
        yield client


def change(room: Room, statement: str) -> None:
    """Do something to the database behind the room's back."""
    if room.database_url:
        with connected(room.database_url) as connection:
            connection.execute(statement)
        return
    with closing(sqlite3.connect(room.data / "chatroom.sqlite3", timeout=20)) as file:
        file.executescript(statement)


REFUSING = "BEFORE INSERT ON conversations_delta"
ON_SQLITE = f"""
CREATE TRIGGER refuse {REFUSING} WHEN NEW.text LIKE '%{ANSWER}%'
BEGIN SELECT RAISE(ABORT, 'cannot store {ANSWER}'); END"""
ON_POSTGRES = f"""
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE integrity_constraint_violation USING MESSAGE = 'cannot store ' || NEW.text; END $$;
CREATE TRIGGER refuse {REFUSING} FOR EACH ROW WHEN (NEW.text LIKE '%{ANSWER}%') EXECUTE FUNCTION refuse()"""


def begin(client: httpx.Client) -> str:
    answer = client.post("/begin/", data=FORM | {"prompt": PROMPT}, follow_redirects=False)
    return answer.headers["Location"]


def run_of(client: httpx.Client, address: str) -> int:
    found = re.search(r'data-run="(\d+)"', client.get(address).text)
    assert found
    return int(found[1])


def lines(room: Room) -> list[dict[str, Any]]:
    return [json.loads(line) for line in list(room.output) if line.startswith("{")]


def test_nothing_that_was_said_and_no_key_is_in_the_log(
    room: Room, alice: httpx.Client, calls: ScriptedProvider
) -> None:
    def ended(run: int) -> Callable[[], Any]:
        return lambda: room.rows("SELECT 1 FROM conversations_run WHERE id = ? AND ended_at IS NOT NULL", run)

    # A provider that sends garbage, with the key and what was said in it; one that says what is wrong with the key.
    address = begin(alice)
    call = calls.next_call()
    call.reasoning(THOUGHT)
    call.raw(f"data: {{not json {ANSWER} {KEY} {call.headers['authorization']}}}\n\n".encode())
    call.hang_up()
    garbage = run_of(alice, address)
    until(ended(garbage), "the garbage is over")
    calls.refuse(401, f"No such key: {KEY}, while answering {PROMPT}")
    refused = run_of(alice, begin(alice))
    until(ended(refused), "the refusal is over")

    # A database that refuses a row, and says which.
    change(room, ON_POSTGRES if room.database_url else ON_SQLITE)
    unstored = run_of(alice, begin(alice))
    calls.next_call().answer("", ANSWER)
    until(ended(unstored), "what cannot be stored is over")

    # A page that cannot be made from what is stored.
    address = begin(alice)
    call = calls.next_call()
    call.reasoning(f"First {THOUGHT}.")
    broken = run_of(alice, address)
    until(lambda: room.said(broken, "reasoning"), "it is stored")
    change(room, f"UPDATE conversations_delta SET kind = 'wombat' WHERE run_id = {broken}")
    assert alice.get(address).status_code == 500

    # The socket of that page: its reader fails, in whatever thread it reads.
    async def read() -> None:
        path = "/news" + address.removeprefix("/c") + f"?shape={SEARCH}&at={broken}:0"
        async with page_socket(room, alice, path) as reader:
            assert await closed(reader) == 4503

    asyncio.run(read())
    change(room, f"UPDATE conversations_delta SET kind = 'text' WHERE run_id = {broken}")
    call.finish()
    until(ended(broken), "the broken one is over")

    # Forms that are none, hosts that are not ours.
    alice.post("/begin/", data=dict.fromkeys((f"{PROMPT}-{n}" for n in range(2000)), ANSWER))
    alice.post(
        "/begin/", content=b"--x\r\n" + ANSWER.encode(), headers={"Content-Type": "multipart/form-data; boundary=x"}
    )
    alice.post("/begin/", content=ANSWER.encode(), headers={"Content-Type": "application/json; charset=wombat"})
    alice.get("/", headers={"Host": "elsewhere.example"})
    alice.post("/begin/", data=FORM | {"prompt": PROMPT}, headers={"X-CSRFToken": "x"})
    alice.post("/begin/", data={"prompt": PROMPT, "lane-0-model": f"played/{ANSWER}"})

    # A table is gone: a search, a title, a sign-in link and a socket meet that, outside Django's own pages too.
    address = begin(alice)
    calls.next_call().finish()
    change(room, "ALTER TABLE accounts_signinlink RENAME TO hidden_links")
    change(room, "ALTER TABLE conversations_conversation RENAME TO hidden")
    with httpx.Client(base_url=room.url) as stranger:
        assert stranger.get(f"/sign-in/{TITLE}-token/").status_code == 500
    assert alice.get("/rail/", params={"q": SEARCH}).status_code == 500
    assert alice.post(f"{address}title/", data={"title": TITLE}).status_code == 500

    async def meet() -> None:
        with contextlib.suppress(aiohttp.ClientError):
            async with page_socket(room, alice, "/news" + address.removeprefix("/c") + f"?shape={SEARCH}") as socket:
                await closed(socket)

    asyncio.run(meet())
    until(lambda: any("Exception inside application" in line["message"] for line in lines(room)), "Daphne tells")

    log = "".join(room.output)
    found = {word for word in PLANTED if word in log}
    assert not found, [line for line in room.output if any(word in line for word in PLANTED)]
    assert alice.cookies["sessionid"] not in log

    # All of it was told, each line as one object, and about which run.
    told = lines(room)
    assert all({"time", "level", "logger", "message", "worker"} <= line.keys() for line in told)
    server = [line for line in room.output if not line.startswith("{")]
    assert not any("Traceback" in line or "Error" in line for line in server)
    assert {line["message"] for line in told if line.get("run") == garbage} >= {
        f"Run {garbage} begins",
        f"Run {garbage} ended: failed malformed",
    }
    assert [line["message"] for line in told if line.get("run") == refused][-1] == (
        f"Run {refused} ended: failed authentication"
    )
    stored = next(line for line in told if line["message"] == f"Run {unstored} could not be stored")
    assert stored["run"] == unstored
    assert stored["exception"].startswith("django.db.utils.IntegrityError")
    codes = (
        "sqlite3.IntegrityError (SQLITE_CONSTRAINT_TRIGGER)",
        "psycopg.errors.IntegrityConstraintViolation (23000)",
    )
    assert f"because of {codes[bool(room.database_url)]}" in stored["exception"]
    pages = [line for line in told if line["logger"] == "django.request"]
    assert {line["message"] for line in pages} >= {
        "Internal Server Error: /c/<int:conversation_id>/",
        "Internal Server Error: /sign-in/<str:token>/",
        "Internal Server Error: /rail/",
    }
    assert all("Error" in line["exception"].splitlines()[0] for line in pages)
    gone = "does not exist" if room.database_url else "no such table"
    assert any(gone in line["exception"] for line in pages)
