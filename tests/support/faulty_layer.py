"""A channel layer that loses, delays and so reorders messages, as its weather says: a file that a test writes."""

from __future__ import annotations

import asyncio
import json
import os
import random
from pathlib import Path
from typing import Any

from channels_redis.pubsub import RedisPubSubChannelLayer

FAIR: dict[str, float] = {"drop": 0.0, "delay": 0.0, "seconds": 0.0, "seed": 0}


class FaultyLayer(RedisPubSubChannelLayer):  # type: ignore[misc]
    """Redis, with weather. Of the messages the share `drop` is lost, `delay` comes up to `seconds` later, each by a
    span of its own: so later ones overtake it. What happens to the n-th message of a process follows from `seed`.
    """

    def __init__(self, *args: Any, weather: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._file = Path(weather)
        self._read: tuple[int, ...] = ()
        self._weather = FAIR
        self._chance = random.Random(0)
        self._fates = [0, 0, 0]
        self._late: set[asyncio.Task[None]] = set()

    async def group_send(self, group: str, message: dict[str, Any]) -> None:
        """Send a message, or do not."""
        weather = self._look()
        fate = self._chance.random()
        if weather["drop"] + weather["delay"]:
            self._count(fate, weather)
        if fate < weather["drop"]:
            return
        if fate < weather["drop"] + weather["delay"]:
            seconds = self._chance.uniform(0, weather["seconds"])
            task = asyncio.create_task(self._send_late(seconds, group, message))
            self._late.add(task)
            task.add_done_callback(self._late.discard)
            return
        await self._get_layer().group_send(group, message)

    def _count(self, fate: float, weather: dict[str, float]) -> None:
        """Note for the test what became of messages: lost, late, sent."""
        what = 0 if fate < weather["drop"] else 1 if fate < weather["drop"] + weather["delay"] else 2
        self._fates[what] += 1
        self._file.with_suffix(f".{os.getpid()}").write_text(json.dumps(self._fates))

    async def _send_late(self, seconds: float, group: str, message: dict[str, Any]) -> None:
        await asyncio.sleep(seconds)
        await self._get_layer().group_send(group, message)

    def _look(self) -> dict[str, float]:
        try:
            stat = self._file.stat()
            if (state := (stat.st_ino, stat.st_mtime_ns)) != self._read:
                self._weather = json.loads(self._file.read_text())
                self._chance.seed(self._weather["seed"])
                self._read = state
        except FileNotFoundError:
            self._weather = FAIR
        return self._weather


def fates(file: Path) -> list[int]:
    """How many messages of all processes that look at `file` were lost, late, and sent."""
    counts = [json.loads(one.read_text() or "[0, 0, 0]") for one in file.parent.glob(f"{file.stem}.[0-9]*")]
    return [sum(of_all) for of_all in zip(*counts, strict=True)]


def write_weather(file: Path, weather: dict[str, float]) -> None:
    """Let all layers that look at `file` be so from now on."""
    draft = file.with_suffix(".new")
    draft.write_text(json.dumps(FAIR | weather))
    draft.replace(file)
