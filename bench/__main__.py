"""`python -m bench`: measure everything, print the table, write bench/latest.json. Ten minutes at most, on two cores.

`--short` takes less than a minute and looks only whether the rig works and nothing is lost; `--only load,browser`
leaves parts out. Neither writes bench/latest.json.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from bench.parts import PARTS, Numbers, PartFailed, run
from bench.processes import clean_up_when_told_to_end
from bench.report import table

LATEST = Path(__file__).with_name("latest.json")
#: Seconds that all of it may take.
WHOLE = 590.0
#: Cores that something else used in the worst window, beyond which the numbers are not to be believed.
DISTURBED = 0.25


def main() -> int:
    """Returns 1 where a part failed, a stream did, or anything was lost; an aim that is not met is no failure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--short", action="store_true", help="only see whether the rig works")
    parser.add_argument("--only", default="", metavar="PARTS", help=", ".join(part.name for part in PARTS))
    arguments = parser.parse_args()
    clean_up_when_told_to_end()
    only = arguments.only.split(",") if arguments.only else [part.name for part in PARTS]
    if unknown := set(only) - {part.name for part in PARTS}:
        parser.error(f"no part is called {' or '.join(sorted(unknown))}")
    begin = time.monotonic()
    numbers: Numbers = {}
    failed = False
    for part in PARTS:
        if part.name not in only or (arguments.short and not part.can_be_short):
            continue
        try:
            numbers |= run(part, short=arguments.short, seconds=WHOLE - (time.monotonic() - begin))
        except PartFailed as error:
            failed = True
            sys.stderr.write(f"{part.name} was not measured: {error}.\n")
    numbers["bench_seconds"] = time.monotonic() - begin
    if arguments.short:
        sys.stdout.write("The numbers of a short run say nothing; that there are some, does.\n")
    sys.stdout.write(table(numbers) + "\n")
    if numbers.get("other_load_cores_worst", 0) > DISTURBED:
        sys.stdout.write("Something else was at work on this machine: do not believe these numbers.\n")
    if not arguments.short and not arguments.only:
        LATEST.write_text(json.dumps(_machine() | _rounded(numbers), indent=2) + "\n")
    return int(failed or any(numbers.get(name) for name in ("lost_characters", "streams_in_trouble")))


def _machine() -> dict[str, str | int | None]:
    return {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "machine": platform.machine(),
        "cores": os.cpu_count(),
    }


def _rounded(numbers: Numbers) -> dict[str, float | None]:
    """To four digits; null for what never came."""
    return {name: float(f"{value:.4g}") if math.isfinite(value) else None for name, value in numbers.items()}


if __name__ == "__main__":
    sys.exit(main())
