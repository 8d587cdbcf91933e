"""A bad network: a proxy between a page and the room that cuts, delays, slows, and falls silent."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import threading
from collections.abc import Iterator

from tests.support import loops

# Close with RST: what is on its way is lost, as with a network that goes away.
_LINGER = struct.pack("ii", 1, 0)


class Proxy:
    """Passes connections on to a port of this machine, as badly as it is told. In a thread of its own."""

    def __init__(self, port: int) -> None:
        self.to = port
        self.port = 0
        #: Seconds that each piece takes longer.
        self.delay = 0.0
        #: Bytes a second to the page; 0: as many as go.
        self.bytes_a_second = 0
        #: Connections that were passed on.
        self.count = 0
        self._deaf: set[asyncio.Task[None]] = set()
        self._open: dict[asyncio.Task[None], tuple[asyncio.StreamWriter, asyncio.StreamWriter]] = {}
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        threading.Thread(target=self._run, daemon=True, name="proxy").start()
        assert self._ready.wait(10)

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def cut(self) -> None:
        """Cut all connections, both ways, with what was on its way."""
        self._loop.call_soon_threadsafe(self._cut)

    def fall_silent(self) -> None:
        """From now on pass nothing more on the connections that are open, and tell nobody: no FIN, no RST."""
        self._loop.call_soon_threadsafe(lambda: self._deaf.update(self._open))

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._cut)
        self._loop.call_soon_threadsafe(self._loop.stop)

    def _cut(self) -> None:
        for task, writers in list(self._open.items()):
            for writer in writers:
                if connection := writer.get_extra_info("socket"):
                    with contextlib.suppress(OSError):
                        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER)
                writer.transport.abort()
            task.cancel()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._pass_on, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()
        server.close()
        loops.end(self._loop)

    async def _pass_on(self, from_page: asyncio.StreamReader, to_page: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        try:
            from_room, to_room = await asyncio.open_connection("127.0.0.1", self.to)
        except OSError:
            to_page.transport.abort()
            return
        self.count += 1
        self._open[task] = (to_page, to_room)
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(self._stream(task, from_page, to_room, slow=False))
                both.create_task(self._stream(task, from_room, to_page, slow=True))
        except* (OSError, asyncio.CancelledError):
            pass
        finally:
            del self._open[task]
            self._deaf.discard(task)
            to_page.close()
            to_room.close()

    async def _stream(
        self, task: asyncio.Task[None], reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, slow: bool
    ) -> None:
        while data := await reader.read(1024 if slow and self.bytes_a_second else 65536):
            if self.delay:
                await asyncio.sleep(self.delay)
            if slow and self.bytes_a_second:
                await asyncio.sleep(len(data) / self.bytes_a_second)
            if task in self._deaf:
                await asyncio.Event().wait()  # takes no more, and closes nothing
            writer.write(data)
            await writer.drain()
        raise ConnectionResetError  # the other direction ends as well


@contextlib.contextmanager
def proxy_to(port: int) -> Iterator[Proxy]:
    """A proxy that ends with the block."""
    proxy = Proxy(port)
    try:
        yield proxy
    finally:
        proxy.stop()
