"""Many strangers on one live link, beside conversations that others have: what do those notice of it?"""

from __future__ import annotations

import asyncio
import time

from bench.plan import Plan
from bench.readers import INFINITE, Watch
from bench.rig import Rig
from bench.sections import Numbers, account
from bench.streams import SETTLE, percentile, turn


async def strangers(rig: Rig, plan: Plan) -> Numbers:
    """The owners' p99 while strangers watch one of their replies, in a process that was just started."""
    room = await rig.room()
    await room.populate(plan.beside + 1)
    *others, shared = room.people[: plan.beside + 1]
    for person in others:
        person.begin()
    shared.conversation = 0
    await room.have_said_something([shared])
    await room.restart()
    pages = await room.open_for([*others, shared])
    guests = await room.open_shared(await room.share(shared), plan.strangers)
    began = time.monotonic()
    measuring = asyncio.create_task(turn(room, rig.provider, pages, plan.strangers_window))
    while (asked := pages[-1].watch) is None:  # noqa: ASYNC110 - the turn tells nobody
        await asyncio.sleep(0.005)
    for guest in guests:
        guest.watch = Watch(room.board, asked.order)
    result = account(rig, room, await measuring)
    ended = began + plan.beside / 100 + SETTLE + plan.strangers_window
    late = [one for guest in guests if guest.watch for one in guest.watch.latencies(began + SETTLE, ended)]
    missed = sum(one == INFINITE for one in late)
    if missed:
        rig.trouble.append(f"{missed} deltas never reached a stranger")
    await room.close([*pages, *guests])
    rig.say(f"{len(guests)} strangers: p99 {1000 * percentile(late, 0.99):.0f} ms, {missed} of {len(late)} missed")
    return {
        "strangers": len(guests),
        "owners_beside_strangers_p99_ms": 1000 * result.p99,
        "strangers_p99_ms": 1000 * percentile(late, 0.99),
        "strangers_cores": result.cpu / max(result.window, 1e-9),
    }
