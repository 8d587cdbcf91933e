"""The sections of the load part about the room alone: how soon it is there, and what memory its readers take."""

from __future__ import annotations

import asyncio
from statistics import median

from bench.plan import Plan
from bench.rig import Rig
from bench.sections import Numbers, account
from bench.streams import crowd

MB = 1e6
KB = 1e3
# Seconds until what a page does when it is opened is done.
SETTLE = 1.0


async def start(rig: Rig, plan: Plan) -> Numbers:
    """From the start of the process to the first page: the very first start, and one with a database that is there."""
    first, first_memory, later, memory = [], [], [], []
    rooms = [rig.new_room() for _ in range(plan.starts)]
    for room in rooms:
        first.append(await room.start())
        assert room.process
        first_memory.append(room.process.rss())
        await room.stop()
    [room, *_] = rooms
    await room.populate(1)
    for _ in rooms:
        later.append(await room.start())
        assert room.process
        memory.append(room.process.rss())
        await room.stop()
    numbers = {
        "first_start_to_first_page_s": median(first),
        "start_to_first_page_s": median(later),
        "rss_first_start_mb": median(first_memory) / MB,
        "rss_start_mb": median(memory) / MB,
    }
    rig.say(", ".join(f"{name} {number:.2f}" for name, number in numbers.items()))
    return numbers


async def idle(rig: Rig, plan: Plan) -> Numbers:
    """What a process that was just started has more in memory when so many more have a conversation open."""
    room = await rig.room()
    await room.populate(plan.warm + plan.idle)
    people = room.people[: plan.warm + plan.idle]
    await room.have_said_something(people)
    await room.restart()
    assert room.process
    pages = await room.open_for(people[: plan.warm])
    await asyncio.sleep(SETTLE)
    before = room.process.rss()
    pages += await room.open_for(people[plan.warm :])
    await asyncio.sleep(SETTLE)
    after = room.process.rss()
    await room.close(pages)
    rig.say(f"{plan.idle} idle readers: {before / MB:.0f} → {after / MB:.0f} MB")
    return {"kb_per_idle_reader": (after - before) / plan.idle / KB, "idle_readers": plan.idle}


async def hundred(rig: Rig, plan: Plan) -> Numbers:
    """Many readers of one run, in a process that was just started: CPU, lateness, memory."""
    room = await rig.room()
    await room.populate(1)
    await room.restart()
    assert room.process
    [person] = room.people[:1]
    person.begin()
    pages = await room.open_for([person] * 2)
    account(rig, room, await crowd(room, rig.provider, pages, 0.5))
    await room.close(pages)
    person.begin()
    before = room.process.rss()
    pages = await room.open_for([person] * plan.crowd)
    result = account(rig, room, await crowd(room, rig.provider, pages, plan.crowd_window))
    await room.close(pages)
    rig.say(f"{plan.crowd} readers of one run: {before / MB:.0f} → {result.rss / MB:.0f} MB")
    return {
        "kb_per_running_reader": (result.rss - before) / plan.crowd / KB,
        "hundred_readers_cpu_ms_per_1000_sent": result.cpu_per_1000,
        "hundred_readers_cpu_ms_per_1000_delivered": result.cpu_per_1000 / plan.crowd,
        "hundred_readers_p50_ms": 1000 * result.p50,
        "hundred_readers_p99_ms": 1000 * result.p99,
    }
