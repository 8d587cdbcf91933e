"""Whether the rig would notice: a frame of a reply is withheld from a reader, and the count of losses tells."""

from __future__ import annotations

import asyncio

from bench.plan import Plan
from bench.readers import GOOD_ENDS
from bench.rig import Rig
from bench.sections import Numbers
from bench.streams import System

# So fast that each of the room's frames, thirty a second, holds whole paragraphs, which are never sent again.
RATE = DELTAS = 6_000
# The frame that brings this one is withheld.
WITHHELD = 2_000


async def selfcheck(rig: Rig, plan: Plan) -> Numbers:
    """Raise RuntimeError where a withheld frame is not missed, or something is missed that was not withheld."""
    for system in (await rig.room(), await rig.relay()):
        for withheld in (None, WITHHELD):
            lost = await missed(system, withheld)
            what = f"{system.name}, {'a frame withheld' if withheld else 'nothing withheld'}: {lost} characters missed"
            rig.say(what)
            if bool(lost) != bool(withheld):
                raise RuntimeError(f"The rig does not work: {what}.")
    return {}


async def missed(system: System, withheld: int | None, deltas: int = DELTAS) -> int:
    """Characters that are missed of a reply, if the frame that brings a delta is withheld from its reader."""
    [reader] = await system.open(1)
    reader.deaf_to = withheld
    watch = await system.ask(reader, system.speeches.order(RATE, deltas))
    async with asyncio.timeout(60):
        how = await watch.ended
    if how not in GOOD_ENDS:
        raise RuntimeError(f"a reply ended so: {how}")
    lost = await system.lost([reader])
    await system.close([reader])
    return lost
