"""A load of replies whose every character is known: what is to be said stands in the prompt, and a provider says it.

Each word of a reply is its own (`s7w00012e`: speech 7, piece 12), so that a word that is missing or there twice is
seen as that. The provider is an HTTP/1.1 server of its own making: it can also do what no good one does (`misdeeds`).
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.support import loops

#: A word of a speech.
WORD = re.compile(r"s\d+w\d+(?:x\d+)?e")
_PROMPT = re.compile(rb"speech seed=(\d+) pieces=(\d+) rate=(\d+) hold=(\d+) wide=(\d+)")
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)

# Markdown round a word, by its place in a cycle: what stands before it and after it, and what of that is shown.
CYCLE = 40
_DRESS = {
    0: ("\n\n", "", ""),
    6: (" **", "**", ""),
    9: ("\n\n## ", "", ""),
    10: ("\n\n", "", ""),
    13: (" *", "*", ""),
    15: (" `", "`", ""),
    20: ("\n\n```python\nfirst = ", "", "first="),
    **dict.fromkeys(range(21, 26), ("\nnext = ", "", "next=")),
    26: ("\n```\n\n", "", ""),
    30: ("\n\n- ", "", ""),
    **dict.fromkeys(range(31, 34), ("\n- ", "", "")),
    34: ("\n\n", "", ""),
    37: (" ü漢😀 ", "", "ü漢😀"),
}
_PLAIN = (" ", "", "")

REASONING, CONTENT = "reasoning", "content"


def squeezed(text: str) -> str:
    """`text` without blanks: those of a page are the renderer's."""
    return "".join(text.split())


@dataclass(frozen=True, slots=True)
class Speech:
    """A reply: so many pieces, of which the first three tenths are thought.

    `rate`: pieces a second, 0 for as fast as they go. `hold`: after so many the provider waits until it is told
    to go on (`LoadProvider.release`); -1: it does not. `wide`: words in a piece; with more than one there is no
    Markdown but paragraphs.
    """

    seed: int
    pieces: int = 400
    rate: int = 0
    hold: int = -1
    wide: int = 1

    @property
    def prompt(self) -> str:
        """What a person has to ask."""
        return f"speech seed={self.seed} pieces={self.pieces} rate={self.rate} hold={self.hold + 1} wide={self.wide}"

    @classmethod
    def asked(cls, body: bytes) -> Speech:
        """The last one that a request asks for."""
        seed, pieces, rate, hold, wide = map(int, _PROMPT.findall(body)[-1])
        return cls(seed, pieces, rate, hold - 1, wide)

    @property
    def thoughts(self) -> int:
        """How many pieces are thought; a multiple of the cycle, so that nothing is cut in the middle of code."""
        return self.pieces * 3 // 10 // CYCLE * CYCLE

    def kind(self, number: int) -> str:
        """What a piece is part of."""
        return REASONING if number < self.thoughts else CONTENT

    def piece(self, number: int) -> str:
        """A piece as the provider says it."""
        before, after, _ = self._dress(number)
        return before + " ".join(self._words(number)) + after

    def text(self, kind: str, upto: int | None = None) -> str:
        """All pieces of a kind, or those of the first `upto`, as the log keeps them."""
        return "".join(map(self.piece, self._numbers(kind, upto)))

    def text_of(self, kind: str, length: int) -> str:
        """The beginning of `text`, so much of it; of a speech that is too long to be made whole."""
        pieces, characters = [], 0
        for number in self._numbers(kind, None):
            if characters >= length:
                break
            pieces.append(self.piece(number))
            characters += len(pieces[-1])
        return "".join(pieces)[:length]

    def shown(self, kind: str, upto: int | None = None) -> str:
        """The same as a page shows it, without blanks."""
        return "".join(self._dress(number)[2] + "".join(self._words(number)) for number in self._numbers(kind, upto))

    def _numbers(self, kind: str, upto: int | None) -> range:
        end = self.pieces if upto is None else min(upto, self.pieces)
        return range(min(end, self.thoughts)) if kind == REASONING else range(self.thoughts, end)

    def _words(self, number: int) -> Iterable[str]:
        yield f"s{self.seed}w{number:05d}e"
        for place in range(1, self.wide):
            yield f"s{self.seed}w{number:05d}x{place}e"

    def _dress(self, number: int) -> tuple[str, str, str]:
        if self.wide > 1:
            return ("\n\n", "", "")
        return _DRESS.get(number % CYCLE, _PLAIN)


def event(delta: Mapping[str, str], finish: str | None = None) -> bytes:
    """A piece on the wire, as chat completions are streamed."""
    data = {"choices": [{"index": 0, "delta": dict(delta), "finish_reason": finish}]}
    return b"data: " + json.dumps(data).encode() + b"\n\n"


USAGE = {"prompt_tokens": 10, "completion_tokens": 20, "completion_tokens_details": {"reasoning_tokens": 5}}
LAST_WORDS = (
    event({}, "stop") + b"data: " + json.dumps({"choices": [], "usage": USAGE}).encode() + b"\n\ndata: [DONE]\n\n"
)
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"


def chunk(data: bytes) -> bytes:
    """Some of a body in HTTP's chunked encoding."""
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


@dataclass(slots=True, eq=False)
class Request:
    """A request that the room made, and what came of it."""

    speech: Speech
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    model: str
    #: Pieces that were handed to the system.
    said: int = 0
    #: Everything was said.
    over: bool = False
    #: The room hung up before that.
    gone: bool = False
    go_on: asyncio.Event = field(default_factory=asyncio.Event)

    async def send(self, data: bytes) -> None:
        """Hand bytes to the room; wait while it does not take them."""
        self.writer.write(data)
        await self.writer.drain()

    async def pieces(self, first: int = 0, last: int | None = None) -> AsyncIterator[bytes]:
        """The events of the speech, at its rate, several in one where they are due together; counted as said."""
        speech = self.speech
        last = speech.pieces if last is None else last
        loop = asyncio.get_running_loop()
        begun, number = loop.time(), first
        while True:
            if number == speech.hold:
                await self.go_on.wait()
                begun, first = loop.time(), number
            end = number + 50
            if speech.rate:
                end = first + int((loop.time() - begun) * speech.rate) + 1
            if number < speech.hold:
                end = min(end, speech.hold)
            end = min(end, last)
            if number < end:
                yield b"".join(event({speech.kind(one): speech.piece(one)}) for one in range(number, end))
                number = self.said = end
            if number >= last:
                return
            if speech.rate:
                await asyncio.sleep(max(0.0, begun + (number - first) / speech.rate - loop.time()))

    async def hung_up(self) -> None:
        """Return when the room has closed the connection."""
        with contextlib.suppress(ConnectionError):
            while await self.reader.read(65536):
                pass


Behaviour = Callable[[Request], Awaitable[None]]


async def steady(request: Request) -> None:
    """As a provider should: all of it, then the end."""
    await request.send(HEAD + CHUNKED)
    async for events in request.pieces():
        await request.send(chunk(events))
    await request.send(chunk(LAST_WORDS) + b"0\r\n\r\n")
    request.over = True


class LoadProvider:
    """The server, in a thread of its own. `behaviours`: how each of its models behaves, beside `steady`."""

    def __init__(self, behaviours: Mapping[str, Behaviour] | None = None) -> None:
        self.behaviours: dict[str, Behaviour] = {"steady": steady, **(behaviours or {})}
        self.requests: list[Request] = []
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        threading.Thread(target=self._run, daemon=True, name="provider").start()
        assert self._ready.wait(10)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def configuration(self, folder: Path, also: Mapping[str, str] | None = None) -> str:
        """A TOML file for CHATROOM_PROVIDERS. `also`: further providers, by their base URLs."""
        file = folder / "load.toml"
        models = json.dumps(list(self.behaviours))
        file.write_text(
            "\n".join(
                f'[[provider]]\nname = "{name}"\nlabel = "{name.title()}"\nbase_url = "{base_url}"\n'
                f'api_key = "sk-load-1234567890"\nmodels = {models}\n'
                for name, base_url in {"load": self.base_url, **(also or {})}.items()
            )
        )
        return str(file)

    def of(self, speech: Speech) -> list[Request]:
        """The requests that asked for a speech."""
        return [request for request in tuple(self.requests) if request.speech.seed == speech.seed]

    def release(self, speech: Speech | None = None) -> None:
        """Let a speech that is held go on, or all of them."""
        for request in tuple(self.requests) if speech is None else self.of(speech):
            self._loop.call_soon_threadsafe(request.go_on.set)

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0, limit=2**24))
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()
        server.close()
        loops.end(self._loop)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection: request after request."""
        request = None
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                found = _LENGTH.search(head)
                body = await reader.readexactly(int(found[1])) if found else b""
                if not body:
                    writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
                    continue
                model = json.loads(body)["model"]
                request = Request(Speech.asked(body), reader, writer, model)
                self.requests.append(request)
                await self.behaviours[model](request)
                if not request.over:
                    return
        except (ConnectionError, asyncio.IncompleteReadError):
            if request and not request.over:
                request.gone = True
        finally:
            with contextlib.suppress(ConnectionError, RuntimeError):
                writer.close()
