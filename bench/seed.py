"""A room in which a million messages have been said: made once, kept beside the temporary files, and used again.

`python -m bench.seed` makes it without measuring anything. It takes 3 GB, and a few minutes the first time. With
BENCH_DATABASE_URL it is made in a PostgreSQL database of that name, which must be empty.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.processes import ROOT

MESSAGES, PEOPLE = 1_000_000, 50
# What a trial takes tells how long the whole would take; where that is too long, the room has fewer messages.
TRIAL, STEP = 20_000, 50_000

_FOREIGN = re.compile(r"CHATROOM_.*|.*_API_KEY|DATABASE_URL|REDIS_URL|DJANGO_SETTINGS_MODULE")


def environment(data: Path) -> dict[str, str]:
    """Of a room with this data, and with nothing of anybody else's."""
    own = {name: value for name, value in os.environ.items() if not _FOREIGN.fullmatch(name)}
    own |= {"CHATROOM_DATA": str(data), "CHATROOM_DISCOVER": "0", "CHATROOM_DEMO": "0"}
    if url := os.environ.get("BENCH_DATABASE_URL"):
        own["DATABASE_URL"] = url
    return own


def manage(data: Path, *arguments: str) -> str:
    """Run a command of the room. Returns what it printed."""
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(
        command, cwd=ROOT, env=environment(data), check=True, stdout=subprocess.PIPE, text=True
    ).stdout


def seeded(seconds: float) -> tuple[Path, int]:
    """The data folder of the room and how many messages it has: a million, or what could be made in about `seconds`."""
    home = _home()
    for done in home.glob("*/done"):
        return done.parent, int(done.read_text())
    for begun in home.iterdir():
        shutil.rmtree(begun)
    data = home / "room"
    messages = _possible(home, seconds)
    _say(f"making a room of {messages:,} messages in {data}")
    _generate(data, messages)
    (data / "done").write_text(str(messages))
    return data, messages


def _possible(home: Path, seconds: float) -> int:
    # With a database of its own there is no other place to try it in.
    if os.environ.get("BENCH_DATABASE_URL") or seconds == float("inf"):
        return MESSAGES
    began = time.monotonic()
    _generate(home / "trial", TRIAL)
    shutil.rmtree(home / "trial")
    possible = int(TRIAL / (time.monotonic() - began) * seconds)
    return min(MESSAGES, max(STEP, possible // STEP * STEP))


def _generate(data: Path, messages: int) -> None:
    data.mkdir(mode=0o700)
    manage(data, "migrate", "-v", "0")
    manage(data, "generate", "-v", "0", f"--messages={messages}", f"--people={PEOPLE}", "--until=2026-06-30")


def _home() -> Path:
    """A folder of ours alone, named after all that makes a room what it is; of earlier ones nothing is left."""
    made_of = hashlib.sha256(os.environ.get("BENCH_DATABASE_URL", "").encode())
    for pattern in ("sample/*.py", "migrations/*.py", "searching/s*.py"):
        for file in sorted((ROOT / "chatroom" / "conversations").glob(pattern)):
            made_of.update(file.read_bytes())
    base = Path(tempfile.gettempdir()) / f"chatroom-bench-{os.getuid()}"
    base.mkdir(mode=0o700, exist_ok=True)
    if base.stat().st_uid != os.getuid() or base.is_symlink():
        raise RuntimeError(f"{base} is not ours")
    home = base / made_of.hexdigest()[:16]
    for other in base.iterdir():
        if other != home and not os.environ.get("BENCH_DATABASE_URL"):
            shutil.rmtree(other, ignore_errors=True)
    home.mkdir(exist_ok=True)
    return home


def _say(sentence: str) -> None:
    sys.stderr.write(f"pages: {sentence}\n")


if __name__ == "__main__":
    seeded(float("inf"))
