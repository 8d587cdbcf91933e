"""Static files of two versions in one folder: pages that are open go on to find those of before."""

from __future__ import annotations

import copy
import json
import os
import time
from pathlib import Path

import pytest
from pytest_django import Settings

from chatroom.conversations.collecting import KEPT_SECONDS, collect_static

YEARS_AGO = time.time() - 10**8


class Folder:
    """What is to be collected, and what is there."""

    def __init__(self, sources: Path, root: Path) -> None:
        self.sources = sources
        self.root = root

    def collect(self, text: str) -> str:
        """Collect a file that holds `text`; returns the name by which pages know it."""
        file = self.sources / "one.css"
        file.write_text(text)
        os.utime(file, (YEARS_AGO, YEARS_AGO + len(text)))  # as unpacked from an archive: older than what is there
        collect_static()
        return str(json.loads((self.root / "staticfiles.json").read_text())["paths"]["one.css"])

    def holds(self, name: str) -> bool:
        return {(self.root / name).exists(), (self.root / f"{name}.gz").exists()} == {True}


@pytest.fixture
def folder(tmp_path: Path, settings: Settings) -> Folder:
    (tmp_path / "sources").mkdir()
    settings.STATICFILES_DIRS = [tmp_path / "sources"]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STATIC_ROOT = tmp_path / "root"
    settings.STORAGES = copy.deepcopy(settings.STORAGES)  # so that the storage is made anew, for this folder
    return Folder(tmp_path / "sources", tmp_path / "root")


FIRST, SECOND, THIRD = ("".join(f".{name}{n} {{ color: red }}\n" for n in range(90)) for name in "aab")
SECOND += ".new { color: blue }\n"
THIRD += ".newest { color: green }\n"


def test_what_is_current_no_more_stays_for_some_days(folder: Folder) -> None:
    first = folder.collect(FIRST)
    second = folder.collect(SECOND)
    assert first != second
    assert folder.holds(first) and folder.holds(second)
    assert (folder.root / "one.css").read_text() == SECOND
    for file in folder.root.iterdir():
        os.utime(file, (YEARS_AGO, YEARS_AGO))  # they were collected long ago
    third = folder.collect(THIRD)
    assert folder.holds(third)
    assert folder.holds(second), "it was current until now"
    assert not (folder.root / first).exists() and not (folder.root / f"{first}.gz").exists()


def test_what_has_not_changed_is_left_alone(folder: Folder) -> None:
    name = folder.collect(FIRST)
    before = (folder.root / name).stat().st_mtime_ns
    assert folder.collect(FIRST) == name
    assert (folder.root / name).stat().st_mtime_ns == before
    assert KEPT_SECONDS >= 24 * 60 * 60
