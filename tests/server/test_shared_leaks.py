"""What a link does not show, nobody gets who was sent it: every byte of theirs is searched for planted words."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import httpx
import pytest

from chatroom.sharing.picture.card import draw_card
from chatroom.sharing.preview import Card
from tests.conftest import write_providers
from tests.support.provider import ScriptedProvider
from tests.support.room import Room, running_room, until
from tests.support.sharing import (
    Haul,
    Shared,
    ask,
    asked_and_answered,
    begin,
    frames_until,
    knock,
    number_from,
    runs_on,
    share,
    shared_socket,
    stranger,
    until_over,
)
from tests.support.sharing import write as write_record

TITLE = "What is planted here?"
# Of thought, wherever it came from.
RAW, SUMMARY, SEEMED, GIVEN, BROKEN_OFF = "Zqraw7thought", "Zqsummary7", "Zqseemed7", "Zqgiven7", "Zqbroken7off"
THOUGHTS = {RAW, SUMMARY, SEEMED, GIVEN, BROKEN_OFF}
# What nobody is shown by any link.
ERROR, SEALED, SIBLING, ELSEWHERE = "Zqerror7text", "Zqsealed7piece", "Zqsibling7", "Zqelsewhere7"
ALWAYS_HIDDEN = {ERROR, SEALED, SIBLING, ELSEWHERE}
OWNER = "Zqowner7name"
MODELS = {"scripted", "played"}

# Numbers of rows that nobody takes for anything else, far enough from each other.
FIRST_NUMBERS = {
    "conversations_conversation": 3_141_000,
    "conversations_message": 4_242_000,
    "conversations_run": 5_353_000,
    "conversations_part": 6_464_000,
    "sharing_link": 7_575_000,
}


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory, provider: ScriptedProvider) -> Iterator[Room]:
    """A room whose rows have numbers that can be told from others."""
    folder: Path = tmp_path_factory.mktemp("leaks")
    with running_room(folder / "data", CHATROOM_PROVIDERS=write_providers(folder, provider)) as running:
        running.people()
        for table, first in FIRST_NUMBERS.items():
            number_from(running, table, first)
        write_record(running, "UPDATE accounts_user SET first_name = ? WHERE username = 'alice'", OWNER)
        yield running


@pytest.fixture(scope="module")
def alice(room: Room) -> Iterator[httpx.Client]:
    with closing(room.signed_in("alice")) as client:
        yield client


@pytest.fixture
def readers(room: Room) -> Iterator[dict[str, httpx.Client]]:
    """Who is sent links: somebody without an account, and Charlie, who has one."""
    with ExitStack() as stack:
        charlie = stack.enter_context(closing(room.signed_in("charlie")))
        yield {"nobody": stack.enter_context(closing(stranger(room))), "charlie": charlie}


@pytest.fixture(scope="module")
def planted(room: Room, alice: httpx.Client, provider: ScriptedProvider) -> str:
    """A conversation in which thought came in every way there is. Its address."""
    provider.forget()
    asked_and_answered(room, alice, provider, f"{ELSEWHERE} prompt", f"{ELSEWHERE} answer", f"{ELSEWHERE} thought")
    address, first = asked_and_answered(room, alice, provider, TITLE, f"{SIBLING} answer", f"{SIBLING} thought")
    assert alice.post(f"/runs/{first}/retry/").status_code == 200
    usage = {"prompt_tokens": 12_001, "completion_tokens": 12_002, "completion_tokens_details": {"reasoning_tokens": 7}}
    provider.next_call().answer(f"So {RAW} & <b>{RAW}</b>.", "The first answer.", **usage)
    _over(room, alice, address)

    ask(alice, address, "And the second?")
    call = provider.next_call()
    call.delta(reasoning_details=[{"type": "reasoning.summary", "summary": f"**{SUMMARY}** it is", "index": 0}])
    call.delta(reasoning_details=[{"type": "reasoning.encrypted", "data": SEALED, "index": 1, "id": SEALED}])
    call.answer(content="The second answer.")
    _over(room, alice, address)

    ask(alice, address, "And one that breaks off?")
    call = provider.next_call()
    call.reasoning(f"It was {BROKEN_OFF}")
    call.content("The third answer, not wh")
    call.event({"error": {"message": f"{ERROR} of org-12345", "code": 400}})
    _over(room, alice, address)

    ask(alice, address, "And handed over?")
    provider.next_call().answer(f"Take {GIVEN} along.", f"{SIBLING} again")
    run = _over(room, alice, address)
    form = alice.get(f"/runs/{run}/parts/0/hand-over/").text
    fields = dict(re.findall(r'name="(form_key|seen)" value="([^"]*)"', form))
    fields |= {"thought": f"Take {GIVEN} along.", "lane-0-model": "played/scripted"}
    assert alice.post(f"/runs/{run}/parts/0/handed-over/", data=fields).status_code == 200
    provider.next_call().answer("", "The fourth answer.")
    _over(room, alice, address)

    ask(alice, address, "And without an opening tag?")
    call = provider.next_call()
    call.content(f"{SEEMED} is what I\n")
    call.content(f"think, {SEEMED}.\n</think>\n\nThe fifth answer.")
    call.finish()
    _over(room, alice, address)
    return address


def _over(room: Room, client: httpx.Client, address: str) -> int:
    *_, run = runs_on(client, address)
    until_over(room, run)
    return run


def numbers_of_rows(room: Room) -> set[int]:
    """All numbers of rows that a reader may not learn: Alice's."""
    conversations = "SELECT c.id FROM conversations_conversation c JOIN accounts_user u ON u.id = c.owner_id"
    conversations += " WHERE u.username = 'alice'"
    messages = f"SELECT id FROM conversations_message WHERE conversation_id IN ({conversations})"
    runs = f"SELECT id FROM conversations_run WHERE reply_id IN ({messages})"
    parts = f"SELECT id FROM conversations_part WHERE run_id IN ({runs})"
    return {
        row[0]
        for query in (conversations, messages, runs, parts, "SELECT id FROM sharing_link")
        for row in room.rows(query)
    }


ANSWERS = [f"The {which} answer" for which in ("first", "second", "third", "fourth", "fifth")]


@pytest.mark.parametrize("live", ["0", "1"])
def test_a_link_without_reasoning_gives_nobody_a_word_of_it(
    room: Room, alice: httpx.Client, planted: str, readers: dict[str, httpx.Client], live: str
) -> None:
    wishes = {"live": live, "reasoning": "none", "shows_models": "", "may_take": "on"}
    link = share(alice, f"{planted}share/", **wishes)
    numbers = numbers_of_rows(room)
    for who, client in readers.items():
        haul = Haul()
        answers = haul.take_all(client, link.address)
        assert all(answer in answers[0].text for answer in ANSWERS), who
        haul.take(client, link.address, "HEAD")
        haul.take(client, link.address, headers={"Sec-Fetch-Dest": "iframe", "User-Agent": "Twitterbot/1.0"})
        haul.take(client, f"{link.address}1234567/text/")
        haul.take(client, f"{link.address}knock/", "POST")
        assert haul.with_any({*THOUGHTS, *ALWAYS_HIDDEN, OWNER, *MODELS}) == [], who
        assert haul.with_any({"alice"}) == [], who
        assert haul.with_numbers(numbers | {12_001, 12_002}) == [], who
        assert len(haul.got) > 20, who
        for answer in answers:
            if answer.status_code == 405:  # what is only done by POST
                continue
            assert "etag" not in answer.headers, answer.url
            assert "last-modified" not in answer.headers, answer.url
            assert answer.headers["Cache-Control"] == "private, no-store", answer.url
            assert answer.headers["Referrer-Policy"] == "strict-origin", answer.url
    (card,) = (answer for answer in answers if answer.url.path.endswith("card.png"))
    assert card.content == draw_card(Card(TITLE, (), TITLE))


def test_what_its_owner_is_shown_beforehand_holds_no_word_of_it(alice: httpx.Client, planted: str) -> None:
    form = {"scope": "conversation", "reasoning": "none", "do": "preview"}
    haul = Haul()
    for live in "01":
        page = haul.take(alice, f"{planted}share/", "POST", data={**form, "live": live})
        assert all(answer in page.text for answer in ANSWERS)
    assert haul.with_any({*THOUGHTS, *ALWAYS_HIDDEN, OWNER, *MODELS}) == []


@pytest.mark.parametrize("reasoning", ["folded", "open"])
def test_a_link_with_reasoning_gives_it_and_what_else_it_is_to_show(
    room: Room, alice: httpx.Client, planted: str, readers: dict[str, httpx.Client], reasoning: str
) -> None:
    """So that the words above are looked for where they would be; and what no link shows is missing here, too."""
    wishes = {"reasoning": reasoning, "shows_owner": "on", "shows_numbers": "on"}
    link = share(alice, f"{planted}share/", **wishes)
    for who, client in readers.items():
        for suffix in ("", "conversation.md", "conversation.json"):
            haul = Haul()
            haul.take(client, link.address + suffix)
            for word in THOUGHTS:
                assert haul.with_any({word}), f"{word} in {suffix} for {who}"
        haul = Haul()
        haul.take_all(client, link.address)
        assert haul.with_any(ALWAYS_HIDDEN) == [], who
        assert haul.with_numbers(numbers_of_rows(room)) == [], who
        shown = {"page": haul.got[0][1].decode(), "data": client.get(f"{link.address}conversation.json").text}
        assert OWNER in shown["page"]
        assert "Scripted" in shown["page"]
        assert "Scripted" in shown["data"]
        assert "12002 out" in shown["page"]
        assert json.loads(shown["data"])["turns"][0]["replies"][0]["usage"]["output"] == 12_002


@pytest.mark.parametrize("live", ["0", "1"])
def test_the_copy_that_is_taken_holds_no_word_of_it(
    room: Room, alice: httpx.Client, planted: str, readers: dict[str, httpx.Client], live: str
) -> None:
    link = share(alice, f"{planted}share/", live=live, reasoning="none", shows_models="", may_take="on")
    originals = numbers_of_rows(room)
    taken = readers["charlie"].post(f"{link.address}take/")
    assert taken.status_code == 200
    haul = Haul()
    page = haul.take(readers["charlie"], taken.url.path)
    assert all(answer in page.text for answer in ANSWERS)
    for run in runs_on(readers["charlie"], taken.url.path):
        haul.take(readers["charlie"], f"/runs/{run}/sent/")
        haul.take(readers["charlie"], f"/runs/{run}/wire/")
    for number in re.findall(r"/m/(\d+)/text/", page.text):
        haul.take(readers["charlie"], f"/m/{number}/text/")
    assert haul.with_numbers(originals) == []
    assert haul.with_any({*THOUGHTS, *ALWAYS_HIDDEN, OWNER}) == []

    haul.got.clear()
    conversation = int(taken.url.path.split("/")[2])
    messages = "SELECT id FROM conversations_message WHERE conversation_id = ?"
    runs = f"SELECT id FROM conversations_run WHERE reply_id IN ({messages})"
    for table, condition in {
        "conversation": "id = ?",
        "message": f"id IN ({messages})",
        "run": f"id IN ({runs})",
        "part": f"run_id IN ({runs})",
        "delta": f"run_id IN ({runs})",
    }.items():
        rows = room.rows(f"SELECT * FROM conversations_{table} WHERE {condition}", conversation)
        assert rows, table
        haul.add(table, repr([[str(value) for value in row] for row in rows]))
    assert haul.with_any({*THOUGHTS, *ALWAYS_HIDDEN, OWNER, *MODELS}) == []
    kinds = room.rows(f"SELECT kind, opaque FROM conversations_part WHERE run_id IN ({runs})", conversation)
    assert {(row["kind"], str(row["opaque"])) for row in kinds} == {("content", "[]")}


def test_a_reply_or_a_gate_alone_tells_of_nothing_else(room: Room, alice: httpx.Client, planted: str) -> None:
    first, *_ = runs_on(alice, planted)
    reply = room.rows("SELECT reply_id FROM conversations_run WHERE id = ?", first)[0][0]
    alone = share(alice, f"/m/{reply}/share/", scope="reply")
    behind = share(alice, f"{planted}share/", password="open sesame", live="1")
    with closing(stranger(room)) as client:
        haul = Haul()
        page, *_ = haul.take_all(client, alone.address)
        assert RAW in page.text
        assert haul.with_any({SUMMARY, SEEMED, GIVEN, BROKEN_OFF, *ALWAYS_HIDDEN, OWNER, *ANSWERS[1:]}) == []
        haul.got.clear()
        haul.take_all(client, behind.address)
        wrong = knock(client, behind, "open says me")
        haul.add("after a wrong password", wrong.text)
        told = {"answer", "planted", "Scripted", *THOUGHTS, *ALWAYS_HIDDEN, OWNER}
        assert haul.with_any(told) == []
        right = knock(client, behind, "open sesame")
        haul.add("the pass", str(right.headers))
        assert haul.with_any(told) == []
        assert haul.with_numbers(numbers_of_rows(room)) == []
        assert RAW in client.get(behind.address).text


async def test_while_it_thinks_a_socket_without_reasoning_hears_nothing(
    room: Room, alice: httpx.Client, calls: ScriptedProvider
) -> None:
    address = begin(alice, TITLE)
    call = calls.next_call()
    (run,) = runs_on(alice, address)
    call.content(f"{SEEMED}, so\n")
    until(lambda: SEEMED in room.said(run, "content"), "it seems to have answered")
    snapshot = share(alice, f"{address}share/", reasoning="none")
    link = share(alice, f"{address}share/", live="1", reasoning="none", shows_numbers="on")
    haul = Haul()
    with closing(stranger(room)) as client:
        before = haul.take_all(client, snapshot.address)[0].text
        haul.take_all(client, link.address)
        async with shared_socket(room, client, link) as socket:
            frames = [await socket.receive_str(timeout=20)]
            haul.take_all(client, link.address)
            call.content("</think>")
            until(lambda: SEEMED in room.said(run, "reasoning"), "it turns out to be thought")
            for number in range(100):
                call.reasoning(f"{RAW} {number} ")
                until(lambda number=number: f" {number} " in room.said(run, "reasoning"), "thought is written down")
            haul.take_all(client, link.address)
            haul.take_all(client, snapshot.address)
            call.content("The answer.\n\n")
            frames += await frames_until(socket, "The answer.")
            assert len(frames) == 2
            call.reasoning(f"{RAW} again")
            until(lambda: "again" in room.said(run, "reasoning"), "it thinks again")
            call.content("More.\n\n")
            frames += await frames_until(socket, "More.")
            assert len(frames) == 3
            call.finish(
                prompt_tokens=3, completion_tokens=98_769, completion_tokens_details={"reasoning_tokens": 98_765}
            )
            frames += await frames_until(socket, "98769 out")
        until_over(room, run)
        haul.take_all(client, link.address)
        for number, frame in enumerate(frames):
            haul.add(f"frame {number}", frame)
        after = haul.take_all(client, snapshot.address)[0].text
    assert [re.findall(r'data-seq="(\d+)"', frame) for frame in frames[:3]] == [["0"], ["1"], ["2"]]
    assert haul.with_any({SEEMED, RAW, "98765", "alice"}) == []
    assert haul.with_numbers(numbers_of_rows(room)) == []
    assert re.sub(r'data-now="\d+"', "", before) == re.sub(r'data-now="\d+"', "", after)


async def test_with_reasoning_the_socket_brings_it(room: Room, alice: httpx.Client, calls: ScriptedProvider) -> None:
    """So that the one above would hear it if it came."""
    address = begin(alice, TITLE)
    call = calls.next_call()
    link = share(alice, f"{address}share/", live="1")
    with closing(stranger(room)) as client:
        async with shared_socket(room, client, link) as socket:
            call.reasoning(f"{RAW}\n\n")
            haul = Haul()
            haul.add("frames", "".join(await frames_until(socket, RAW)))
            call.content("The answer.\n\n")
            haul.add("frames", "".join(await frames_until(socket, "The answer.")))
            call.finish()
            haul.add("frames", "".join(await frames_until(socket, 'data-status="completed"')))
    assert haul.with_any({RAW})
    assert haul.with_numbers(numbers_of_rows(room)) == []
    assert isinstance(link, Shared)
