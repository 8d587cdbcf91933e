"""The room as people run it: `manage.py serve` on a data folder of its own, its pages opened and its forms sent."""

from __future__ import annotations

import asyncio
import json
import os
import re
import secrets
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from pathlib import Path
from typing import TypeVar

import aiohttp

from bench.board import Board
from bench.losses import Disk, difference, differs_on_page, unseen
from bench.processes import ROOT, Process, free_port
from bench.provider import MODEL, Order
from bench.readers import Reader, Speeches, Watch
from bench.sockets import ClientSocket

PROVIDERS = """
[[provider]]
name = "bench"
dialect = "openai-chat"
base_url = "http://127.0.0.1:{port}/v1"
"""
# People with a session each and with conversations in which nothing has been said. Prints their keys and numbers.
PEOPLE = """
import json, secrets
from django.contrib.auth import HASH_SESSION_KEY, BACKEND_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import transaction
from chatroom.accounts.models import User
from chatroom.conversations.models import Conversation
people = []
with transaction.atomic():
    for number in range({first}, {first} + {count}):
        user = User.objects.create(username=f"person{{number}}", password="!" + secrets.token_urlsafe(30))
        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.save()
        new = [Conversation(owner=user, title=f"Conversation {{n}}") for n in range({conversations})]
        people.append((session.session_key, [one.pk for one in Conversation.objects.bulk_create(new)]))
print(json.dumps(people))
"""
# So many each: every section of the rig, each level of it, and each long reply takes a new one.
CONVERSATIONS = 30
# Pages opened at once, while nothing is measured.
OPENING = 8

_TOKEN = re.compile(r'"X-CSRFToken": "(\w+)"')
_SHAPE = re.compile(r'data-shape="(\w*)"')
_RUN = re.compile(r'data-run="(\d+)" data-status="(\w+)" data-seq="(\d+)"')
_LINK = re.compile(r'href="(/s/[^"]+/)"')
_FORM_KEY = re.compile(r'name="form_key" value="([^"]+)"')

Found = TypeVar("Found")


class Person:
    """Someone who is signed in, the conversation that they have open, and those that they may begin."""

    def __init__(self, session: str, unused: list[int]) -> None:
        self.cookies = f"sessionid={session}; csrftoken={secrets.token_hex(16)}"
        self.unused = unused
        self.conversation = 0

    def begin(self) -> None:
        """Turn to an empty conversation."""
        self.conversation = self.unused.pop()


class Page(Reader):
    """A conversation open in somebody's browser."""

    def __init__(self, person: Person, token: str, form_key: str) -> None:
        super().__init__()
        self.person = person
        self.conversation = person.conversation
        self.token = token
        self.form_key = form_key


class Room:
    """The server, its people and what is on its disk."""

    name = "room"

    def __init__(self, folder: Path, provider: int, board: Board, **environment: str) -> None:
        folder.mkdir()
        self.board = board
        self.speeches = Speeches(board)
        self.people: list[Person] = []
        self._log = folder / "log"
        self._log.touch()
        self._port = free_port()
        config = folder / "providers.toml"
        config.write_text(PROVIDERS.format(port=provider))
        # Nobody's room, keys or database come into it.
        foreign = re.compile(r"CHATROOM_.*|.*_API_KEY|DATABASE_URL|REDIS_URL|DJANGO_SETTINGS_MODULE")
        self._environment = {
            **{name: value for name, value in os.environ.items() if not foreign.fullmatch(name)},
            "CHATROOM_DATA": str(folder / "data"),
            "CHATROOM_PROVIDERS": str(config),
            **environment,
        }
        self._disk = Disk(folder / "data" / "chatroom.sqlite3")
        self.process: Process | None = None
        self._http: aiohttp.ClientSession | None = None

    @property
    def http(self) -> aiohttp.ClientSession:
        """The browser's connections for pages and forms."""
        if self._http is None:
            self._http = aiohttp.ClientSession(
                f"http://127.0.0.1:{self._port}",
                connector=aiohttp.TCPConnector(limit=0),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(60),
            )
        return self._http

    async def start(self) -> float:
        """Start the server. Returns the seconds until `/` has been answered to somebody who is signed in."""
        said_before = self._log.stat().st_size
        arguments = ["manage.py", "serve", "--port", str(self._port)]
        process = self.process = Process(arguments, self._log, self._environment)
        process.wait_for_port(self._port)
        cookies = self.people[0].cookies if self.people else await self._sign_in(said_before)
        await self._get(cookies, "/")
        return time.monotonic() - process.started

    async def _sign_in(self, said_before: int) -> str:
        """Follow the link on the terminal, as one does at the very first start. Returns the cookies."""

        async def link() -> str | None:
            found = re.search(rb"http://[^/]+(/sign-in/\S+)", self._log.read_bytes()[said_before:])
            return found[1].decode() if found else None

        async with self.http.get(await until(link, 0.005), allow_redirects=False) as answer:
            if answer.status != 302:
                raise RuntimeError(f"the sign-in link answered {answer.status}")
            return "; ".join(f"{name}={morsel.value}" for name, morsel in answer.cookies.items())

    async def stop(self) -> None:
        """Stop it, and forget the connections."""
        if self._http:
            await self._http.close()
            self._http = None
        if self.process:
            self.process.stop()
            self.process = None

    async def restart(self) -> None:
        """Go on in a new process: nothing of what was done before is in its memory."""
        await self.stop()
        await self.start()

    def errors(self) -> list[str]:
        """What the server complained of."""
        lines = self._log.read_text().splitlines()
        return [line for line in lines if re.search(r'\b(ERROR|WARNING|CRITICAL)\b|"level": "(error|warning)"', line)]

    async def populate(self, count: int) -> None:
        """Have so many people, at least."""
        if (missing := count - len(self.people)) > 0:
            code = PEOPLE.format(first=len(self.people), count=missing, conversations=CONVERSATIONS)
            command = [sys.executable, "manage.py", "shell", "-v", "0", "-c", code]
            process = await asyncio.create_subprocess_exec(
                *command, cwd=ROOT, env=self._environment, stdout=subprocess.PIPE
            )
            output, _ = await process.communicate()
            self.people += [Person(*person) for person in json.loads(output.splitlines()[-1])]

    async def open(self, count: int) -> Sequence[Reader]:
        """Open an empty conversation for each of `count` people, with its socket."""
        await self.populate(count)
        for person in self.people[:count]:
            person.begin()
        return await self.open_for(self.people[:count])

    async def open_fresh(self) -> Sequence[Reader]:
        """Open an empty conversation of whoever has most of them left."""
        await self.populate(1)
        person = max(self.people, key=lambda person: len(person.unused))
        person.begin()
        return await self.open_for([person])

    async def open_for(self, people: Iterable[Person]) -> list[Page]:
        """Open the conversation that each of these is at; one who is named twice has two pages open."""
        limit = asyncio.Semaphore(OPENING)

        async def one(person: Person) -> Page:
            async with limit:
                return await self._open_page(person)

        return list(await asyncio.gather(*map(one, people)))

    async def _open_page(self, person: Person) -> Page:
        """Load the page and connect its socket, as its script does."""
        html = await self._get(person.cookies, f"/c/{person.conversation}/")
        page = Page(person, _found(_TOKEN, html), _found(_FORM_KEY, html))
        runs = _RUN.findall(html)
        page.over = max((int(run) for run, _, _ in runs), default=0)
        live = [(run, seq) for run, status, seq in runs if status in ("queued", "thinking", "answering")]
        query = "&".join([f"shape={_found(_SHAPE, html)}", *(f"at={run}%3A{seq}" for run, seq in live)])
        path = f"/news/{person.conversation}/?{query}"
        page.socket = await ClientSocket.connect(self._port, path, page.took, {"Cookie": person.cookies})
        page.socket.closed.add_done_callback(lambda code: page.closed(code.result()))
        return page

    async def share(self, person: Person) -> str:
        """Make a live link to the conversation that somebody is at. Returns its path."""
        headers = {"Cookie": person.cookies, "X-CSRFToken": re.findall("csrftoken=(.+)", person.cookies)[0]}
        form = {"scope": "conversation", "live": "1", "reasoning": "open", "shows_models": "on", "lasts": ""}
        address = f"/c/{person.conversation}/share/"
        async with self.http.post(address, data=form, headers=headers) as answer:
            return _found(_LINK, await answer.text())

    async def open_shared(self, path: str, count: int) -> list[Reader]:
        """Let so many strangers open a link."""
        limit = asyncio.Semaphore(OPENING)

        async def one() -> Reader:
            async with limit:
                html = await self._get("", path)
                reader = Reader()
                news = f"{path}news/?shape={_found(_SHAPE, html)}"
                reader.socket = await ClientSocket.connect(self._port, news, reader.took, {})
                reader.socket.closed.add_done_callback(lambda code: reader.closed(code.result()))
                return reader

        return list(await asyncio.gather(*(one() for _ in range(count))))

    async def ask(self, reader: Reader, order: Order) -> Watch:
        """Send the composer's form. The watch that is returned begins with the sending."""
        assert isinstance(reader, Page)
        watch = reader.watch = Watch(self.board, order)
        form = {"prompt": order.prompt, "form_key": reader.form_key, "lane-0-model": f"bench/{MODEL}"}
        headers = {
            "Cookie": reader.person.cookies,
            "X-CSRFToken": reader.token,
            "HX-Request": "true",
            "X-News": "on",
        }
        try:
            async with self.http.post(f"/c/{reader.conversation}/ask/", data=form, headers=headers) as answer:
                if answer.status == 204:
                    reader.form_key = json.loads(answer.headers["HX-Trigger"])["asked"]["key"]
                else:
                    watch.end(f"refused ({answer.status}): {(await answer.text())[:200]}")
        except (OSError, TimeoutError, aiohttp.ClientError) as error:
            watch.end(f"refused: {error!r}")
        return watch

    async def have_said_something(self, people: Iterable[Person]) -> None:
        """See to it that the conversation that each of these is at is not empty."""
        new = [person for person in people if not person.conversation]
        for person in new:
            person.begin()
        pages = await self.open_for(new)
        for page in pages:
            watch = await self.ask(page, self.speeches.order(0, 20))
            async with asyncio.timeout(30):
                await watch.ended
        await self.close(pages)

    async def close(self, readers: Iterable[Reader]) -> None:
        """Close the pages, and wait until the server has noticed."""
        for reader in readers:
            reader.close()
        await asyncio.sleep(0.2)

    async def lost(self, readers: Iterable[Reader], pages: int = 5) -> int:
        """Characters of what the readers watched that are missing or doubled: in the log, in the parts, in frames.

        And in `pages` of their pages, loaded anew.
        """
        watched = [(reader, reader.watch) for reader in readers if isinstance(reader, Page) and reader.watch]
        runs = self._disk.latest_runs(reader.conversation for reader, _ in watched)
        texts = self._disk.texts(runs.values())
        lost = 0
        for number, (reader, watch) in enumerate(watched):
            speech, run = watch.speech, runs.get(reader.conversation, 0)
            for kind, text in texts.get(run, [("content", "")]):
                lost += difference(getattr(speech, kind), text)
            lost += unseen(watch)
            if number < pages:
                html = await self._get(reader.person.cookies, f"/c/{reader.conversation}/")
                lost += differs_on_page(speech, html.partition(f'id="r{run}"')[2].partition("</article>")[0])
        return lost

    async def _get(self, cookies: str, path: str) -> str:
        async with self.http.get(path, headers={"Cookie": cookies}, allow_redirects=False) as answer:
            if answer.status != 200:
                raise RuntimeError(f"{path} answered {answer.status}")
            return await answer.text()


async def until(look: Callable[[], Awaitable[Found | None]], pause: float, seconds: float = 30) -> Found:
    """Look again and again, with pauses, until something is found. Raises TimeoutError."""
    async with asyncio.timeout(seconds):
        while True:
            if (found := await look()) is not None:
                return found
            await asyncio.sleep(pause)


def _found(pattern: re.Pattern[str], html: str) -> str:
    found = pattern.search(html)
    if found is None:
        raise RuntimeError(f"the page has no {pattern.pattern}")
    return found[1]
