"""Requests and sockets that are too large or too many: refused early, with a sentence, and at no cost."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing
from select import select

import aiohttp
import httpx
import pytest

from tests.conftest import write_providers
from tests.support.page_socket import closed, page_socket
from tests.support.provider import ScriptedProvider
from tests.support.room import Room, running_room, until

FORM = {"prompt": "Hello", "lane-0-model": "played/scripted"}
MOST = 5_000_000


class Sender:
    """A connection on which a request is said piece by piece."""

    def __init__(self, room: Room, *headers: str, path: str = "/begin/") -> None:
        self._connection = socket.create_connection(("127.0.0.1", room.port), timeout=60)
        self.say("\r\n".join([f"POST {path} HTTP/1.1", f"Host: 127.0.0.1:{room.port}", *headers, "", ""]).encode())

    def say(self, data: bytes) -> None:
        self._connection.sendall(data)

    def answer(self) -> str:
        """All that is answered, until the room hangs up."""
        heard = b""
        while piece := self._connection.recv(65536):
            heard += piece
        return heard.decode()

    def head(self) -> str:
        """The first line of an answer, waited for."""
        return self._connection.makefile("rb").readline().decode()

    def fileno(self) -> int:
        return self._connection.fileno()

    def close(self) -> None:
        self._connection.close()


def memory(room: Room) -> float:
    """Bytes that the server has in memory."""
    found = re.search(r"^process_resident_memory_bytes (\S+)", httpx.get(f"{room.url}/metrics").text, re.M)
    assert found
    return float(found[1])


def assert_too_large(answer: str) -> None:
    assert answer.startswith("HTTP/1.1 413 "), answer
    assert "That is larger than this room takes, 5 MB. Shorten it, or send it in pieces." in answer
    assert answer.count("HTTP/1.1") == 1


def test_a_gigabyte_is_refused_at_its_head(room: Room) -> None:
    with closing(Sender(room, "Content-Length: 1000000000", "Content-Type: text/plain")) as sender:
        assert sender.head().startswith("HTTP/1.1 413 ")
        sender.say(b"x" * 100_000)
    with closing(Sender(room, "Content-Length: 1000000000", "Expect: 100-continue")) as polite:
        assert polite.head().startswith("HTTP/1.1 413 ")


def test_who_sends_all_of_it_still_hears_the_answer(room: Room) -> None:
    """A browser listens only when it has said its piece."""
    before = memory(room)
    with closing(Sender(room, f"Content-Length: {5 * MOST}", "HX-Request: true")) as sender:
        for _ in range(50):
            sender.say(b"x" * (MOST // 10))
        answer = sender.answer()
    assert_too_large(answer)
    assert "HX-Retarget: #notice\r\n" in answer
    assert "<h1>" not in answer
    assert memory(room) - before < 30_000_000


def test_a_body_that_does_not_say_how_large_it_is_is_counted(room: Room) -> None:
    with closing(Sender(room, "Transfer-Encoding: chunked")) as sender:
        for _ in range(11):
            sender.say(b"%x\r\n%s\r\n" % (MOST // 10, b"x" * (MOST // 10)))
        sender.say(b"0\r\n\r\n")
        assert_too_large(sender.answer())


def test_large_bodies_at_once_are_bounded_and_prompts_still_come_through(room: Room, calls: ScriptedProvider) -> None:
    with ExitStack() as stack:
        senders = [
            stack.enter_context(closing(Sender(room, f"Content-Length: {MOST}", "HX-Request: true"))) for _ in range(28)
        ]
        for sender in senders:
            sender.say(b"x" * (MOST - 1))
        # All have said nearly all of it; whose piece was one too many is for the room to say.
        [refused, *_] = select(senders, [], [], 60)[0]
        assert refused.head().startswith("HTTP/1.1 503 ")
        with closing(room.signed_in("alice")) as alice:
            assert alice.post("/begin/", data=FORM, follow_redirects=False).status_code == 302
        calls.next_call().finish()
    until(lambda: taken_in(room), "there is room again when they are gone")


def taken_in(room: Room) -> bool:
    """Whether a large body is; it is then refused for not coming from a page of ours."""
    with closing(Sender(room, f"Content-Length: {MOST - 1}")) as sender:
        sender.say(b"x" * (MOST - 1))
        return sender.head().startswith("HTTP/1.1 403 ")


def test_a_form_of_thousands_of_fields_is_refused(room: Room) -> None:
    with closing(room.signed_in("alice")) as alice:
        answer = alice.post(
            "/begin/", data={f"lane-{n}-model": "x" for n in range(2000)}, headers={"HX-Request": "true"}
        )
        assert answer.status_code == 400
        assert "That form has more fields than this room takes." in answer.text
        assert answer.headers["HX-Retarget"] == "#notice"
        assert alice.get("/rail/?" + "&".join(f"q{n}=" for n in range(1200))).status_code == 400


def test_heads_are_bounded(room: Room) -> None:
    with closing(Sender(room, *[f"X-{n}: y" for n in range(1000)])) as sender:
        assert sender.answer().startswith("HTTP/1.1 400 ")
    with closing(Sender(room, "X-Long: " + "x" * 20_000)) as sender:
        assert sender.answer() == ""  # hung up on


@pytest.fixture(scope="module")
def small_room(tmp_path_factory: pytest.TempPathFactory, provider: ScriptedProvider) -> Iterator[Room]:
    """Two pages a person."""
    folder = tmp_path_factory.mktemp("small")
    providers = write_providers(folder, provider)
    with running_room(folder / "data", CHATROOM_PROVIDERS=providers, CHATROOM_SOCKETS_PER_PERSON="2") as running:
        running.people()
        yield running


def sockets_open(room: Room) -> int:
    found = re.search(r"^chatroom_sockets (\S+)", httpx.get(f"{room.url}/metrics").text, re.M)
    assert found
    return int(float(found[1]))


def test_a_person_may_have_so_many_pages_open(small_room: Room) -> None:
    with closing(small_room.signed_in("alice")) as alice, closing(small_room.signed_in("bob")) as bob:

        async def counted(number: int) -> None:
            await asyncio.to_thread(until, lambda: sockets_open(small_room) == number, f"{number} are counted")

        async def open_them() -> None:
            async with page_socket(small_room, alice), page_socket(small_room, alice) as second:
                await counted(2)  # they are when it is known who they are, a moment after they are open
                for _ in range(3):
                    async with page_socket(small_room, alice) as third:
                        assert await closed(third) == 4429
                async with page_socket(small_room, bob):
                    await counted(3)
                await second.close()
                await counted(1)
                async with page_socket(small_room, alice) as again:
                    await counted(2)
                    assert not again.closed

        asyncio.run(open_them())
        until(lambda: sockets_open(small_room) == 0, "all are gone")


def test_who_talks_over_the_socket_is_cut_off(small_room: Room) -> None:
    with closing(small_room.signed_in("alice")) as alice:

        async def talk() -> None:
            async with page_socket(small_room, alice) as talker:
                for _ in range(100):
                    await talker.send_str("hello")
                assert await closed(talker) == 4400
            async with page_socket(small_room, alice) as loud:
                await loud.send_bytes(b"x" * 200_000)
                assert await closed(loud) == 1006  # dropped before it was taken in

        asyncio.run(talk())
        until(lambda: sockets_open(small_room) == 0, "both are gone")


def test_a_page_that_says_it_shows_thousands_of_runs_is_sent_all_anew(
    small_room: Room, calls: ScriptedProvider
) -> None:
    with closing(small_room.signed_in("alice")) as alice:
        address = alice.post("/begin/", data=FORM, follow_redirects=False).headers["Location"]
        calls.next_call().answer("", "Here I am.")
        until(lambda: "completed" in alice.get(address).text, "it ends")

        async def come_back() -> None:
            path = "/news" + address.removeprefix("/c") + "?" + "&".join(["at=1:1"] * 2000)
            async with page_socket(small_room, alice, path) as reader:
                message = await reader.receive(timeout=10)
                assert message.type is aiohttp.WSMsgType.TEXT
                assert "Here I am." in message.data

        asyncio.run(come_back())
