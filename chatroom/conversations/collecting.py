"""Static files: collected and compressed in one folder when they have changed since the last time.

Their names change with what is in them, and pages that are open still name those of before: while an upgrade goes on
one folder may serve two versions. So what is current no more stays for some days.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.contrib.staticfiles.storage import ManifestStaticFilesStorage
from django.core.management import call_command

from chatroom.conversations.preparing import alone_in

STAMP = ".collected"
# The storage's list of what is current. In debug mode there is none, nor are there names with a digest.
MANIFEST = ManifestStaticFilesStorage.manifest_name
KEPT_SECONDS = 7 * 24 * 60 * 60
COMPRESSED = (".gz", ".br", ".zst")


def collect_static() -> None:
    """Collect, where that is needed. Of several processes that begin with one folder one does it."""
    root = Path(settings.STATIC_ROOT)
    stamp = root / STAMP
    digest = _digest()
    with alone_in(root):
        if stamp.is_file() and stamp.read_text() == digest:
            return
        names = _names(root)
        if names is None:
            call_command("collectstatic", verbosity=0, interactive=False, clear=True)
        else:
            _retire(root, *names)
            call_command("collectstatic", verbosity=0, interactive=False)
            _remove_what_is_old(root)
        stamp.write_text(digest)


def _digest() -> str:
    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            stat = Path(storage.path(path)).stat()
            digest.update(f"{path} {stat.st_size} {stat.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _names(root: Path) -> tuple[set[str], set[str]] | None:
    """The files that are current, by their own names and by those with a digest. None where the folder has no list."""
    try:
        paths = json.loads((root / MANIFEST).read_text())["paths"]
    except (OSError, ValueError, KeyError):
        return None
    return set(paths), set(paths.values())


def _retire(root: Path, plain: set[str], hashed: set[str]) -> None:
    """Make place for new files, and note on those with a digest in their names until when they were current."""
    for name, file in _files(root):
        if name in hashed:
            os.utime(file)
        elif name in plain:  # it would be passed over where it looks newer than what is to be collected
            file.unlink()


def _remove_what_is_old(root: Path) -> None:
    plain, hashed = _names(root) or (set(), set())
    for name, file in _files(root):
        if name not in plain | hashed and file.stat().st_mtime < time.time() - KEPT_SECONDS:
            file.unlink()


def _files(root: Path) -> Iterator[tuple[str, Path]]:
    """The files that were collected, each with its name; a compressed one has the name of what it was made of."""
    for file in [file for file in root.rglob("*") if file.is_file()]:
        name = file.relative_to(root).as_posix()
        if name not in (STAMP, MANIFEST):
            yield (name.removesuffix(file.suffix) if file.suffix in COMPRESSED else name), file
