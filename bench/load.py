"""The load part: `python -m bench.load`, or some sections of it: `--only cpu,long`.

To profile, `--hold 60 --streams 200` runs 200 streams for 60 seconds and says which process is which; with
`--level 50,200` the section `cpu` takes those levels only. `--environment CHATROOM_WIRE_DAYS=0` sets what
the room sees; `--patient 60` lets each turn wait so long at most for the machine to be quiet.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from dataclasses import replace

from bench import streams
from bench.capacity import capacity
from bench.footprint import hundred, idle, start
from bench.plan import FULL, SHORT, Plan
from bench.processes import clean_up_when_told_to_end
from bench.rig import Rig
from bench.sections import Numbers, cpu, latency, long, transport
from bench.selfcheck import selfcheck
from bench.strangers import strangers
from bench.streams import turn

#: In this order: what comes later finds people with conversations in which something has been said.
SECTIONS = {
    "selfcheck": selfcheck,
    "start": start,
    "latency": latency,
    "cpu": cpu,
    "capacity": capacity,
    "long": long,
    "idle": idle,
    "hundred": hundred,
    "strangers": strangers,
    "transport": transport,
}
#: Sections that are measured only where they are asked for.
EXTRA = ("transport",)


async def _measure(only: list[str], plan: Plan, environment: dict[str, str]) -> Numbers:
    numbers: Numbers = {}
    async with Rig(**environment) as rig:
        try:
            for name in only:
                begin = rig.seconds
                numbers |= await SECTIONS[name](rig, plan)
                rig.say(f"— {name} took {rig.seconds - begin:.1f} s")
        finally:  # where a section fails, what room and relay say is why
            for line in [*rig.trouble, *rig.complaints()]:
                rig.say(line)
        numbers["lost_characters"] = rig.lost
        numbers["relay_lost_characters"] = rig.relay_lost
        numbers["streams_compared"] = rig.compared
        numbers["streams_in_trouble"] = len(rig.trouble)
        numbers["other_load_cores_worst"] = max(rig.others, default=0)
    return numbers


async def _hold(environment: dict[str, str], system_name: str, count: int, seconds: float) -> None:
    async with Rig(**environment) as rig:
        system = await (rig.room() if system_name == "room" else rig.relay())
        assert system.process
        rig.say(f"{system.name}: pid {system.process.pid}; provider: pid {rig.provider.pid}")
        result = await turn(system, rig.provider, await system.open(count), seconds)
        rig.say(result.line())


def measure(*, short: bool = False) -> Numbers:
    """All sections; or all of them in little, to see that they work."""
    only = [name for name in SECTIONS if name not in EXTRA]
    return asyncio.run(_measure(only, SHORT if short else FULL, {}))


def main() -> None:
    """Read the command line."""
    usual = ",".join(name for name in SECTIONS if name not in EXTRA)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default=usual, help=f"sections: {', '.join(SECTIONS)}")
    parser.add_argument("--short", action="store_true", help="tiny windows, to see that the rig works")
    parser.add_argument("--level", default="", help="streams at once, for the sections cpu and transport: 50,200")
    parser.add_argument("--turns", type=int, default=0, help="for the section cpu")
    parser.add_argument("--hold", type=float, default=0, metavar="SECONDS", help="run streams for so long, to profile")
    parser.add_argument("--streams", type=int, default=200, help="with --hold")
    parser.add_argument("--system", default="room", choices=("room", "relay"), help="with --hold")
    parser.add_argument("--patient", type=float, default=0, metavar="SECONDS", help="wait for a quiet machine")
    parser.add_argument("--environment", action="append", default=[], metavar="NAME=VALUE")
    arguments = parser.parse_args()
    clean_up_when_told_to_end()
    streams.PATIENCE = arguments.patient
    environment = dict(pair.split("=", 1) for pair in arguments.environment)
    if arguments.hold:
        asyncio.run(_hold(environment, arguments.system, arguments.streams, arguments.hold))
        return
    plan = SHORT if arguments.short else FULL
    if arguments.level:
        plan = replace(plan, levels=dict.fromkeys(map(int, arguments.level.split(",")), 8.0))
    if arguments.turns:
        plan = replace(plan, turns=arguments.turns)
    numbers = asyncio.run(_measure(arguments.only.split(","), plan, environment))
    for name, value in numbers.items():
        sys.stdout.write(f"{name:42} {value:12.3f}\n")


if __name__ == "__main__":
    main()
