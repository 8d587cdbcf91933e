"""What a link shows: as it was or as it goes on, how much of it, to whom else; and going on from there."""

from __future__ import annotations

import asyncio
import re
from contextlib import closing
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from tests.support.page_socket import closed
from tests.support.provider import ScriptedProvider
from tests.support.room import Room, until
from tests.support.sharing import (
    ask,
    begin,
    change,
    frames_until,
    runs_on,
    share,
    shared_socket,
    stranger,
    turns,
    until_over,
    write,
)

GONE = 4404
SUFFIXES = ("", "conversation.md", "conversation.json")


def reply_of(room: Room, run: int) -> int:
    return int(room.rows("SELECT reply_id FROM conversations_run WHERE id = ?", run)[0][0])


# What of it is shown


def test_a_frozen_link_stays_as_it_was_and_a_live_one_goes_on(
    room: Room, alice: httpx.Client, anybody: httpx.Client, calls: ScriptedProvider, talk: str
) -> None:
    frozen, live = share(alice, f"{talk}share/"), share(alice, f"{talk}share/", live="1")
    before = anybody.get(f"{frozen.address}conversation.json").content
    ask(alice, talk, "And then?")
    calls.next_call().answer("", "Then it is green.")
    until_over(room, *runs_on(alice, talk))
    alice.post(f"{talk}title/", data={"title": "Renamed"})
    assert turns(anybody, frozen) == ["It is blue."]
    assert anybody.get(f"{frozen.address}conversation.json").content == before
    assert "Renamed" not in anybody.get(frozen.address).text
    assert turns(anybody, live) == ["It is blue.", "Then it is green."]
    assert "Renamed" in anybody.get(live.address).text
    assert alice.post(f"/links/{frozen.pk}/renew/").status_code == 200
    assert turns(anybody, frozen) == ["It is blue.", "Then it is green."]
    assert "Renamed" in anybody.get(frozen.address).text


@pytest.mark.parametrize("reasoning", ["folded", "none"])
def test_a_reply_that_was_at_work_stays_cut_off_where_it_was(
    room: Room, alice: httpx.Client, anybody: httpx.Client, calls: ScriptedProvider, reasoning: str
) -> None:
    address = begin(alice, "Count.")
    call = calls.next_call()
    (run,) = runs_on(alice, address)
    call.reasoning("One thought. ")
    call.content("One word. ")
    until(lambda: room.said(run, "content") == "One word. ", "it is written down")
    link = share(alice, f"{address}share/", reasoning=reasoning)
    pages = {}
    for when in ("before", "after"):
        pages[when] = [anybody.get(f"{link.address}{suffix}").content for suffix in SUFFIXES[1:3]]
        pages[when].append(re.sub(r'data-now="\d+"', "", anybody.get(link.address).text).encode())
        if when == "before":
            call.content("Two words.")
            call.finish()
            until_over(room, run)
    assert pages["before"] == pages["after"]
    assert turns(anybody, link) == ["One word."]
    assert b"It was still at work" in pages["after"][2]
    alice.post(f"/links/{link.pk}/renew/")
    assert turns(anybody, link) == ["One word. Two words."]
    assert "It was still at work" not in anybody.get(link.address).text


def test_a_branch_stays_a_branch_and_a_reply_is_alone(
    room: Room, alice: httpx.Client, anybody: httpx.Client, calls: ScriptedProvider
) -> None:
    address = begin(alice, "Which?", **{"lane-1-model": "played/second"})
    for call in (calls.next_call(), calls.next_call()):
        call.answer("", f"{call.model} first")
    left, right = runs_on(alice, address)
    until_over(room, left, right)
    branch = share(alice, f"/m/{reply_of(room, left)}/share/", scope="branch", live="1")
    alone = share(alice, f"/m/{reply_of(room, left)}/share/", scope="reply", live="1")
    whole = share(alice, f"{address}share/", live="1")
    assert alice.post(f"/runs/{left}/retry/").status_code == 200
    calls.next_call().answer("", "scripted again")
    until_over(room, *runs_on(alice, address))
    assert turns(anybody, whole) == ["scripted again", "second first"]
    assert turns(anybody, branch) == ["scripted first", "second first"]
    assert turns(anybody, alone) == ["scripted first"]
    assert anybody.get(alone.address).text.count('class="turn') == 2  # the turns, and the one
    assert "again" not in anybody.get(f"{branch.address}conversation.md").text
    for page in (branch, alone):
        assert 'class="siblings"' not in anybody.get(page.address).text
    frozen = share(alice, f"/m/{reply_of(room, left)}/share/", scope="branch")
    assert turns(anybody, frozen) == ["scripted first", "second first"]
    change(alice, frozen, scope="reply")
    assert turns(anybody, frozen) == ["scripted first"]


def test_search_engines_and_other_sites_only_where_that_was_asked_for(
    alice: httpx.Client, anybody: httpx.Client, talk: str
) -> None:
    usual = share(alice, f"{talk}share/")
    open_ = share(alice, f"{talk}share/", indexed="on", embeddable="on")
    gated = share(alice, f"{talk}share/", indexed="on", embeddable="on", password="open sesame")
    for link in (usual, gated):
        answer = anybody.get(link.address)
        assert "noindex" in answer.headers["X-Robots-Tag"]
        assert '<meta name="robots" content="noindex' in answer.text
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    answer = anybody.get(open_.address)
    assert answer.headers["X-Robots-Tag"] == "all"
    assert "noindex" not in answer.text
    assert "X-Frame-Options" not in answer.headers
    assert "frame-ancestors *" in answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    for path in (f"{open_.address}conversation.md", "/accounts/login/"):
        assert anybody.get(path).headers["X-Frame-Options"] == "DENY"
    # Never the path, which is the secret.
    assert anybody.get(open_.address).headers["Referrer-Policy"] in {"no-referrer", "strict-origin"}


# Pages that are open


@pytest.mark.parametrize("end", ["revoke", "expire", "delete"])
async def test_an_open_page_goes_blank_when_its_link_ends(
    room: Room, alice: httpx.Client, anybody: httpx.Client, calls: ScriptedProvider, end: str
) -> None:
    address = begin(alice, "Go on and on.")
    call = calls.next_call()
    link = share(alice, f"{address}share/", live="1")
    if end == "expire":
        soon = datetime.now(UTC) + timedelta(seconds=4)
        write(room, "UPDATE sharing_link SET expires_at = ? WHERE id = ?", soon.isoformat(), link.pk)
    async with shared_socket(room, anybody, link) as socket:
        call.content("One word.\n\n")
        call.reasoning("One thought.\n\n")
        await frames_until(socket, "One thought.")
        if end == "revoke":
            await asyncio.to_thread(alice.post, f"/links/{link.pk}/revoke/")
        elif end == "delete":
            await asyncio.to_thread(alice.post, f"{address}delete/")
        frames = await frames_until(socket, "innerHTML:#shared")
        assert frames[-1].endswith('<div hx-swap-oob="innerHTML:#shared"></div>')
        assert await closed(socket) == GONE
    assert (await asyncio.to_thread(anybody.get, link.address)).status_code == 404
    call.finish()


# Going on from there


def test_a_copy_is_taken_where_that_is_allowed(
    room: Room, alice: httpx.Client, charlie: httpx.Client, calls: ScriptedProvider, talk: str
) -> None:
    count = "SELECT count(*) FROM conversations_conversation"
    usual, open_ = share(alice, f"{talk}share/"), share(alice, f"{talk}share/", may_take="on")
    before = room.rows(count)[0][0]
    with closing(stranger(room)) as nobody:
        assert "/take/" not in nobody.get(open_.address).text
        nobody.get("/accounts/login/")
        csrf = {"X-CSRFToken": nobody.cookies["csrftoken"]}
        asked = nobody.post(f"{open_.address}take/", headers=csrf)
        assert asked.headers["Location"].startswith("/accounts/login/")
    assert "/take/" not in charlie.get(usual.address).text
    assert charlie.post(f"{usual.address}take/").status_code == 404
    assert charlie.get(f"{open_.address}take/").status_code == 405
    token = charlie.headers.pop("X-CSRFToken")
    assert charlie.post(f"{open_.address}take/").status_code == 403
    assert room.rows(count)[0][0] == before
    charlie.headers["X-CSRFToken"] = token
    taken = charlie.post(f"{open_.address}take/")
    assert re.fullmatch(r"/c/\d+/", taken.url.path)
    assert taken.url.path != talk
    assert "It is blue." in taken.text
    assert alice.get(taken.url.path).status_code == 404
    ask(charlie, taken.url.path, "Are you sure?")
    call = calls.next_call()
    said = [(message["role"], message["content"]) for message in call.body["messages"]]
    assert said == [("user", "What is it?"), ("assistant", "It is blue."), ("user", "Are you sure?")]
    call.answer("", "I am.")
    until_over(room, *runs_on(charlie, taken.url.path))
    assert runs_on(alice, talk)[1:] == []
    alice.post(f"/links/{open_.pk}/revoke/")
    assert "I am." in charlie.get(taken.url.path).text
