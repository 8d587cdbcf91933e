"""The lists of models in a running room: kept over a restart, asked for by hand, waited for by nobody."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from tests.support.room import Room, running_room, until


class Lister:
    """A provider that only lists models: those that the test names, or an error, or nothing at all."""

    def __init__(self) -> None:
        self.names = ["first"]
        self.status = 200
        self.asked = 0
        self.may_answer = threading.Event()
        self.may_answer.set()
        lister = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                lister.asked += 1
                lister.may_answer.wait()
                body = {"data": [{"id": name, "name": name.title()} for name in lister.names]}
                if lister.status != 200:
                    body = {"error": {"message": "Out of order"}}  # type: ignore[dict-item]
                self.send_response(lister.status)
                self.end_headers()
                self.wfile.write(json.dumps(body).encode())

            def log_message(self, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def lister() -> Iterator[Lister]:
    lister = Lister()
    yield lister
    lister.may_answer.set()
    lister.server.shutdown()
    lister.server.server_close()


@pytest.fixture
def listing_room(tmp_path: Path, lister: Lister) -> Iterator[Room]:
    toml = tmp_path / "providers.toml"
    address = f"http://127.0.0.1:{lister.server.server_port}/v1"
    toml.write_text(f'[[provider]]\nname = "lab"\nlabel = "The lab"\nbase_url = "{address}"\napi_key = "sk-hush"\n')
    with running_room(tmp_path / "data", CHATROOM_PROVIDERS=str(toml), CHATROOM_DEMO="0") as room:
        room.people()
        yield room


def refresh(alice: httpx.Client) -> str:
    """Ask by hand, and return what the menu says in the end."""
    began = alice.post("/models/refresh/", headers={"HX-Request": "true"}).text
    assert "Asking the providers" in began

    def over() -> str:
        answer = alice.get("/models/", headers={"HX-Request": "true"})
        return answer.text if "models" in answer.headers.get("HX-Trigger", "") else ""

    return str(until(over, "all have been asked"))


def test_a_list_is_asked_for_by_hand_and_not_twice_in_a_minute(listing_room: Room, lister: Lister) -> None:
    with closing(listing_room.signed_in("alice")) as alice:
        until(lambda: "lab/first" in alice.get("/").text, "the first list")
        lister.names = ["first", "second"]
        assert "lab/second" not in alice.get("/").text
        assert "2 models." in refresh(alice)
        assert "lab/second" in alice.get("/lanes/?lane-0-model=lab/first").text
        refresh(alice)
        assert lister.asked == 2
    assert httpx.post(f"{listing_room.url}/models/refresh/").status_code == 403
    assert "/login/" in httpx.get(f"{listing_room.url}/models/").headers["Location"]


def test_a_provider_that_fails_or_hangs_keeps_its_models_and_slows_nothing(listing_room: Room, lister: Lister) -> None:
    with closing(listing_room.signed_in("alice")) as alice:
        until(lambda: "lab/first" in alice.get("/").text, "the first list")
        lister.status = 503
        assert "The lab: Out of order" in refresh(alice)
        page = alice.get("/lanes/?lane-0-model=lab/first").text
        assert '<optgroup label="The lab · not reached for 1\xa0minute">' in page
        assert "The lab has not been reached for 1\xa0minute." in page
        assert 'value="lab/first"' in page
        listing_room.stop()
        lister.may_answer.clear()
        asked = lister.asked
        listing_room.start()
        until(lambda: lister.asked > asked, "it is asked again")  # the last time it failed
        began = time.monotonic()
        assert "lab/first" in alice.get("/").text
        assert alice.get("/models/").status_code == 200
        assert time.monotonic() - began < 10  # it would be waited for 20 s
    assert "sk-hush" not in "".join(listing_room.output)
