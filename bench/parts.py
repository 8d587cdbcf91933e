"""The parts of the bench, each in a process of its own: one that fails or hangs takes nothing from the others.

`python -m bench.parts NAME FILE [--short]` is that process; it writes its numbers to FILE.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import json
import os
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from bench.processes import ROOT, clean_up_when_told_to_end

Numbers = dict[str, float]


@dataclass(frozen=True, slots=True)
class Part:
    """A module with `measure()`, whether it can be told to be `short`, and the seconds after which it is given up."""

    name: str
    can_be_short: bool
    seconds: float


PARTS = (
    Part("decoders", True, 60),
    Part("load", True, 430),
    Part("pages", False, 150),
    Part("browser", False, 150),
)


class PartFailed(Exception):
    """A part has no numbers; the sentence says why."""


def run(part: Part, *, short: bool, seconds: float) -> Numbers:
    """Run a part, for so many seconds at most. What it says goes to our own output."""
    if importlib.util.find_spec(f"bench.{part.name}") is None:
        raise PartFailed("it is not here")
    with tempfile.TemporaryDirectory(prefix="chatroom-bench-") as folder:
        file = Path(folder) / "numbers.json"
        command = [sys.executable, "-m", "bench.parts", part.name, str(file), *(["--short"] if short else [])]
        process = subprocess.Popen(command, cwd=ROOT, start_new_session=True)
        try:
            status = process.wait(min(seconds, part.seconds))
        except subprocess.TimeoutExpired:
            raise PartFailed(f"it was not done after {min(seconds, part.seconds):.0f} seconds") from None
        finally:
            _end(process)
        if status != 0:
            raise PartFailed(f"it ended with status {status}; what it said stands above")
        numbers: Numbers = json.loads(file.read_text())
        return numbers


def _end(process: subprocess.Popen[bytes]) -> None:
    """End what the part has left: kindly, so that it removes its folders and ends its servers, then all at once."""
    if process.poll() is None:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(15)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def main(name: str, file: str, *options: str) -> None:
    """Be the process of a part."""
    clean_up_when_told_to_end()
    module = importlib.import_module(f"bench.{name}")
    numbers = module.measure(short=True) if "--short" in options else module.measure()
    Path(file).write_text(json.dumps(numbers))


if __name__ == "__main__":
    main(*sys.argv[1:])
