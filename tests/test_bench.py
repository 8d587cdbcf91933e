"""The rig that measures: what its provider says, what its readers notice, what it counts as lost. No speed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from itertools import pairwise
from pathlib import Path

import httpx
import pytest

from bench.board import DELTAS, HUSH, LAST, RECEIVED, SAID, Board
from bench.capacity import next_try
from bench.losses import difference, differs_on_page, unseen
from bench.provider import Order
from bench.readers import Reader, Speeches, Watch
from bench.report import Row, table
from bench.rig import Rig
from bench.selfcheck import missed
from bench.sockets import ClientSocket
from bench.text import CYCLE, NUMBERS, WORD, Speech
from chatroom.providers.dialects import DIALECTS
from chatroom.providers.events import ContentDelta, ReasoningDelta
from chatroom.rendering.html import render


@pytest.fixture
def board(tmp_path: Path) -> Board:
    return Board(tmp_path / "board")


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    async with Rig() as working:
        yield working


def numbers(text: str) -> list[int]:
    return [int(word, 36) for word in WORD.findall(text.encode())]


@pytest.mark.parametrize("base", [0, 1_295, 46_655, NUMBERS - 3 * CYCLE])
def test_each_delta_of_a_speech_holds_its_number(base: int) -> None:
    speech = Speech(base, 3 * CYCLE, CYCLE)
    assert numbers(speech.reasoning + speech.content) == list(range(base, base + 3 * CYCLE))
    assert [numbers(speech.text(place, place + 1)) for place in range(5)] == [[base + place] for place in range(5)]
    assert json.loads('"' + "".join(speech.json_texts(0, speech.count)) + '"') == speech.reasoning + speech.content


def test_the_numbers_survive_as_markdown() -> None:
    html = render(Speech(0, 3 * CYCLE, 0).content)
    assert "<h" in html
    assert "<li" in html
    assert differs_on_page(Speech(0, 3 * CYCLE, 0), html) == 0


async def said(rig: Rig, order: Order) -> tuple[str, str]:
    """Thought and answer, as the room's own decoder reads them."""
    decoder = DIALECTS["openai-chat"].decoder()
    events = []
    body = {"model": "fake", "stream": True, "messages": [{"role": "user", "content": order.prompt}]}
    url = f"http://127.0.0.1:{rig.provider_port}/v1/chat/completions"
    async with httpx.AsyncClient(trust_env=False) as client, client.stream("POST", url, json=body) as response:
        async for data in response.aiter_bytes():
            events += decoder.feed(data)
    events += decoder.flush()
    thought = "".join(event.text for event in events if isinstance(event, ReasoningDelta))
    return thought, "".join(event.text for event in events if isinstance(event, ContentDelta))


@pytest.mark.parametrize(("rate", "chunked"), [(0, 1), (0, 4), (0, 100), (5_000, 4)])
async def test_the_provider_says_what_was_ordered_and_notes_when(rig: Rig, rate: int, chunked: int) -> None:
    speech = Speech(777, 1_050, 333)
    order = Order(rate, speech, rig.board.place(speech.count), chunked)
    assert await said(rig, order) == (speech.reasoning, speech.content)
    cells = rig.board.cells
    sent = list(cells[order.place + DELTAS : order.place + DELTAS + speech.count])
    assert 0 < cells[order.place + RECEIVED] <= sent[0]
    assert sent == sorted(sent)
    assert sent[-1] <= cells[order.place + LAST]
    assert cells[order.place + SAID] == speech.count


async def test_a_provider_that_is_hushed_ends_and_says_how_much_it_was(rig: Rig) -> None:
    order = Order(1, Speech(0, 1_000, 0), rig.board.place(1_000))
    rig.board.cells[HUSH] = 1
    watch = Watch(rig.board, order)
    assert await said(rig, order) == ("", watch.speech.content)
    assert watch.speech.count == 1


def test_each_order_has_numbers_and_a_place_of_its_own(board: Board) -> None:
    speeches = Speeches(board)
    orders = [speeches.order(0, 1_000) for _ in range(2 * NUMBERS // 1_000)]
    for one, other in pairwise(orders):
        assert other.place >= one.place + DELTAS + 1_000
        assert other.speech.base >= one.speech.base + 1_000 or other.speech.base < 1_000
        assert other.speech.base + 1_000 <= NUMBERS


def speak(watch: Watch, count: int) -> None:
    watch.board.cells[watch.order.place + SAID] = count


async def test_a_reader_notes_when_each_delta_was_first_seen(board: Board) -> None:
    reader = Reader()
    speeches = Speeches(board)
    speeches.order(0, 500)
    order = speeches.order(0, 30)
    watch = reader.watch = Watch(board, order)
    text = order.speech.text
    reader.took(text(0, 10).encode(), 1.0)
    reader.took((Speech(0, 500, 0).content + text(0, 20)).encode(), 2.0)  # all of the page, the open block again
    reader.took((text(15, 30) + Speech(0, 5, 0).content).encode(), 3.0)  # and something of an earlier reply
    assert list(watch.seen) == [1.0] * 10 + [2.0] * 10 + [3.0] * 10
    speak(watch, 30)
    assert unseen(watch) == 0


async def test_a_frame_that_was_withheld_is_missed(board: Board) -> None:
    reader = Reader()
    order = Speeches(board).order(0, 30)
    watch = reader.watch = Watch(board, order)
    reader.deaf_to = 12
    for place in range(0, 30, 5):
        reader.took(order.speech.text(place, place + 5).encode(), 1.0 + place)
    speak(watch, 30)
    assert [place for place in range(30) if not watch.seen[place]] == [10, 11, 12, 13, 14]
    assert unseen(watch) == len(order.speech.text(10, 15))


async def test_a_frame_of_the_relay_that_was_withheld_is_missed(rig: Rig) -> None:
    relay = await rig.relay()
    assert await missed(relay, None, 300) == 0
    assert await missed(relay, 99, 300) == len(Speech(300, 300, 0).text(99, 100))


async def test_a_reply_that_breaks_off_counts_as_said_so_far(rig: Rig) -> None:
    order = Order(1, Speech(0, 1_000, 0), rig.board.place(1_000))
    relay = await rig.relay()
    [reader] = await relay.open(1)
    watch = await relay.ask(reader, order)
    async with asyncio.timeout(30):
        while watch.last < 0:  # noqa: ASYNC110 - nothing tells of it
            await asyncio.sleep(0.01)
        await relay.stop()
        assert await watch.ended == "cut off (1006)"
        while not watch.speech.count:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    assert watch.speech.count < 1_000


@pytest.mark.parametrize(
    ("found", "lost"),
    [
        ("one two three", 0),
        ("one three", 4),
        ("one two two three", 4),
        ("one twe three", 8),
        ("one three two", 1),
        ("one two three ", 1),
        ("", 13),
    ],
)
def test_what_is_missing_or_doubled_is_counted(found: str, lost: int) -> None:
    assert difference("one two three", found) == lost


def test_what_a_page_misses_or_has_twice_is_counted() -> None:
    speech = Speech(100, 50, 10)
    text = speech.text
    assert differs_on_page(speech, text(0, 50)) == 0
    assert differs_on_page(speech, text(0, 20) + text(21, 50)) == 5
    assert differs_on_page(speech, text(0, 20) + text(18, 50)) == 10
    assert differs_on_page(speech, text(20, 50) + text(0, 20)) == 5
    assert differs_on_page(speech, "") == 250


async def test_frames_of_all_lengths_are_read_however_they_come() -> None:
    payloads = [b"", b"a", b"b" * 125, b"c" * 126, b"d" * 65_535, b"e" * 65_536]

    def framed(payload: bytes) -> bytes:
        size = len(payload)
        if size < 126:
            return bytes([0x81, size]) + payload
        return bytes([0x81, 126]) + size.to_bytes(2, "big") + payload if size < 65_536 else (
            bytes([0x81, 127]) + size.to_bytes(8, "big") + payload
        )  # fmt: skip

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        parts = [b"HTTP/1.1 101 Switching Protocols\r\n\r\n", *map(framed, payloads), b"\x88\x02\x03\xe8"]
        for part in parts:
            cuts = sorted({0, 1, min(3, len(part)), len(part) - 1, len(part)})
            for start, end in pairwise(cuts):
                writer.write(part[start:end])
                await writer.drain()
                await asyncio.sleep(0)  # the client is in the same loop, and reads now
        await reader.read()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        taken: list[bytes] = []
        port = server.sockets[0].getsockname()[1]
        socket = await ClientSocket.connect(port, "/", lambda payload, now: taken.append(payload), {})
        assert await asyncio.wait_for(socket.closed, 30) == 1000
    assert taken == payloads


@pytest.mark.parametrize("truth", [1, 80, 199, 300, 349, 350, 424, 440, 700])
def test_the_search_ends_at_what_is_carried(truth: int) -> None:
    carried, not_carried, streams, tries = 0, 0, 350, 0
    while streams not in (0, carried, not_carried):
        if streams <= truth:
            carried = streams
        else:
            not_carried = streams
        streams = next_try(carried, not_carried, streams, 25)
        tries += 1
    assert carried <= truth < carried + 25
    assert tries <= 12


def test_the_table_says_what_is_met() -> None:
    lines = table(
        {"cpu_ms_per_1000_50": 90, "relay_cpu_ms_per_1000_50": 120, "cpu_ratio_50": 0.75, "lost_characters": 6}
    )
    [ratio] = [line for line in lines.splitlines() if "50 streams" in line]
    assert [cell.strip() for cell in ratio.split("|")[2:-1]] == ["90", "120", "÷ ≤ 0.90", "yes (0.75)"]
    [lost] = [line for line in lines.splitlines() if "lost" in line]
    assert [cell.strip() for cell in lost.split("|")[2:-1]] == ["6", "", "≤ 0", "no"]
    assert Row("much", "much", least=350).cells({"much": 350}) == ["much", "350", "", "≥ 350", "yes"]
