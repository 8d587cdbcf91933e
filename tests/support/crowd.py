"""A crowd in a room: runs that go on at once, asked for over HTTP and read over sockets, and the comparison at the end.

Of the room it wants what `Room` has: `host`, `signed_in`, `rows`, `said`.
"""

from __future__ import annotations

import itertools
import re
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import httpx

from tests.support.load import CONTENT, REASONING, WORD, LoadProvider, Speech, squeezed
from tests.support.page import LIVE, Audience, Page
from tests.support.tally import Tally

# Seconds. Generous: who tests on a busy machine waits long.
PATIENCE = 150.0


class CrowdedRoom(Protocol):
    """What a crowd wants of a room."""

    @property
    def host(self) -> str: ...
    def signed_in(self, name: str) -> httpx.Client: ...
    def rows(self, query: str, *parameters: Any) -> list[Any]: ...
    def said(self, run_id: int, kind: str) -> str: ...


@dataclass(slots=True, eq=False)
class Asked:
    """A speech that somebody asked for, and the pages that show its run."""

    speech: Speech
    conversation: int
    run: int
    pages: list[Page] = field(default_factory=list)


class Crowd:
    """Runs and their readers."""

    def __init__(self, room: CrowdedRoom, provider: LoadProvider, audience: Audience, name: str = "alice") -> None:
        self.room = room
        self.provider = provider
        self.audience = audience
        self.asked: list[Asked] = []
        self._name = name
        self._client: httpx.Client | None = None

    @property
    def client(self) -> httpx.Client:
        """Signed in; commands go through it."""
        if self._client is None:
            self._client = self.room.signed_in(self._name)
        return self._client

    def ask(self, speech: Speech, *, model: str = "steady", readers: int = 1, **opening: Any) -> Asked:
        """Ask for a speech in a conversation of its own, and open pages of it. `opening` goes to `Audience.open`.

        `model` is one of the load's provider, or `provider/model`.
        """
        form = {"prompt": speech.prompt, "lane-0-model": model if "/" in model else f"load/{model}"}
        answer = self.client.post("/begin/", data=form, follow_redirects=False)
        assert answer.status_code in (302, 303), f"{answer.status_code}: {answer.text[:500]}"
        conversation = int(re.findall(r"\d+", answer.headers["Location"])[0])
        asked = Asked(speech, conversation, self.runs_of(conversation)[0]["id"])
        self.asked.append(asked)
        for _ in range(readers):
            self.read(asked, **opening)
        return asked

    def ask_all(self, speeches: Iterable[Speech], **how: Any) -> list[Asked]:
        """Ask for several, each as `ask` does."""
        return [self.ask(speech, **how) for speech in speeches]

    def speak(self, speeches: Iterable[Speech], **how: Any) -> list[Asked]:
        """Ask for several, and let them all begin to speak when all pages are open."""
        asked = self.ask_all((replace(speech, hold=0) for speech in speeches), **how)
        self.let_speak(asked)
        return asked

    def let_speak(self, asked: Sequence[Asked]) -> None:
        """Let speeches that are held begin, all at the same time."""
        eventually(lambda: all(self.provider.of(one.speech) for one in asked), "the provider is asked for all")
        for one in asked:
            self.provider.release(one.speech)

    def read(self, asked: Asked, **opening: Any) -> Page:
        """One more page of a conversation."""
        # A jar that was given its cookies may hold one of them twice: the newer comes last.
        cookies = {cookie.name: str(cookie.value) for cookie in self.client.cookies.jar}
        page = self.audience.open(self.room.host, cookies, asked.conversation, **opening)
        asked.pages.append(page)
        return page

    def runs_of(self, conversation: int) -> list[Any]:
        """All runs of a conversation, as on disk, in order."""
        return self.room.rows(
            "SELECT r.* FROM conversations_run r JOIN conversations_message m ON m.id = r.reply_id"
            " WHERE m.conversation_id = ? ORDER BY r.id",
            conversation,
        )

    def statuses(self, asked: Iterable[Asked] | None = None) -> Counter[str]:
        """How many runs have which status, on disk."""
        runs = ",".join(str(one.run) for one in (self.asked if asked is None else asked)) or "0"
        return Counter(
            row["status"] for row in self.room.rows(f"SELECT status FROM conversations_run WHERE id IN ({runs})")
        )

    def until_over(self, asked: Sequence[Asked] | None = None, seconds: float = PATIENCE) -> None:
        """Wait until runs have ended, on disk and on their pages."""
        wanted = self.asked if asked is None else asked
        eventually(lambda: not any(self.statuses(wanted)[status] for status in LIVE), "all runs end", seconds)
        self._until_shown_over([(page, one.run) for one in wanted for page in one.pages], seconds)

    def until_over_on(self, asked: Iterable[Asked], page: int, seconds: float = PATIENCE) -> None:
        """Wait until of each one's pages that with this number shows the end."""
        self._until_shown_over([(one.pages[page], one.run) for one in asked], seconds)

    def _until_shown_over(self, pages: Sequence[tuple[Page, int]], seconds: float) -> None:
        eventually(
            lambda: not any(self.audience.ask(lambda: [page.dom.status(run) in LIVE for page, run in pages])),
            "all pages show the end",
            seconds,
        )

    def until_shown(self, pieces: int, asked: Sequence[Asked] | None = None, seconds: float = PATIENCE) -> None:
        """Wait until each page has shown so many words."""
        wanted = self.asked if asked is None else asked
        eventually(
            lambda: all(len(page.ever) >= pieces for one in wanted for page in one.pages),
            f"{pieces} pieces are shown",
            seconds,
        )

    def until_shown_on(self, asked: Asked, page: int, words: int, seconds: float = PATIENCE) -> None:
        """Wait until one page has shown so many words."""
        eventually(lambda: len(asked.pages[page].ever) >= words, f"{words} words are shown", seconds)

    def shown(self, page: Page, run: int) -> str:
        """Thought and answer as a page shows them."""
        return self.audience.ask(lambda: page.dom.text(run, REASONING) + page.dom.text(run, CONTENT))

    def compare(self, tally: Tally, asked: Iterable[Asked] | None = None) -> None:
        """Hold the log, every page, and the page as it is loaded now against what was said; and all words ever shown.

        Of a run that is completed all must be there, of others the beginning. To be called when all is over.
        """
        logs: dict[Page, str] = {}
        for one in self.asked if asked is None else asked:
            run = next(row for row in self.runs_of(one.conversation) if row["id"] == one.run)
            must_be_whole = run["status"] == "completed"
            logged = ""
            for kind in (REASONING, CONTENT):
                text = self.room.said(one.run, kind)
                where = f"run {one.run}, {kind}"
                if must_be_whole:
                    tally.whole(f"{where} in the log", text, one.speech.text(kind))
                else:  # of a speech that may have no end
                    tally.beginning(f"{where} in the log", text, one.speech.text_of(kind, len(text)))
                part = "".join(
                    row["text"]
                    for row in self.room.rows(
                        "SELECT text FROM conversations_part WHERE run_id = ? AND kind = ? ORDER BY id", one.run, kind
                    )
                )
                if run["ended_at"]:
                    tally.whole(f"{where} in the stored parts", part, text)
                shown_of_log = self._shown_of(one.speech, kind, text)
                for page in one.pages:
                    shown = self.audience.text(page, one.run, kind)
                    tally.whole(f"{where} on a page", shown, shown_of_log)
                logged += text
            for page in one.pages:
                logs[page] = logs.get(page, "") + logged
                live, loaded = self.audience.live_and_loaded(page)
                if live != loaded:
                    tally.lost += 1
                    tally.differences.append(f"run {one.run}: live page and loaded page differ: {_first(live, loaded)}")
        for page, logged in logs.items():
            tally.kept(f"conversation {page.conversation}, ever shown", page.ever, logged)

    @staticmethod
    def _shown_of(speech: Speech, kind: str, text: str) -> str:
        """What a page shows of a log that holds `text`, which with Markdown in it ends between two pieces."""
        if speech.wide > 1:
            return squeezed(text)
        first = 0 if kind == REASONING else speech.thoughts
        return speech.shown(kind, first + len(WORD.findall(text)))


def eventually(true: Callable[[], Any], what: str, seconds: float = PATIENCE) -> None:
    """As `until`, looked at less often: what is asked takes time from those who are at work."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.1)


def _first(live: str, loaded: str) -> str:
    """The first lines that differ."""
    pairs = zip(live.split("\n"), loaded.split("\n"), strict=False)
    return next((f"{one!r} and {other!r}" for one, other in pairs if one != other), "one is longer")


_seeds = itertools.count(1)


def speeches(count: int, **how: Any) -> list[Speech]:
    """Speeches, each with a seed of its own in this process."""
    return [Speech(next(_seeds), **how) for _ in range(count)]
