"""The processes that are measured, and what they use."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TICKS = os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def clean_up_when_told_to_end() -> None:
    """Take SIGTERM for Ctrl-C, so that folders are removed and servers ended; Ctrl-C is not heard in the background."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)


class Process:
    """A program that was started here. What it writes goes to `log`."""

    def __init__(self, arguments: list[str], log: Path, environment: dict[str, str] | None = None) -> None:
        self.started = time.monotonic()
        self.log = log
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, *arguments],
                cwd=ROOT,
                env={**os.environ, **(environment or {})},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    @property
    def pid(self) -> int:
        """Its number."""
        return self._process.pid

    def check(self) -> None:
        """Raise RuntimeError, with its last words, if it has ended."""
        if self._process.poll() is not None:
            raise RuntimeError(f"{self._process.args!r} ended: {self.log.read_text()[-2000:]}")

    def stop(self) -> None:
        """End it, kindly at first."""
        self._process.terminate()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()

    def wait_for_port(self, port: int, seconds: float = 180) -> None:
        """Return when it listens."""
        deadline = time.monotonic() + seconds
        while True:
            self.check()
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                return
            if time.monotonic() > deadline:
                raise RuntimeError(f"{self._process.args!r} does not listen: {self.log.read_text()[-2000:]}")
            time.sleep(0.005)

    def cpu(self) -> float:
        """Seconds of processor time, user and system, of it and its children; finer than the kernel's ticks."""
        return sum(_cpu(pid) for pid in _family(self.pid))

    def rss(self) -> float:
        """Bytes of memory that it has in RAM, with its children."""
        return sum(_rss(pid) for pid in _family(self.pid))


def machine_cpu() -> float:
    """Seconds of processor time that were used on the whole machine since it started, or taken from it."""
    user, nice, system, _idle, _waiting, *irq_and_steal = map(int, Path("/proc/stat").read_text().split()[1:9])
    return (user + nice + system + sum(irq_and_steal)) / TICKS


def _family(pid: int) -> list[int]:
    found = [pid]
    for task in Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(OSError):
            for child in (task / "children").read_text().split():
                found += _family(int(child))
    return found


def _cpu(pid: int) -> float:
    # The clock of another process, by its number: what clock_getcpuclockid(3) makes of it on Linux.
    own = time.clock_gettime((~pid << 3) | 2)
    of_dead_children = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[13:15]
    return own + sum(map(int, of_dead_children)) / TICKS


def _rss(pid: int) -> float:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
