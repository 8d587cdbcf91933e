"""Search as people have it: over HTTP, in the list at the side, as Alice, Bob and Charlie."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from contextlib import closing

import httpx
import pytest

from tests.support.provider import ScriptedProvider
from tests.support.room import Room, until


@pytest.fixture
def alice(room: Room) -> Iterator[httpx.Client]:
    with closing(room.signed_in("alice")) as client:
        yield client


def talk(client: httpx.Client, calls: ScriptedProvider, room: Room, prompt: str, thought: str, answer: str) -> str:
    """A conversation with one reply that is over; its address."""
    form = {"prompt": prompt, "lane-0-model": "played/scripted"}
    address = client.post("/begin/", data=form, follow_redirects=False).headers["Location"]
    calls.next_call().answer(thought, answer)
    [run] = re.findall(r'data-run="(\d+)"', client.get(address).text)
    until(
        lambda: room.rows("SELECT 1 FROM conversations_run WHERE id = ? AND ended_at IS NOT NULL", int(run)), "the end"
    )
    return str(address)


def test_words_of_a_thought_lead_to_where_they_stand(alice: httpx.Client, calls: ScriptedProvider, room: Room) -> None:
    address = talk(alice, calls, room, "A question", "Perhaps the <b>aardvark</b> knows.", "No.")
    listed = alice.get("/rail/", params={"q": "AARDVARK"}).text
    assert "<b>Thought</b> Perhaps the &lt;b&gt;<mark>aardvark</mark>&lt;/b&gt; knows." in listed
    [(message, anchor)] = re.findall(r'href="(/m/\d+/)#([\w-]+)"', listed)
    page = alice.get(message)
    assert page.url.path == address
    assert f'id="{anchor}"' in page.text
    assert "aardvark" in page.text.partition(f'id="{anchor}"')[2]


def test_the_line_says_whose_words_they_are(alice: httpx.Client, calls: ScriptedProvider, room: Room) -> None:
    talk(alice, calls, room, "A first line\n\nthen a pangolin", "", "An answer with an okapi")
    assert "<b>You</b>" in alice.get("/rail/?q=pangolin").text
    assert "<b>Answer</b> An answer with an <mark>okapi</mark>" in alice.get("/rail/?q=okapi").text
    by_title = alice.get("/rail/?q=A first line").text
    assert "rail-hit" not in by_title
    assert f'href="{by_title.split("href=")[1][1:].partition(chr(34))[0]}"' in by_title


def test_nobody_finds_what_another_said(room: Room, calls: ScriptedProvider, alice: httpx.Client) -> None:
    talk(alice, calls, room, "About the quokka", "quokka thought", "quokka answer")
    for name in ("bob", "charlie"):
        with closing(room.signed_in(name)) as stranger:
            for words in ("quokka", "About the q", "kk"):
                answer = stranger.get("/rail/", params={"q": words})
                assert answer.status_code == 200
                assert "quokka" not in answer.text
                assert "Nothing that was said here holds these words." in answer.text
    assert "quokka" in alice.get("/rail/?q=quokka").text


def test_words_that_nobody_said_are_not_found(alice: httpx.Client) -> None:
    for words in ("zyzzyva", "qx", "'\"; DROP TABLE", "%", "NEAR(", '"', "a" * 5_000, "\0", "🜁"):
        answer = alice.get("/rail/", params={"q": words})
        assert answer.status_code == 200, words
        assert "<mark>" not in html.unescape(answer.text) or words in ("%", '"')


def test_a_deleted_conversation_is_found_no_more(alice: httpx.Client, calls: ScriptedProvider, room: Room) -> None:
    address = talk(alice, calls, room, "To be gone", "numbat", "numbat")
    assert "numbat" in alice.get("/rail/?q=numbat").text
    assert alice.post(f"{address}delete/").status_code == 200
    assert "numbat" not in alice.get("/rail/?q=numbat").text


def test_a_page_loaded_again_is_the_same(alice: httpx.Client, calls: ScriptedProvider, room: Room) -> None:
    address = talk(alice, calls, room, "Once <and> again", "A *thought*", "An **answer**")
    turns = [alice.get(address).text.partition('id="turns"')[2].partition('class="dock"')[0] for _ in range(3)]
    assert turns[0] == turns[1] == turns[2]
    assert "<strong>answer</strong>" in turns[0]
    assert "&lt;turns&gt;" not in turns[0]
    assert "<turns>" not in alice.get(address).text


def test_a_title_can_hold_anything(alice: httpx.Client, calls: ScriptedProvider, room: Room) -> None:
    address = talk(alice, calls, room, "<turns>", "", "Fine")
    page = alice.get(address)
    assert page.status_code == 200
    assert page.text.count('class="turn"') + page.text.count('class="turn ') == 1
