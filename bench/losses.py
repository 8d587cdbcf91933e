"""What was lost or doubled: the provider's words beside those of the log, of the parts, of the frames, of the pages."""

from __future__ import annotations

import json
import re
import sqlite3
from collections import Counter
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

from bench.readers import Watch
from bench.text import WORD, Speech


def difference(right: str, found: str) -> int:
    """Characters that are missing from `found` or too many there; 0 only if the two are the same."""
    if right == found:
        return 0
    wanted, there = (Counter(re.findall(r"\s*\S+", text)) for text in (right, found))
    return max(1, sum(len(word) for word in ((wanted - there) + (there - wanted)).elements()))


def unseen(watch: Watch) -> int:
    """Characters of the deltas that never reached the reader."""
    speech = watch.speech
    return sum(len(speech.text(place, place + 1)) for place in range(speech.count) if not watch.seen[place])


def differs_on_page(speech: Speech, html: str) -> int:
    """Characters of words that a reply, as the page has it, misses or has too many; out of order counts, too."""
    words = [int(word, 36) for word in WORD.findall(html.encode())]
    right = list(range(speech.base, speech.base + speech.count))
    if words == right:
        return 0
    return 5 * max(1, ((Counter(words) - Counter(right)) + (Counter(right) - Counter(words))).total())


class Disk:
    """What the room's database holds, read past the server."""

    def __init__(self, database: Path) -> None:
        self._uri = f"file:{database}?mode=ro"

    def latest_runs(self, conversations: Iterable[int]) -> dict[int, int]:
        """Conversation → its latest run."""
        query = (
            "SELECT m.conversation_id, max(r.id) FROM conversations_run r JOIN conversations_message m"
            " ON m.id = r.reply_id WHERE m.conversation_id IN (SELECT value FROM json_each(?)) GROUP BY 1"
        )
        return dict(self._rows(query, json.dumps(list(conversations))))

    def texts(self, runs: Iterable[int]) -> dict[int, list[tuple[str, str]]]:
        """Of each run `reasoning` and `content` as the log has them, and again as the parts have them."""
        runs = list(runs)
        texts: dict[tuple[int, str, str], list[str]] = {}
        log = (
            "SELECT d.run_id, p.kind, d.text FROM conversations_delta d JOIN conversations_part p"
            ' ON p.run_id = d.run_id AND p."index" = d.part'
            " WHERE d.kind = 'text' AND d.run_id IN (SELECT value FROM json_each(?))"
            " ORDER BY d.run_id, d.seq"
        )
        parts = (
            "SELECT run_id, kind, text FROM conversations_part WHERE run_id IN (SELECT value FROM json_each(?))"
            ' ORDER BY run_id, "index"'
        )
        for place, query in (("log", log), ("parts", parts)):
            for run, kind, text in self._rows(query, json.dumps(runs)):
                texts.setdefault((run, place, kind), []).append(text)
        return {
            run: [
                (kind, "".join(texts.get((run, place, kind), [])))
                for place in ("log", "parts")
                for kind in ("reasoning", "content")
            ]
            for run in runs
        }

    def _rows(self, query: str, *parameters: object) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self._uri, uri=True)) as connection:
            return connection.execute(query, parameters).fetchall()
