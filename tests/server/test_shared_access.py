"""Who gets in by a link, how far, and for how long."""

from __future__ import annotations

import asyncio
import base64
from contextlib import closing
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from tests.support.page_socket import closed
from tests.support.provider import ScriptedProvider
from tests.support.room import PASSWORD, Room, until
from tests.support.sharing import (
    Shared,
    ask,
    asked_and_answered,
    change,
    frames_until,
    knock,
    runs_on,
    share,
    shared_socket,
    stranger,
    turns,
    write,
)

GONE, SIGNED_OUT, BROKEN = 4404, 4403, 4503
SUFFIXES = ("", "conversation.md", "conversation.json", "card.png", "12345/text/", "12345/replay/")


def told(answer: httpx.Response) -> tuple[int, list[tuple[str, str]], bytes]:
    """All of an answer but when it was given."""
    return answer.status_code, [item for item in answer.headers.multi_items() if item[0] != "date"], answer.content


def reply_of(room: Room, run: int) -> int:
    return int(room.rows("SELECT reply_id FROM conversations_run WHERE id = ?", run)[0][0])


def views(room: Room, link: Shared) -> int:
    return int(room.rows("SELECT views FROM sharing_link WHERE id = ?", link.pk)[0][0])


# Where nothing is


async def test_whatever_leads_nowhere_leads_to_the_same_nowhere(
    room: Room, alice: httpx.Client, calls: ScriptedProvider, talk: str
) -> None:
    past = datetime.now(UTC) - timedelta(seconds=1)
    dead = {kind: share(alice, f"{talk}share/", live="1") for kind in ("expired", "revoked", "inactive")}
    dead["used up"] = share(alice, f"{talk}share/", live="1", views_limit="1")
    dead["used up, with a password"] = share(alice, f"{talk}share/", live="1", views_limit="1", password="sesame")
    other, _ = asked_and_answered(room, alice, calls, "Another", "One more.")
    dead["deleted"] = share(alice, f"{other}share/", live="1")
    write(room, "UPDATE sharing_link SET expires_at = ? WHERE id = ?", past.isoformat(), dead["expired"].pk)
    await asyncio.to_thread(alice.post, f"/links/{dead['revoked'].pk}/revoke/")
    await asyncio.to_thread(alice.post, f"{other}delete/")
    for kind, password in {"used up": "", "used up, with a password": "sesame"}.items():
        with closing(stranger(room, 9)) as first:
            assert knock(first, dead[kind], password).status_code == 302
    dead["never there"] = Shared(0, "/s/" + "A" * 32 + "/")
    for number, malformed in enumerate(("x", "%00", "A" * 3000, "a%2Fb", "%F0%9F%94%91", dead["revoked"].token[:-1])):
        dead[f"malformed {number}"] = Shared(0, f"/s/{malformed}/")
    write(room, "UPDATE accounts_user SET is_active = ? WHERE username = 'alice'", False)
    try:
        found = {kind: _all_of(room, link, place) for place, (kind, link) in enumerate(dead.items(), 20)}
        for kind, link in dead.items():
            if "malformed" not in kind:
                with closing(stranger(room, 9)) as client:
                    async with shared_socket(room, client, link) as socket:
                        assert await closed(socket) == GONE, kind
    finally:
        write(room, "UPDATE accounts_user SET is_active = ? WHERE username = 'alice'", True)
    nowhere = found["never there"]
    assert [answer[0] for answer in nowhere.values()] == [404] * len(nowhere)
    for kind, answers in found.items():
        if kind == "malformed 3":  # a slash is another address
            answers = {suffix: nowhere[suffix] for suffix in answers}
        for suffix, answer in answers.items():
            assert answer == nowhere[suffix], (kind, suffix)
    again = {kind: _all_of(room, link, place) for place, (kind, link) in enumerate(dead.items(), 40)}
    assert again.pop("inactive")["GET "][0] == 200
    for kind, answers in again.items():
        if kind != "malformed 3":
            assert answers == nowhere, kind
    assert (await asyncio.to_thread(alice.get, dead["used up"].address)).status_code == 200  # its owner always may


def _all_of(room: Room, link: Shared, place: int) -> dict[str, tuple[int, list[tuple[str, str]], bytes]]:
    """What a stranger is answered at all addresses of a link."""
    with closing(stranger(room, place)) as client:
        client.get("/accounts/login/")
        csrf = {"X-CSRFToken": client.cookies["csrftoken"]}
        answers = {f"GET {suffix}": told(client.get(link.address + suffix)) for suffix in SUFFIXES}
        answers["HEAD"] = told(client.head(link.address))
        answers["knock"] = told(client.post(f"{link.address}knock/", data={"password": "x"}, headers=csrf))
    with closing(room.signed_in("charlie")) as charlie:
        transport = httpx.HTTPTransport(local_address=f"127.0.0.{place}")
        with httpx.Client(
            base_url=room.url, transport=transport, cookies=charlie.cookies, headers=charlie.headers, timeout=20
        ) as member:
            answers["a member"] = told(member.get(link.address))
            answers["take"] = told(member.post(f"{link.address}take/"))
    return answers


def test_the_secret_stands_nowhere_but_in_the_address(
    room: Room, alice: httpx.Client, anybody: httpx.Client, talk: str
) -> None:
    links = [share(alice, f"{talk}share/", live=live, note="A note") for live in "0011"]
    secrets = [base64.urlsafe_b64decode(link.token) for link in links]
    assert all(8 * len(secret) >= 128 for secret in secrets)
    assert len(set(secrets)) == len(secrets)
    rows = repr([[str(value) for value in row] for row in room.rows("SELECT * FROM sharing_link")])
    for link, secret in zip(links, secrets, strict=True):
        assert link.token not in rows
        assert secret.hex() not in rows


async def test_nor_in_the_log_when_something_fails(
    room: Room, alice: httpx.Client, anybody: httpx.Client, talk: str
) -> None:
    link = share(alice, f"{talk}share/", live="1")
    before = len(room.output)
    async with shared_socket(room, anybody, link) as socket:
        write(room, "UPDATE sharing_link SET reasoning = 'bogus' WHERE id = ?", link.pk)
        assert (await asyncio.to_thread(anybody.get, link.address)).status_code == 500
        assert (await asyncio.to_thread(anybody.get, f"{link.address}conversation.json")).status_code == 500
        asked = share(alice, f"{talk}share/")  # at which open pages are looked at anew
        assert await closed(socket) == BROKEN
    for path in ("nothing/", "knock/", "1/text/"):
        await asyncio.to_thread(anybody.get, link.address + path)
        await asyncio.to_thread(anybody.get, f"{asked.address}{path}")
    until(lambda: "ValueError" in "".join(room.output[before:]), "the failure is told in the log")
    write(room, "UPDATE sharing_link SET reasoning = 'none' WHERE id = ?", link.pk)
    log = "".join(room.output)
    assert link.token not in log
    assert asked.token not in log


def test_who_guesses_addresses_is_held_back(room: Room, alice: httpx.Client, talk: str) -> None:
    link = share(alice, f"{talk}share/")
    with closing(stranger(room, 60)) as guesser:

        def guess() -> httpx.Response:
            return guesser.get(f"/s/{'B' * 32}/")

        until(lambda: guess().status_code == 429, "guessing is held back")
        answer = guess()
        assert int(answer.headers["Retry-After"]) > 0
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert guesser.get(link.address).status_code == 429
    with closing(stranger(room, 61)) as other:
        assert other.get(link.address).status_code == 200


async def test_who_guesses_by_the_socket_is_held_back_as_well(room: Room, alice: httpx.Client, talk: str) -> None:
    link, guess = share(alice, f"{talk}share/", live="1"), Shared(0, f"/s/{'C' * 32}/")
    with closing(stranger(room, 62)) as guesser:
        for _ in range(70):  # a minute may begin meanwhile, and the count anew
            for _ in range(10):
                async with shared_socket(room, guesser, guess, place=62, load=False) as socket:
                    assert await closed(socket) == GONE
            if (await asyncio.to_thread(guesser.get, link.address)).status_code == 429:
                break
        assert (await asyncio.to_thread(guesser.get, link.address)).status_code == 429
        async with shared_socket(room, guesser, link, place=62, load=False) as socket:
            assert await closed(socket) == GONE
    with closing(stranger(room, 63)) as other:
        async with shared_socket(room, other, link, place=63) as socket:
            await asyncio.to_thread(alice.post, f"/links/{link.pk}/revoke/")
            assert len(await frames_until(socket, "#shared")) == 1  # until then it was open


# Who may come in


def test_an_address_that_cannot_be_told_again_still_opens(room: Room, alice: httpx.Client, talk: str) -> None:
    link = share(alice, f"{talk}share/", password="open sesame", live="1")
    # As after another secret key: the address does not follow from the salt any more.
    write(room, "UPDATE sharing_link SET salt = 'of another house' WHERE id = ?", link.pk)
    with closing(stranger(room, 64)) as client:
        came = knock(client, link, "open sesame")
        assert (came.status_code, came.headers["Location"]) == (302, link.address)
        assert turns(client, link) == ["It is blue."]


def test_a_password_is_asked_for(room: Room, alice: httpx.Client, talk: str) -> None:
    link = share(alice, f"{talk}share/", password="open sesame", live="1")
    other = share(alice, f"{talk}share/", password="open sesame", live="1")
    assert "sesame" not in repr([tuple(row) for row in room.rows("SELECT * FROM sharing_link")])
    with closing(stranger(room, 70)) as client:
        assert 'name="password"' in client.get(link.address).text
        assert [client.get(link.address + suffix).status_code for suffix in SUFFIXES[1:]] == [404] * 5
        assert knock(client, link, "open says me").status_code == 403
        assert 'name="password"' in client.get(link.address).text
        came = knock(client, link, "open sesame")
        assert (came.status_code, came.headers["Location"]) == (302, link.address)
        assert turns(client, link) == ["It is blue."]
        assert client.get(f"{link.address}conversation.json").status_code == 200
        signed = client.cookies["pass"]
        moved = {"Cookie": f"pass={signed}"}
        assert 'name="password"' in httpx.get(room.url + other.address, headers=moved).text
        assert 'name="password"' not in httpx.get(room.url + link.address, headers=moved).text
        forged = {"Cookie": f"pass={signed[:-3]}AAA"}
        assert 'name="password"' in httpx.get(room.url + link.address, headers=forged).text
        change(alice, link, password="open barley", live="1")
        assert 'name="password"' in client.get(link.address).text
        assert knock(client, link, "open sesame").status_code == 403
        assert knock(client, link, "open barley").status_code == 302
        change(alice, link, no_password="on", live="1")
        client.cookies.clear()
        assert turns(client, link) == ["It is blue."]


def test_who_tries_too_many_passwords_has_to_wait(room: Room, alice: httpx.Client, talk: str) -> None:
    link = share(alice, f"{talk}share/", password="open sesame")
    with closing(stranger(room, 71)) as client:
        statuses = [knock(client, link, f"guess {number}").status_code for number in range(12)]
        assert statuses == [403] * 10 + [429] * 2
        late = knock(client, link, "open sesame")
        assert late.status_code == 429
        assert int(late.headers["Retry-After"]) > 0
        assert "pass" not in client.cookies
    with closing(stranger(room, 72)) as other:
        assert knock(other, link, "open sesame").status_code == 302


async def test_a_link_for_members_is_for_who_is_signed_in(
    room: Room, alice: httpx.Client, anybody: httpx.Client, calls: ScriptedProvider, talk: str
) -> None:
    link = share(alice, f"{talk}share/", members_only="on", live="1")
    answer = await asyncio.to_thread(anybody.get, link.address)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/accounts/login/?next=")
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert [(await asyncio.to_thread(anybody.get, link.address + suffix)).status_code for suffix in SUFFIXES[1:]] == [
        302
    ] * 5
    async with shared_socket(room, anybody, link) as socket:
        assert await closed(socket) == GONE
    with httpx.Client(base_url=room.url, follow_redirects=True, timeout=20) as member:
        form = {"login": "charlie", "password": PASSWORD}
        await asyncio.to_thread(member.get, "/accounts/login/")
        await asyncio.to_thread(
            member.post, "/accounts/login/", data=form | {"csrfmiddlewaretoken": member.cookies["csrftoken"]}
        )
        assert turns(member, link) == ["It is blue."]
        async with shared_socket(room, member, link) as socket:
            # Who is signed out before the socket is taken in is not even told to go blank.
            await asyncio.to_thread(ask, alice, talk, "And tomorrow?")
            calls.next_call().answer("", "Then as well.")
            await frames_until(socket, "Then as well.")
            await asyncio.to_thread(
                member.post, "/accounts/logout/", data={"csrfmiddlewaretoken": member.cookies["csrftoken"]}
            )
            frames = await frames_until(socket, "#shared", 30)
            assert frames[-1] == '<div hx-swap-oob="innerHTML:#shared"></div>'
            assert await closed(socket, 30) == SIGNED_OUT
        assert (await asyncio.to_thread(member.get, link.address)).url.path == "/accounts/login/"


def test_a_link_can_be_opened_so_many_times(room: Room, alice: httpx.Client, talk: str) -> None:
    link = share(alice, f"{talk}share/", views_limit="2")
    browsers = [stranger(room, 80 + number) for number in range(3)]
    first, second, third = browsers
    for look in (first.get, first.head):
        assert look(link.address).status_code == 200
    first.get(link.address, headers={"User-Agent": "facebookexternalhit/1.1"})
    assert "It is blue" not in first.get(link.address).text
    assert first.get(f"{link.address}card.png").status_code == 404
    assert turns(alice, link) == ["It is blue."]
    assert views(room, link) == 0
    for number, browser in enumerate((first, second), 1):
        assert knock(browser, link).status_code == 302
        for _ in range(2):
            assert turns(browser, link) == ["It is blue."]
        assert knock(browser, link).status_code in {302, 403}
        assert views(room, link) == number
    assert third.get(link.address).status_code == 404
    third.get("/accounts/login/")
    late = third.post(f"{link.address}knock/", headers={"X-CSRFToken": third.cookies["csrftoken"]})
    assert late.status_code == 404
    assert turns(first, link) == ["It is blue."]
    assert views(room, link) == 2
    for browser in browsers:
        browser.close()


def test_a_link_without_a_gate_is_counted_once_a_browser(
    room: Room, alice: httpx.Client, anybody: httpx.Client, talk: str
) -> None:
    link = share(alice, f"{talk}share/")
    alice.get(link.address)
    anybody.head(link.address)
    for suffix in SUFFIXES[1:4]:
        anybody.get(link.address + suffix)
    assert views(room, link) == 0
    anybody.get(link.address)
    anybody.get(link.address)
    assert views(room, link) == 1


@pytest.mark.parametrize("name", ["bob", "charlie"])
def test_links_are_their_owners(room: Room, alice: httpx.Client, talk: str, name: str) -> None:
    link = share(alice, f"{talk}share/")
    row = [tuple(row) for row in room.rows("SELECT * FROM sharing_link WHERE id = ?", link.pk)]
    reply = reply_of(room, runs_on(alice, talk)[0])
    with closing(room.signed_in(name)) as other:
        for path in (f"/links/{link.pk}/", f"{talk}share/", f"/m/{reply}/share/"):
            assert other.get(path).status_code == 404, path
            assert other.post(path, data={"scope": "conversation", "reasoning": "open"}).status_code == 404, path
        for command in ("renew", "revoke"):
            assert other.post(f"/links/{link.pk}/{command}/").status_code == 404, command
        assert link.token not in other.get("/links/").text
    assert [tuple(row) for row in room.rows("SELECT * FROM sharing_link WHERE id = ?", link.pk)] == row
    assert link.token in alice.get("/links/").text
    assert link.token in alice.get(f"/links/{link.pk}/").text
    with closing(stranger(room)) as nobody:
        for path in (f"/links/{link.pk}/", "/links/", f"{talk}share/"):
            assert nobody.get(path).headers["Location"].startswith("/accounts/login/")
