"""The sections of the load part about time: each measures one thing, ours and the relay's in turns."""

from __future__ import annotations

import asyncio
import gc
from statistics import median

from bench.plan import Plan
from bench.provider import CHUNKED, Order
from bench.readers import GOOD_ENDS, Watch
from bench.rig import Rig
from bench.room import Room
from bench.streams import System, Turn, quiet, turn
from bench.text import Speech

Numbers = dict[str, float]


async def cpu(rig: Rig, plan: Plan) -> Numbers:
    """CPU per 1,000 deltas, ours and the relay's in turns, and the ratio of the medians."""
    numbers: Numbers = {}
    for streams, window in plan.levels.items():
        both: dict[str, list[Turn]] = {"room": [], "relay": []}
        room, relay = await rig.room(), await rig.relay()
        pages = await room.open(streams)
        for _ in range(plan.turns):
            both["room"].append(account(rig, room, await turn(room, rig.provider, pages, window)))
            sockets = await relay.open(streams)
            both["relay"].append(account(rig, relay, await turn(relay, rig.provider, sockets, window)))
            await relay.close(sockets)
        await room.close(pages)
        ours, bare = (median(one.cpu_per_1000 for one in some) for some in both.values())
        numbers |= {
            f"cpu_ms_per_1000_{streams}": ours,
            f"relay_cpu_ms_per_1000_{streams}": bare,
            f"cpu_ratio_{streams}": ours / bare if bare else 0,
            f"p99_ms_{streams}": 1000 * median(one.p99 for one in both["room"]),
            f"relay_p99_ms_{streams}": 1000 * median(one.p99 for one in both["relay"]),
            f"start_cpu_ms_{streams}": 1000 * median(one.start_cpu / streams for one in both["room"]),
        }
    return numbers


async def transport(rig: Rig, plan: Plan) -> Numbers:
    """The relay over httpx-aiohttp's transport, for comparison only."""
    numbers: Numbers = {}
    system = await rig.relay("aiohttp")
    for streams, window in plan.levels.items():
        sockets = await system.open(streams)
        result = account(rig, system, await turn(system, rig.provider, sockets, window))
        await system.close(sockets)
        numbers[f"relay_aiohttp_cpu_ms_per_1000_{streams}"] = result.cpu_per_1000
    return numbers


async def latency(rig: Rig, plan: Plan) -> Numbers:
    """One stream at 50 deltas a second; then first delta and time to the request, one question after the other."""
    numbers: Numbers = {}
    for system in (await rig.room(), await rig.relay()):
        mark = "" if isinstance(system, Room) else "relay_"
        readers = await system.open(1)
        one = account(rig, system, await turn(system, rig.provider, readers, plan.latency_window))
        await system.close(readers)
        asks, firsts = await _questions(rig, system, plan.questions)
        numbers |= {
            f"{mark}added_latency_ms_p50": 1000 * one.p50,
            f"{mark}added_latency_ms_p99": 1000 * one.p99,
            f"{mark}ask_to_request_ms_p50": 1000 * median(asks),
            f"{mark}ask_to_request_ms_worst": 1000 * max(asks),
            f"{mark}first_delta_ms_p50": 1000 * median(firsts),
            f"{mark}first_delta_ms_worst": 1000 * max(firsts),
        }
    return numbers


async def _questions(rig: Rig, system: System, questions: int) -> tuple[list[float], list[float]]:
    """Seconds from question to request, and from the first delta's sending to its sight."""
    asks, firsts = [], []
    [reader] = await system.open(1)
    for number in range(questions):
        if not isinstance(system, Room):
            [reader] = await system.open(1)
        watch = await system.ask(reader, system.speeches.order(50, 10))
        await _over(watch)
        if number >= 2:  # the first ones load what is loaded when first wanted
            asks.append(watch.received - watch.asked)
            firsts.append(watch.seen[0] - watch.sent[0])
        await asyncio.sleep(0.05)
    await system.close([reader])
    return asks, firsts


async def long(rig: Rig, plan: Plan) -> Numbers:
    """One reply at full speed: from the question to the last delta, in turns; each in a conversation of its own."""
    numbers: Numbers = {}
    taken = await _long_replies(rig, [(count, CHUNKED) for count in plan.long], plan.long_turns)
    (short, short_relay), (whole, whole_relay) = taken.values()
    numbers |= {
        "growth_40k_over_20k": whole / short,
        "relay_growth_40k_over_20k": whole_relay / short_relay,
        "long_reply_ratio": whole / whole_relay,
    }
    others = await _long_replies(rig, [(plan.long[-1], chunked) for chunked in plan.chunked], plan.chunked_turns)
    for (count, chunked), (ours, relay) in (taken | others).items():
        mark = f"{count // 1000}k" + (f"_chunks_of_{chunked}" if chunked != CHUNKED else "")
        numbers |= {f"long_{mark}_s": ours, f"relay_long_{mark}_s": relay}
    return numbers


async def _long_replies(
    rig: Rig, wanted: list[tuple[int, int]], turns: int
) -> dict[tuple[int, int], tuple[float, float]]:
    """(deltas, events in a chunk) → median seconds, ours and the relay's.

    A first turn, which fills the provider's cache, does not count.
    """
    times: dict[tuple[int, int, str], list[float]] = {}
    for number in range(turns + 1):
        for count, chunked in wanted:
            for system in (await rig.room(), await rig.relay()):
                seconds, cpu_seconds = await _long_reply(rig, system, count, chunked)
                if number:
                    times.setdefault((count, chunked, system.name), []).append(seconds)
                    how = f"{count} deltas, {chunked} in a chunk"
                    rig.say(f"{how}, {system.name}: {seconds:.2f} s, cpu {cpu_seconds:.2f} s")
    return {key: (median(times[*key, "room"]), median(times[*key, "relay"])) for key in wanted}


async def _long_reply(rig: Rig, system: System, count: int, chunked: int) -> tuple[float, float]:
    [reader] = await system.open_fresh() if isinstance(system, Room) else await system.open(1)
    order = Order(0, Speech(0, count, count // 4), system.board.place(count), chunked)
    assert system.process
    await quiet()
    cpu_before = system.process.cpu()
    gc.collect()
    gc.disable()
    watch = await system.ask(reader, order)
    await _over(watch)
    gc.enable()
    cpu_after = system.process.cpu()
    rig.compared += 1
    if lost := await system.lost([reader]):
        rig.add_loss(system.name, lost)
    await system.close([reader])
    return max(watch.seen) - watch.asked, cpu_after - cpu_before


async def _over(watch: Watch) -> None:
    async with asyncio.timeout(60):
        how = await watch.ended
    if how not in GOOD_ENDS:
        raise RuntimeError(f"a reply ended so: {how}")


def account(rig: Rig, system: System, result: Turn, *, is_try: bool = False) -> Turn:
    """Tell of a turn, and remember what it says about all. Trouble of a mere try is none, but a loss is a loss."""
    rig.say(result.line())
    rig.compared += result.compared
    if result.window:
        rig.others.append(result.others / result.window)
    if result.lost:
        rig.add_loss(system.name, result.lost)
    if not is_try:
        rig.trouble += [f"{result.streams} streams, {system.name}: {one}" for one in result.trouble]
    return result
