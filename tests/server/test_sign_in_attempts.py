"""Attempts to sign in are counted, by name and by address, and whoever tries too often is told so."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from tests.support.room import PASSWORD, Room, running_room

WRONG = "not the password"


@pytest.fixture(scope="module")
def proxied_room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    """A room behind one proxy, which says in X-Forwarded-For whom it heard."""
    data: Path = tmp_path_factory.mktemp("proxied") / "data"
    with running_room(data, CHATROOM_PROXIES="1") as running:
        running.people()
        yield running


def attempt(room: Room, name: str, password: str, address: str, path: str = "/accounts/login/") -> httpx.Response:
    """One attempt of someone without cookies, whom the proxy heard at `address`."""
    headers = {"X-Forwarded-For": address}
    with httpx.Client(base_url=room.url, follow_redirects=False, headers=headers, timeout=60) as client:
        client.get(path)
        form = {"login": name, "password": password, "csrfmiddlewaretoken": client.cookies["csrftoken"]}
        return client.post(path, data=form)


def wrong_from(room: Room, *addresses: str) -> set[int]:
    """A wrong attempt for another name from each of the addresses: the statuses of the answers."""
    with ThreadPoolExecutor(4) as pool:
        tries = [(f"nobody-{number}", address) for number, address in enumerate(addresses)]
        return {answer.status_code for answer in pool.map(lambda one: attempt(room, one[0], WRONG, one[1]), tries)}


def assert_told_to_wait(answer: httpx.Response) -> None:
    assert answer.status_code == 429
    assert "Too many attempts to sign in. Wait five minutes, then try again." in answer.text
    assert int(answer.headers["Retry-After"]) == 300
    assert WRONG not in answer.text
    assert 'name="login" value="alice"' in answer.text  # the name need not be typed again


def test_a_name_can_be_tried_five_times_wherever_from(proxied_room: Room) -> None:
    for number in range(5):
        assert attempt(proxied_room, "alice", WRONG, f"192.0.2.{number}").status_code == 200
    assert_told_to_wait(attempt(proxied_room, "alice", WRONG, "192.0.2.100"))
    # Not even with the right password: or guessing would only have to go on.
    assert_told_to_wait(attempt(proxied_room, "alice", PASSWORD, "192.0.2.101"))
    assert attempt(proxied_room, "bob", PASSWORD, "192.0.2.100").status_code == 302


def test_an_address_may_be_wrong_twenty_times_whatever_the_name(proxied_room: Room) -> None:
    assert wrong_from(proxied_room, *["198.51.100.7"] * 20) == {200}
    assert attempt(proxied_room, "bob", PASSWORD, "198.51.100.7").status_code == 429
    assert attempt(proxied_room, "bob", PASSWORD, "198.51.100.8").status_code == 302


def test_what_a_stranger_says_of_his_address_is_not_believed(proxied_room: Room) -> None:
    # The proxy adds whom it heard at the end.
    assert wrong_from(proxied_room, *(f"203.0.113.{number}, 198.51.100.20" for number in range(20))) == {200}
    assert attempt(proxied_room, "bob", PASSWORD, "203.0.113.99, 198.51.100.20").status_code == 429


def test_without_a_proxy_the_header_is_not_believed_at_all(tmp_path: Path) -> None:
    with running_room(tmp_path / "data") as room:
        room.people()
        assert wrong_from(room, *(f"192.0.2.{number}" for number in range(20))) == {200}
        assert attempt(room, "bob", PASSWORD, "192.0.2.100").status_code == 429


def test_who_knocks_all_the_time_is_turned_away_before_the_form(proxied_room: Room) -> None:
    headers = {"X-Forwarded-For": "198.51.100.30"}
    with httpx.Client(base_url=proxied_room.url, headers=headers, timeout=60) as client:
        client.get("/accounts/login/")
        form = {"login": "bob", "csrfmiddlewaretoken": client.cookies["csrftoken"]}
        answers = [client.post("/accounts/login/", data=form) for _ in range(31)]
    assert [answer.status_code for answer in answers] == [200] * 30 + [429]
    assert "Too many attempts came from your address. Wait a minute, then try again." in answers[-1].text
    assert int(answers[-1].headers["Retry-After"]) > 0


def test_the_admin_has_no_door_of_its_own(proxied_room: Room) -> None:
    with closing(httpx.Client(base_url=proxied_room.url, follow_redirects=False)) as client:
        there = client.get("/admin/login/?next=/admin/")
        assert there.status_code == 302
        assert there.headers["Location"].startswith("/accounts/login/?next=")
        posted = client.post("/admin/login/", data={"username": "alice", "password": WRONG})
        assert posted.status_code in (302, 403)
        assert not re.search("Please enter the correct username", posted.text)
