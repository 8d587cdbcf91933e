"""The largest number of streams that a system carries: all start, none fails, and 99 of 100 deltas come in time."""

from __future__ import annotations

import time
from collections.abc import Sequence

from bench.plan import Plan
from bench.readers import Reader
from bench.rig import Rig
from bench.room import Room
from bench.sections import Numbers, account
from bench.streams import System, turn

#: A delta is in time if it reaches the reader so many seconds after the provider sent it.
IN_TIME = 0.25
# A system that has not started all its streams so many seconds after the last was asked for does not carry them.
LONGEST_START = 8.0


async def capacity(rig: Rig, plan: Plan) -> Numbers:
    """Ours, then the relay's; each started at a hundred a second, at fifty deltas a second."""
    numbers: Numbers = {}
    for system in (await rig.room(), await rig.relay()):
        mark = "" if isinstance(system, Room) else "relay_"
        carried, not_carried = await _search(rig, plan, system)
        numbers[f"{mark}streams_p99_250ms"] = carried
        numbers[f"{mark}streams_too_many"] = not_carried
    return numbers


async def _search(rig: Rig, plan: Plan, system: System) -> tuple[int, int]:
    """The most streams that were carried, and the fewest that were not (0: none so far)."""
    deadline = time.monotonic() + plan.capacity_seconds[system.name]
    readers: Sequence[Reader] = []
    carried, not_carried = 0, 0
    streams, longest_try = plan.capacity_first[system.name], 0.0
    while True:
        begin = time.monotonic()
        readers = await _more(system, readers, streams)
        result = await turn(system, rig.provider, readers[:streams], plan.capacity_window, longest_start=LONGEST_START)
        # What fails here is an answer, and no trouble of the rig's.
        carries = result.window > 0 and result.p99 < IN_TIME and not result.trouble and not result.lost
        rig.say(f"{system.name} {'carries' if carries else 'does not carry'} {streams} streams")
        account(rig, system, result, is_try=True)
        if carries:
            carried = streams
        else:
            not_carried = streams
        longest_try = max(longest_try, time.monotonic() - begin)
        streams = next_try(carried, not_carried, streams, plan.capacity_step)
        if streams in (0, carried, not_carried) or streams > plan.capacity_most:
            break
        if time.monotonic() + longest_try > deadline:
            break
    await system.close(readers)
    return carried, not_carried


def next_try(carried: int, not_carried: int, last: int, step: int) -> int:
    """How many streams to try next; 0 where it is known as finely as `step`."""
    if not not_carried:
        return last + 4 * step
    if not carried:
        return last - 4 * step if last > 4 * step else last // 2
    if not_carried - carried <= step:
        return 0
    return carried + max(step, (not_carried - carried) // 2 // step * step)


async def _more(system: System, readers: Sequence[Reader], count: int) -> Sequence[Reader]:
    """Pages stay open from one try to the next, and more are opened where there are too few; sockets are new."""
    if not isinstance(system, Room):
        return await system.open(count)
    if count <= len(readers):
        return readers
    await system.populate(count)
    new = system.people[len(readers) : count]
    for person in new:
        person.begin()
    return [*readers, *await system.open_for(new)]
