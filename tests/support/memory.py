"""How much memory a process takes."""

from __future__ import annotations

import re
import threading
from pathlib import Path
from types import TracebackType


def resident(pid: int) -> float:
    """Megabytes that a process holds in memory now."""
    found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    assert found
    return int(found[1]) / 1024


class Memory:
    """Watches a process; `risen` are the megabytes that it has held, at most, beyond those at the beginning."""

    def __init__(self, pid: int) -> None:
        self.risen = 0.0
        self._pid = pid
        self._before = resident(pid)
        self._enough = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Memory:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._enough.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._enough.wait(0.05):
            self.risen = max(self.risen, resident(self._pid) - self._before)
