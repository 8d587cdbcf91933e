"""Links as their owner makes them over HTTP, the strangers who have them, and all that a stranger can lay hands on."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import re
import sqlite3
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from html import unescape
from typing import Any
from urllib.parse import urljoin

import aiohttp
import httpx

from tests.support.database import connected, rows_of
from tests.support.provider import ScriptedProvider
from tests.support.room import Room, until

# As the form stands when it is opened.
USUAL = {"scope": "conversation", "live": "0", "reasoning": "folded", "shows_models": "on", "shows_settings": "on"}


@dataclass(frozen=True, slots=True)
class Shared:
    """A link: the number its owner knows it by, and its path."""

    pk: int
    address: str

    @property
    def token(self) -> str:
        """The secret in it."""
        return self.address.split("/")[2]


def share(client: httpx.Client, page: str, **wishes: str) -> Shared:
    """A new link made at `page` (`/c/…/share/`, `/m/…/share/`). `wishes` are fields of the form; empty: not ticked."""
    made = client.post(page, data=_form(wishes))
    assert made.status_code == 200, made.text
    shown = re.search(r'<input readonly value="https?://[^/]+([^"]+)" aria-label="The link"', made.text)
    number = re.fullmatch(r"/links/(\d+)/", made.url.path)
    assert shown, made.text
    assert number, made.url
    return Shared(int(number[1]), shown[1])


def change(client: httpx.Client, link: Shared, **wishes: str) -> None:
    """Send the link's form again."""
    made = client.post(f"/links/{link.pk}/", data={"lasts": "keep", **_form(wishes)})
    assert made.status_code == 200, made.text
    assert made.url.path == f"/links/{link.pk}/"


def _form(wishes: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in {**USUAL, **wishes}.items() if value}


def stranger(room: Room, place: int = 2) -> httpx.Client:
    """Somebody without a session, who comes from 127.0.0.`place`: attempts are counted by place."""
    transport = httpx.HTTPTransport(local_address=f"127.0.0.{place}")
    return httpx.Client(base_url=room.url, transport=transport, timeout=20)


def knock(client: httpx.Client, link: Shared, password: str = "") -> httpx.Response:
    """Send the gate's form, as the page with it does."""
    gate = client.get(link.address)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', gate.text)
    sent = {"password": password, "csrfmiddlewaretoken": token[1] if token else ""}
    return client.post(f"{link.address}knock/", data=sent)


def begin(client: httpx.Client, prompt: str, model: str = "played/scripted", **fields: str) -> str:
    """The address of a conversation that is begun, and goes on."""
    form = {"prompt": prompt, "lane-0-model": model, **fields}
    answer = client.post("/begin/", data=form, follow_redirects=False)
    assert answer.status_code == 302, answer.text
    return answer.headers["Location"]


def ask(client: httpx.Client, conversation: str, prompt: str, model: str = "played/scripted") -> None:
    """A further prompt."""
    answer = client.post(f"{conversation}ask/", data={"prompt": prompt, "lane-0-model": model})
    assert answer.status_code == 200, answer.text


def runs_on(client: httpx.Client, page: str) -> list[int]:
    """The runs on a page, by the numbers that they go by there."""
    return [int(run) for run in re.findall(r'data-run="(\d+)"', client.get(page).text)]


def until_over(room: Room, *runs: int) -> None:
    """Wait until these runs have ended."""
    for run in runs:
        over = "SELECT 1 FROM conversations_run WHERE id = ? AND ended_at IS NOT NULL"
        until(partial(room.rows, over, run), f"run {run} ends")


def asked_and_answered(
    room: Room, client: httpx.Client, calls: ScriptedProvider, prompt: str, content: str, reasoning: str = ""
) -> tuple[str, int]:
    """A conversation with one turn that is over: its address, and its run."""
    address = begin(client, prompt)
    calls.next_call().answer(reasoning, content)
    (run,) = runs_on(client, address)
    until_over(room, run)
    return address, run


def write(room: Room, statement: str, *parameters: Any) -> None:
    """Change the record past the server; `?` for a parameter."""
    if room.database_url:
        with connected(room.database_url) as connection:
            connection.execute(statement.replace("?", "%s"), parameters or None)
        return
    with contextlib.closing(sqlite3.connect(room.data / "chatroom.sqlite3", timeout=20)) as database, database:
        database.execute(statement, parameters)


def number_from(room: Room, table: str, first: int) -> None:
    """Give the next row of a table the number `first`."""
    if room.database_url:
        with connected(room.database_url) as connection:
            rows_of(connection, f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), {first}, false)")
        return
    write(room, "DELETE FROM sqlite_sequence WHERE name = ?", table)
    write(room, "INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", table, first - 1)


def turns(client: httpx.Client, link: Shared) -> list[str]:
    """The answers that a link shows, as text."""
    page = client.get(link.address)
    assert page.status_code == 200, page.text
    parts = re.findall(r'<div class="prose answer"[^>]*>(.*?)</div>', page.text, re.S)
    return [re.sub(r"<[^>]+>|\n", "", part).strip() for part in parts]


@contextlib.asynccontextmanager
async def shared_socket(
    room: Room, client: httpx.Client, link: Shared, *, place: int = 2, load: bool = True
) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    """The socket of a shared page, opened from 127.0.0.`place` as the page does it, which `client` loads first."""
    page = (await asyncio.to_thread(client.get, link.address)).text if load else ""
    shape = re.search(r'data-shape="([^"]*)"', page)
    going_on = r'data-run="(\d+)" data-status="(?:queued|thinking|answering)" data-seq="(\d+)"'
    at = [("at", f"{run}:{seq}") for run, seq in re.findall(going_on, page)]
    cookies = {cookie.name: str(cookie.value) for cookie in client.cookies.jar}
    connector = aiohttp.TCPConnector(local_addr=(f"127.0.0.{place}", 0))
    async with (
        aiohttp.ClientSession(cookies=cookies, connector=connector) as session,
        session.ws_connect(
            f"{room.url}{link.address}news/", params=[("shape", shape[1] if shape else ""), *at], origin=room.url
        ) as socket,
    ):
        yield socket


async def frames_until(socket: aiohttp.ClientWebSocketResponse, word: str, seconds: float = 20) -> list[str]:
    """All frames up to the one in which `word` stands."""
    frames: list[str] = []
    while not frames or word not in frames[-1]:
        frames.append(await socket.receive_str(timeout=seconds))
    return frames


@dataclass
class Haul:
    """All that a stranger got: where from, and the bytes."""

    got: list[tuple[str, bytes]] = field(default_factory=list)

    def add(self, name: str, what: str | bytes) -> None:
        """Something, by a name."""
        self.got.append((name, what.encode("utf-8", "replace") if isinstance(what, str) else what))

    def take(self, client: httpx.Client, path: str, method: str = "GET", **fields: Any) -> httpx.Response:
        """Ask for something, and keep headers, cookies and body of the answer."""
        answer = client.request(method, path, **fields)
        head = "\n".join(f"{name}: {value}" for name, value in answer.headers.multi_items())
        self.add(f"{method} {path} ({answer.status_code})", head.encode() + b"\n\n" + answer.content)
        return answer

    def take_all(self, client: httpx.Client, address: str) -> list[httpx.Response]:
        """The page at a link's address, all that it leads to there, and what else stands there."""
        page = self.take(client, address)
        named = {
            unescape(found)
            for found in re.findall(r'(?:href|src|action|content|data-[a-z]+)="([^" ]*/[^" ]*)"', page.text)
        }
        inside = {urljoin(address, path.replace(str(client.base_url).rstrip("/"), "")) for path in named}
        paths = {path.partition("#")[0] for path in inside if path.startswith(address)}
        paths |= {f"{address}{number}/text/" for number in re.findall(r'(?:id="prompt-|data-text=")(\d+)', page.text)}
        paths |= {f"{address}{number}/replay/" for number in re.findall(r'data-run="(\d+)"', page.text)}
        paths |= {f"{address}{name}" for name in ("conversation.md", "conversation.json", "card.png")}
        return [page, *(self.take(client, path) for path in sorted(paths - {address}))]

    def with_any(self, secrets: Iterable[str]) -> list[str]:
        """Where one of these words stands, as it is or in another writing."""
        found = []
        for secret in secrets:
            looks = re.compile(b"|".join(re.escape(look) for look in _looks(secret)), re.IGNORECASE)
            found += [f"{secret} in {name}" for name, data in self.got if looks.search(data)]
        return found

    def with_numbers(self, numbers: Iterable[int]) -> list[str]:
        """Where one of these numbers stands by itself."""
        any_of = re.compile(rb"(?<![0-9])(?:%s)(?![0-9])" % b"|".join(b"%d" % number for number in numbers))
        return [f"{match.group().decode()} in {name}" for name, data in self.got if (match := any_of.search(data))]


def _looks(secret: str) -> Iterator[bytes]:
    """A word of letters and digits as it may stand somewhere: no way of escaping text changes such a word."""
    word = secret.encode()
    yield word
    yield word[::-1]
    yield word.hex().encode()
    yield word.decode().encode("utf-16-le")
    for shift in range(3):  # in base64 a word has three looks, without the letters that others share
        coded = base64.b64encode(b"\0" * shift + word).decode()
        start, end = (0, 2, 3)[shift], len(coded) - (4 if (shift + len(word)) % 3 else 0)
        yield coded[start:end].encode()
