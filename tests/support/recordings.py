"""Answers of real providers as they were recorded. The folder is not part of this repository: `RECORDINGS` names it.

A folder `recordings-handwritten` beside it holds shapes that no recording shows. What each answer
means was worked out by others, in its `expected.json`.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import NamedTuple

from chatroom.providers.events import Json

RECORDINGS = os.environ.get("RECORDINGS", "")
_DIALECT_OF = {"chat": "openai-chat", "responses": "openai-responses", "ollama-native": "ollama"}


class Recording(NamedTuple):
    """One recorded answer, and the dialect that it is in."""

    folder: Path
    name: str
    dialect: str

    @property
    def body(self) -> bytes:
        return (self.folder / self.name / "response.sse").read_bytes()

    def read(self, file: str) -> Json:
        content: Json = json.loads((self.folder / self.name / file).read_text())
        return content


def recordings() -> list[Recording]:
    """All there are; none where `RECORDINGS` names no folder."""
    if not RECORDINGS:
        return []
    found = []
    for folder in (Path(RECORDINGS), Path(RECORDINGS).parent / "recordings-handwritten"):
        for file in sorted(folder.glob("*/meta.json")):
            family = json.loads(file.read_text())["family"]
            found.append(Recording(folder, file.parent.name, _DIALECT_OF.get(family, family)))
    return found
