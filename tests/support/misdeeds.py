"""What a provider may do that no good one does. Each is a model of the load's provider (`load.LoadProvider`)."""

from __future__ import annotations

import asyncio
import random
import socket
import struct
import zlib

from tests.support.load import CHUNKED, HEAD, LAST_WORDS, Behaviour, Request, chunk, event

MEGABYTE = 1024 * 1024


def _half(request: Request) -> int:
    return request.speech.pieces // 2


async def _say(request: Request, last: int | None = None) -> None:
    await request.send(HEAD + CHUNKED)
    async for events in request.pieces(0, last):
        await request.send(chunk(events))


async def stalls_before_the_head(request: Request) -> None:
    """Takes the request and says nothing at all."""
    await request.hung_up()


async def stalls_after_the_head(request: Request) -> None:
    """Says that it will answer, and does not."""
    await request.send(HEAD + CHUNKED)
    await request.hung_up()


async def stalls_in_the_middle(request: Request) -> None:
    """Says half of it, and nothing more."""
    await _say(request, _half(request))
    await request.hung_up()


async def trickles(request: Request) -> None:
    """Sends every byte by itself, the first ones slowly."""
    await request.send(HEAD + CHUNKED)
    async for events in request.pieces():
        for number, byte in enumerate(events):
            await request.send(chunk(bytes([byte])))
            if request.said == 0 and number < 20:
                await asyncio.sleep(0.2)
    for byte in LAST_WORDS:
        await request.send(chunk(bytes([byte])))
    await request.send(b"0\r\n\r\n")
    request.over = True


async def resets(request: Request) -> None:
    """Cuts the connection in the middle, with RST."""
    await _say(request, _half(request))
    connection: socket.socket = request.writer.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    request.writer.transport.abort()


async def _whole_body(request: Request) -> bytes:
    return b"".join([events async for events in request.pieces()]) + LAST_WORDS


async def promises_too_much(request: Request) -> None:
    """Announces more than it sends: all that matters comes, then the connection ends."""
    body = await _whole_body(request)
    await request.send(HEAD + f"Content-Length: {len(body) + 1000}\r\n\r\n".encode() + body)


async def promises_too_little(request: Request) -> None:
    """Announces half of what it sends: the rest belongs to no answer."""
    speech = request.speech
    length = sum(len(event({speech.kind(one): speech.piece(one)})) for one in range(_half(request)))
    await request.send(HEAD + f"Content-Length: {length}\r\n\r\n".encode())
    async for events in request.pieces():
        await request.send(events)
    await request.send(LAST_WORDS)


async def sends_noise(request: Request) -> None:
    """Bytes without any sense, instead of an answer."""
    noise = random.Random(request.speech.seed)
    await request.send(HEAD + CHUNKED + chunk(b"\x93"))  # by chance it could begin as JSON does
    for _ in range(20):
        await request.send(chunk(noise.randbytes(5000)))
    await request.send(b"0\r\n\r\n")


async def sends_broken_text(request: Request) -> None:
    """Events among which are some that are no UTF-8, some that are no JSON, and some that are of another kind."""
    await request.send(HEAD + CHUNKED)
    strays = [
        b'data: {"choices": [{"delta": {"con\n\n',
        b"\xff\xfe\xc3\x28\n\n",
        b": a comment\n\n",
        b"data: [1, 2]\n\n",
    ]
    number = 0
    async for events in request.pieces():
        await request.send(chunk(events + strays[number % 4] if number < 4 else events))
        number += 1
    await request.send(chunk(LAST_WORDS) + b"0\r\n\r\n")


async def sends_a_web_page(request: Request) -> None:
    """A page for people, with the status of success."""
    page = b"<!doctype html><title>Sign in</title><h1>Sign in to the airport's network</h1>" * 50
    await request.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n" + CHUNKED + chunk(page) + b"0\r\n\r\n")


async def sends_one_endless_line(request: Request) -> None:
    """A hundred megabytes without the end of a line."""
    await request.send(HEAD + CHUNKED + chunk(b'data: {"choices": [{"delta": {"content": "'))
    for _ in range(100):
        await request.send(chunk(b"x" * MEGABYTE))
    await request.send(chunk(b'"}}]}\n\n' + LAST_WORDS) + b"0\r\n\r\n")


async def breaks_off(request: Request) -> None:
    """Ends the body in order, without having said that it is done."""
    await _say(request, _half(request))
    await request.send(b"0\r\n\r\n")
    request.over = True


async def goes_on_after_the_end(request: Request) -> None:
    """Says that it is done, and speaks on."""
    await _say(request)
    await request.send(chunk(LAST_WORDS + event({"content": "One more thing."}) * 100 + LAST_WORDS) + b"0\r\n\r\n")
    request.over = True


async def miscounts_its_chunks(request: Request) -> None:
    """In the middle a chunk has a length that is no number."""
    await _say(request, _half(request))
    await request.send(b"zz\r\nnonsense\r\n")


async def redirects(request: Request) -> None:
    """Sends the asker elsewhere, with its key."""
    await request.send(b"HTTP/1.1 307 Temporary Redirect\r\nLocation: /v1/elsewhere\r\nContent-Length: 0\r\n\r\n")


async def has_an_endless_head(request: Request) -> None:
    """Headers without end."""
    await request.send(HEAD)
    for number in range(10_000_000):
        await request.send(f"X-Header-{number}: {'y' * 200}\r\n".encode())


async def has_an_endless_header(request: Request) -> None:
    """One header without end."""
    await request.send(HEAD + b"X-Header: ")
    while True:
        await request.send(b"y" * 65536)


async def compresses(request: Request) -> None:
    """A compressed body, though none was asked for."""
    packed = zlib.compressobj(wbits=31)
    await request.send(HEAD + b"Content-Encoding: gzip\r\n" + CHUNKED)
    async for events in request.pieces():
        await request.send(chunk(packed.compress(events) + packed.flush(zlib.Z_SYNC_FLUSH)))
    await request.send(chunk(packed.compress(LAST_WORDS) + packed.flush()) + b"0\r\n\r\n")
    request.over = True


def _bomb(megabytes: int) -> bytes:
    """A gzip of so many megabytes of blanks, without its trailer; made of the same block again and again."""
    packing = zlib.compressobj(9, wbits=31)
    head = packing.compress(b": ") + packing.flush(zlib.Z_FULL_FLUSH)
    block = packing.compress(b" " * MEGABYTE) + packing.flush(zlib.Z_FULL_FLUSH)
    return head + block * megabytes


async def sends_a_bomb(request: Request) -> None:
    """Half a megabyte that unpacks to half a gigabyte."""
    body = _bomb(500)
    await request.send(HEAD + f"Content-Encoding: gzip\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
    request.over = True  # the connection may be used again


async def sends_a_bomb_in_a_bomb(request: Request) -> None:
    """The same, packed twice: a few kilobytes."""
    body = zlib.compress(_bomb(500), 9, wbits=31)
    await request.send(HEAD + f"Content-Encoding: gzip, gzip\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
    request.over = True  # the connection may be used again


MISDEEDS: dict[str, Behaviour] = {
    behaviour.__name__.replace("_", "-"): behaviour
    for behaviour in (
        stalls_before_the_head, stalls_after_the_head, stalls_in_the_middle, trickles, resets, promises_too_much,
        promises_too_little, sends_noise, sends_broken_text, sends_a_web_page, sends_one_endless_line,
        breaks_off, goes_on_after_the_end, miscounts_its_chunks, redirects, has_an_endless_head,
        has_an_endless_header, compresses, sends_a_bomb, sends_a_bomb_in_a_bomb,
    )
}  # fmt: skip
