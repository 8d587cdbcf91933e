"""One turn: so many streams at a steady rate through one system, or one through many sockets, and what that cost."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from bench.board import HUSH, LATEST, SENT
from bench.processes import Process, machine_cpu
from bench.provider import Order
from bench.readers import INFINITE, Reader, Watch
from bench.room import Room, until
from bench.yardstick import Yardstick

System = Room | Yardstick

RATE = 50
#: Streams start so fast.
STARTS_A_SECOND = 100
SETTLE = 1.0
#: Seconds, beyond those that the starts are spread over, after which all have reached the provider, or the turn failed.
LONGEST_START = 15.0
#: So often, with pauses, it is looked whether the last deltas of a window have come; after that they never came.
LONGEST_WAY = 5
#: Seconds that a turn waits at most until the rest of the machine uses less than this share of a core.
PATIENCE = 0.0
QUIET = 0.15


@dataclass(slots=True)
class Turn:
    """What was measured. Times in seconds, latencies from the provider's send to the reader's receipt."""

    system: str
    streams: int
    deltas: int = 0
    window: float = 0
    cpu: float = 0
    start_cpu: float = 0
    provider_cpu: float = 0
    rig_cpu: float = 0
    others: float = 0  # what else ran on the machine
    behind: float = 0  # the most that the provider was behind its time
    lag: float = 0  # the most that this process, and so a reader's clock, was late
    p50: float = 0
    p99: float = 0
    start_p99: float = 0
    frames: float = 0  # a delta
    bytes: float = 0
    rss: float = 0
    compared: int = 0  # streams that were held against what the provider said
    lost: int = 0
    trouble: list[str] = field(default_factory=list)

    @property
    def cpu_per_1000(self) -> float:
        """CPU-milliseconds of the system per 1,000 deltas."""
        return self.cpu * 1e6 / max(1, self.deltas)

    def line(self) -> str:
        """The turn in one line."""
        if not self.window:
            return f"{self.streams:4} {self.system:13} not measured{self._troubles}"
        share = [f"{100 * cpu / self.window:.0f} %" for cpu in (self.cpu, self.provider_cpu, self.rig_cpu, self.others)]
        return (
            f"{self.streams:4} {self.system:13} {self.cpu_per_1000:6.1f} ms/1000"
            f"  p50 {self.p50 * 1000:6.1f}  p99 {self.p99 * 1000:7.1f}  starting p99 {self.start_p99 * 1000:7.1f} ms"
            f"  {self.deltas / self.window:6.0f} deltas/s  cpu {share[0]}, provider {share[1]}, rig {share[2]},"
            f" others {share[3]}"
            f"  behind {self.behind * 1000:.0f}, lag {self.lag * 1000:.0f} ms  {self.frames:.2f} frames,"
            f" {self.bytes:.0f} B a delta  start {self.start_cpu * 1000 / self.streams:.0f} ms each"
            f"  {self.rss / 1e6:.0f} MB  lost {self.lost}{self._troubles}"
        )

    @property
    def _troubles(self) -> str:
        return "".join(f"\n     {trouble}" for trouble in self.trouble[:5])


async def turn(
    system: System,
    provider: Process,
    readers: Sequence[Reader],
    window: float,
    *,
    rate: int = RATE,
    longest_start: float = LONGEST_START,
) -> Turn:
    """One stream for each reader: start them, let them settle, measure for `window` seconds, compare what was said.

    Where they do not all start within `longest_start` seconds, nothing is measured.
    """
    # More than will be said: the provider is hushed when the window is over.
    count = int(rate * (len(readers) / STARTS_A_SECOND + longest_start + SETTLE + window))
    orders = [system.speeches.order(rate, count) for _ in readers]
    result = Turn(system.name, len(readers))
    async with _undisturbed(system):
        begin = time.monotonic()
        watches = await _start(system, readers, orders, result, longest_start)
        if not result.trouble:
            await asyncio.sleep(SETTLE)
            measured = await _window(system, provider, window, readers, watches, result)
            # Only now, when what was sent in the beginning has had time to arrive.
            result.start_p99 = percentile([one for watch in watches for one in watch.latencies(begin, measured)], 0.99)
        system.board.cells[HUSH] = 1
        await _end(watches, result)
    await _compare(system, readers, result)
    return result


async def crowd(room: Room, provider: Process, readers: Sequence[Reader], window: float, *, rate: int = RATE) -> Turn:
    """The same with one stream that all readers read; the first of them asks for it."""
    order = room.speeches.order(rate, int(rate * (LONGEST_START + SETTLE + window)))
    result = Turn(room.name, 1)
    async with _undisturbed(room):
        for reader in readers[1:]:
            reader.watch = Watch(room.board, order)
        await room.ask(readers[0], order)
        watches = [reader.watch for reader in readers if reader.watch]

        async def all_read() -> bool | None:
            return all(watch.last >= 0 or watch.ended.done() for watch in watches) or None

        await until(all_read, 0.05)
        await asyncio.sleep(SETTLE)
        await _window(room, provider, window, readers, watches, result)
        room.board.cells[HUSH] = 1
        await _end(watches, result)
    await _compare(room, readers, result)
    return result


@asynccontextmanager
async def _undisturbed(system: System) -> AsyncIterator[None]:
    """Wait for a quiet machine, as long as the rig was told to; then keep this process from pauses of its own."""
    await quiet()
    system.board.cells[HUSH] = 0
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        system.board.cells[HUSH] = 0
        gc.enable()


async def quiet() -> None:
    """Wait until the machine has little else to do, or for the time that this may take."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        before = machine_cpu()
        await asyncio.sleep(1)
        if machine_cpu() - before < QUIET:
            return


async def _start(
    system: System, readers: Sequence[Reader], orders: list[Order], result: Turn, longest: float
) -> list[Watch]:
    assert system.process
    begin, cpu = time.monotonic(), system.process.cpu()
    asking = []
    for number, (reader, order) in enumerate(zip(readers, orders, strict=True)):
        await asyncio.sleep(begin + number / STARTS_A_SECOND - time.monotonic())
        reader.watch = None
        asking.append(asyncio.create_task(system.ask(reader, order)))
    deadline = begin + len(readers) / STARTS_A_SECOND + longest
    while waiting := sum(not (reader.watch and reader.watch.has_begun) for reader in readers):
        if time.monotonic() > deadline:
            result.trouble.append(f"{waiting} requests did not reach the provider in time")
            system.board.cells[HUSH] = 1
            break
        await asyncio.sleep(0.05)
    watches = list(await asyncio.gather(*asking))
    result.start_cpu = system.process.cpu() - cpu
    return watches


async def _window(
    system: System,
    provider: Process,
    window: float,
    readers: Sequence[Reader],
    watches: list[Watch],
    result: Turn,
) -> float:
    """Measure. Returns when that began."""
    assert system.process
    cells = system.board.cells
    cells[LATEST] = 0
    sockets = [reader.socket for reader in readers if reader.socket]
    begin, sent, frames = time.monotonic(), cells[SENT], sum(one.frames for one in sockets)
    size, own = sum(one.bytes for one in sockets), time.process_time()
    cpu, provider_cpu, machine = system.process.cpu(), provider.cpu(), machine_cpu()
    result.lag = await _sleep_and_look(window)
    result.cpu = system.process.cpu() - cpu
    result.provider_cpu = provider.cpu() - provider_cpu
    end = time.monotonic()
    result.window, result.deltas = end - begin, int(cells[SENT] - sent)
    result.rig_cpu = time.process_time() - own
    result.others = machine_cpu() - machine - result.cpu - result.provider_cpu - result.rig_cpu
    result.behind = cells[LATEST]
    result.frames = (sum(one.frames for one in sockets) - frames) / max(1, result.deltas)
    result.bytes = (sum(one.bytes for one in sockets) - size) / max(1, result.deltas)
    result.rss = system.process.rss()
    if any(watch.ended.done() for watch in watches):
        result.trouble.append("some streams ended before the window did")
    for _ in range(LONGEST_WAY):  # what was sent last may be under way
        await asyncio.sleep(0.7)
        latencies = [one for watch in watches for one in watch.latencies(begin, end)]
        if INFINITE not in latencies:
            break
    result.p50, result.p99 = percentile(latencies, 0.5), percentile(latencies, 0.99)
    return begin


async def _compare(system: System, readers: Sequence[Reader], result: Turn) -> None:
    """Count what was lost. Streams that did not end well are trouble already, and what they said is not all there."""
    well = [reader for reader in readers if reader.watch and reader.watch.ended_well]
    result.compared = len(well)
    result.lost = await system.lost(well)


async def _end(watches: list[Watch], result: Turn) -> None:
    await asyncio.wait([watch.ended for watch in watches], timeout=30)
    for watch in watches:
        if not watch.ended_well:
            how = watch.ended.result() if watch.ended.done() else "not over"
            result.trouble.append(f"a stream: {how}")


async def _sleep_and_look(seconds: float) -> float:
    """Sleep. Returns by how much this process was late at worst: so much the readers' clocks may be wrong."""
    worst, end = 0.0, time.monotonic() + seconds
    while (now := time.monotonic()) < end:
        pause = min(0.01, end - now)
        await asyncio.sleep(pause)
        worst = max(worst, time.monotonic() - now - pause)
    return worst


def percentile(values: list[float], share: float) -> float:
    """The value that `share` of them do not exceed; 0 where there are none."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))] if values else 0.0
