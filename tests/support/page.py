"""Readers without a browser: pages that are loaded, kept up to date over a real socket, and come back when it is cut.

An `Audience` lives in a thread of its own, so that a test can kill and wait while its pages go on reading.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import socket
import threading
from collections.abc import Callable, Coroutine, Iterator
from typing import Any, TypeVar
from urllib.parse import urlencode

import aiohttp

from tests.support.load import WORD
from tests.support.swapping import Dom

LIVE = ("queued", "thinking", "answering")
T = TypeVar("T")

# The codes after which the page comes back: those of htmx's extension, and our own (static/js/socket.js).
COME_BACK = (1006, 1011, 1012, 1013, 4503)


class Page:
    """One open page of a conversation. To be used on the audience's loop; a test asks through `Audience`."""

    def __init__(
        self, session: aiohttp.ClientSession, host: str, conversation: int, cookies: str, socket_host: str
    ) -> None:
        self.conversation = conversation
        #: Words that any message of the socket, or a loaded page, has ever shown.
        self.ever: set[str] = set()
        self.sockets = self.frames = self.bytes = 0
        self.largest = 0
        #: The code of the last socket that was closed.
        self.closed = 0
        self.dom: Dom
        self.reads = asyncio.Event()
        self.reads.set()
        self._session = session
        self._host = host
        self._socket_host = socket_host
        self._headers = {"Cookie": cookies, "Origin": f"http://{host}"}
        self._socket: aiohttp.ClientWebSocketResponse | None = None

    async def load(self) -> Dom:
        """Load the page anew, as a second tab does: this one stays as it is."""
        async with self._session.get(f"http://{self._host}/c/{self.conversation}/", headers=self._headers) as answer:
            assert answer.status == 200, answer.status
            return Dom(await answer.text())

    async def open(self) -> None:
        """Load the page for good."""
        self.dom = await self.load()
        self.ever.update(WORD.findall("".join(self.dom.find("turns").itertext())))

    async def read(self) -> None:
        """Take news until cancelled, or until the room says that there are none for this page."""
        while True:
            with contextlib.suppress(aiohttp.ClientError, ConnectionError, TimeoutError):
                await self._read_one_socket()
                if self.closed not in COME_BACK:
                    return
            await asyncio.sleep(random.uniform(0.05, 0.3))

    async def _read_one_socket(self) -> None:
        at = [("at", f"{run}:{seq}") for run, (status, seq) in self.dom.runs().items() if status in LIVE]
        query = urlencode([("shape", self.dom.find("turns").get("data-shape")), *at])
        address = f"http://{self._socket_host}/news/{self.conversation}/?{query}"
        self.closed = 1006
        async with self._session.ws_connect(address, headers=self._headers, max_msg_size=0) as connection:
            self._socket = connection
            self.sockets += 1
            while True:
                await self.reads.wait()
                message = await connection.receive()
                if message.type is not aiohttp.WSMsgType.TEXT:
                    self.closed = connection.close_code or 1006
                    return
                self._take(message.data)

    def _take(self, news: str) -> None:
        self.frames += 1
        self.bytes += len(news)
        self.largest = max(self.largest, len(news))
        self.ever.update(WORD.findall(news))
        self.dom.swap(news)


class Audience:
    """All pages of a test, and their thread."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True, name="audience")
        self._thread.start()
        self._reading: dict[Page, asyncio.Task[None]] = {}
        self._sessions: list[aiohttp.ClientSession] = []

    def open(
        self, host: str, cookies: dict[str, str], conversation: int, *, socket_host: str = "", reads: bool = True
    ) -> Page:
        """Open a page. `socket_host`: where its socket goes, such as a proxy. `reads` False: it never reads a byte."""
        return self.on_loop(self._open(host, cookies, conversation, socket_host or host, reads))

    def close(self, *pages: Page) -> None:
        """Leave."""
        self.on_loop(self._close(pages or tuple(self._reading)))

    def end(self) -> None:
        """All leave, and the thread ends."""
        self.close()
        self.on_loop(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)

    def read_again(self, *pages: Page) -> None:
        """Let pages that do not read do so."""
        for page in pages:
            self._loop.call_soon_threadsafe(page.reads.set)

    def cease(self, *pages: Page) -> None:
        """Let pages read no more, though their sockets stay open."""
        for page in pages:
            self._loop.call_soon_threadsafe(page.reads.clear)

    def text(self, page: Page, run_id: int, kind: str) -> str:
        """What a pane of a page shows now, without blanks."""
        return self.ask(lambda: page.dom.text(run_id, kind))

    def runs(self, page: Page) -> dict[int, tuple[str, int]]:
        """Status and seq of each run of a page."""
        return self.ask(page.dom.runs)

    def live_and_loaded(self, page: Page) -> tuple[str, str]:
        """The conversation as the page has become, and as it is when loaded now."""
        fresh = self.on_loop(page.load())
        return self.ask(page.dom.conversation), fresh.conversation()

    def fresh(self, page: Page) -> Dom:
        """The page as it is when loaded now."""
        return self.on_loop(page.load())

    def ask(self, question: Callable[[], T]) -> T:
        """Ask on the loop, where nothing changes meanwhile."""

        async def asked() -> T:
            return question()

        return self.on_loop(asked())

    def on_loop(self, work: Coroutine[Any, Any, T], seconds: float = 60) -> T:
        """Have something done on the loop."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(seconds)

    async def _open(self, host: str, cookies: dict[str, str], conversation: int, socket_host: str, reads: bool) -> Page:
        session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, socket_factory=None if reads else _small_socket),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=60),
        )
        self._sessions.append(session)
        page = Page(session, host, conversation, "; ".join(f"{k}={v}" for k, v in cookies.items()), socket_host)
        await page.open()
        if not reads:
            page.reads.clear()
        self._reading[page] = asyncio.create_task(page.read())
        return page

    async def _close(self, pages: tuple[Page, ...]) -> None:
        tasks = [self._reading.pop(page) for page in pages]
        for task in tasks:
            task.cancel()
        for task in tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _end(self) -> None:
        for session in self._sessions:
            await session.close()


def _small_socket(address: Any) -> socket.socket:
    """A socket whose system takes next to nothing for a program that does not read."""
    family, kind, protocol, *_ = address
    made = socket.socket(family, kind, protocol)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    made.setblocking(False)
    return made


@contextlib.contextmanager
def audience() -> Iterator[Audience]:
    """An audience that leaves at the end."""
    gathered = Audience()
    try:
        yield gathered
    finally:
        gathered.end()
