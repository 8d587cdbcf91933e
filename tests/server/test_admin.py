"""The admin: all tables, for administrators, to be looked at only, and without anybody's words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.apps import apps
from django.contrib import admin
from django.db import models

from chatroom.accounts.admin import UserAdmin
from chatroom.accounts.tables import SHOWN_WITHIN, Table
from tests.conftest import write_providers
from tests.support.provider import ScriptedProvider
from tests.support.room import PASSWORD, Room, running_room, until
from tests.support.sharing import asked_and_answered, number_from, share, stranger, write

# What is planted in each column that holds somebody's words, a secret, or what could be one.
PRIVATE = {
    "accounts_signinlink": ["digest"],
    "conversations_conversation": ["title"],
    "conversations_message": ["text"],
    "conversations_run": ["thought", "retry_reason", "error"],
    "conversations_part": ["name", "text", "opaque"],
    "conversations_delta": ["text"],
    "conversations_listing": ["base_url", "listed", "error"],
    "conversations_exchange": ["url", "request_headers", "request_body", "response_headers"],
    "sharing_link": ["salt", "digest", "frozen", "note", "password"],
}
JSON = {"opaque", "listed", "request_headers", "response_headers", "frozen"}
# In bytes that nobody would take for anything else. The length of a column is told.
WORDS = {(table, column): f"Zq{table}7{column}"[:32] for table, columns in PRIVATE.items() for column in columns}
PROMPT, THOUGHT, ANSWER, NOTE = "Zqprompt7", "Zqthought7", "Zqanswer7", "Zqnote7"
PLANTED = {*WORDS.values(), PROMPT, THOUGHT, ANSWER, NOTE}

STAFF = f"""
from django.contrib.auth.models import Group
from chatroom.accounts.models import User
dora = User.objects.create_user("dora", password={PASSWORD!r})
dora.groups.add(Group.objects.get(name="administrator"))
User.objects.create_user("emil", password={PASSWORD!r}, is_staff=True)
User.objects.create_superuser("zora", password={PASSWORD!r})
"""


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory, provider: ScriptedProvider) -> Iterator[Room]:
    """A room with an administrator, and somebody whom only Django takes for staff."""
    folder: Path = tmp_path_factory.mktemp("admin")
    with running_room(folder / "data", CHATROOM_PROVIDERS=write_providers(folder, provider)) as running:
        running.people()
        running.manage("shell", "-v", "0", "-c", STAFF)
        yield running


def client_of(name: str) -> Any:
    @pytest.fixture(scope="module", name=name)
    def client(room: Room) -> Iterator[httpx.Client]:
        with closing(room.signed_in(name)) as signed_in:
            yield signed_in

    return client


alice, bob, charlie, dora, emil, zora = map(client_of, ("alice", "bob", "charlie", "dora", "emil", "zora"))


@pytest.fixture(scope="module")
def planted(room: Room, alice: httpx.Client, dora: httpx.Client, provider: ScriptedProvider) -> int:
    """A conversation, shared, whose every word is planted, and rows of all tables. Its run."""
    address, run = asked_and_answered(room, alice, provider, PROMPT, ANSWER, THOUGHT)
    share(alice, f"{address}share/", note=NOTE, password="a long password")
    until(lambda: room.rows("SELECT 1 FROM conversations_received"), "the wire record is written")
    write(
        room,
        "INSERT INTO conversations_listing (provider, base_url, listed, tried_at, error) SELECT ?, '', '[]', ?, ''"
        " WHERE NOT EXISTS (SELECT 1 FROM conversations_listing)",
        "elsewhere",
        "2026-01-01 00:00:00+00:00",
    )
    for (table, column), word in WORDS.items():
        value = f'["{word}"]' if column in JSON else word
        if not room.rows(f"SELECT 1 FROM {table}"):
            assert table == "accounts_signinlink", table
            room.sign_in_link()
        place = "ctid" if room.database_url else "rowid"
        one = f"WHERE {place} = (SELECT min({place}) FROM {table})"
        write(room, f'UPDATE {table} SET "{column}" = ? {one}', value)
    return run


def tables() -> list[type[models.Model]]:
    """Those with pages of their own."""
    return list(admin.site._registry)


def address(table: type[models.Model], rest: str = "") -> str:
    return f"/admin/{table._meta.app_label}/{table._meta.model_name}/{rest}"


def links_on(page: httpx.Response) -> set[str]:
    """Pages of the admin; of lists each filter, order and relation by itself, and not one with another."""
    found = {page.url.join(unescape(link)) for link in re.findall(r'href="([^"#]*)', page.text)}
    pages = {url.copy_with(query=None) if "_changelist_filters" in url.params else url for url in found}
    inside = {url for url in pages if url.path.startswith("/admin/") and not url.path.endswith("/logout/")}
    return {str(url) for url in inside if len(url.params) <= 1 and "." not in url.params.get("o", "")}


def test_each_table_of_ours_has_a_page() -> None:
    ours = [table for table in apps.get_models() if table.__module__.startswith("chatroom.")]
    assert len(ours) > 10
    shown = {*tables(), *SHOWN_WITHIN}
    assert [table.__name__ for table in ours if table not in shown] == []
    assert set(SHOWN_WITHIN.values()) <= {*tables()}


def test_nothing_in_the_admin_can_be_changed_but_people() -> None:
    others = [type(pages).__name__ for pages in admin.site._registry.values() if not isinstance(pages, Table)]
    assert others == [UserAdmin.__name__]


def test_no_page_shows_a_word_that_somebody_said(room: Room, dora: httpx.Client, planted: int) -> None:
    waiting, seen = [f"{room.url}/admin/"], set[str]()
    while waiting:
        page = dora.get(url := waiting.pop())
        assert page.status_code == 200, url
        told = f"{url} {page.headers} {page.text}"
        assert [word for word in PLANTED if word in told] == [], url
        seen.add(page.url.path)
        waiting += sorted(links_on(page) - seen)
        seen |= links_on(page)
    rows = {re.sub(r"[^/]+/change/$", "", path) for path in seen if path.endswith("/change/")}
    assert rows >= {address(table) for table in tables() if table._meta.db_table in {*PRIVATE, "accounts_user"}}
    assert {address(table) for table in tables()} <= seen
    assert f"/admin/conversations/run/{planted}/log/" in seen


def test_a_run_is_told_by_its_numbers(room: Room, dora: httpx.Client, planted: int) -> None:
    page = dora.get(f"/admin/conversations/run/{planted}/change/").text
    assert "scripted" in page
    assert re.search(r">alice</a>", page)
    assert "reviewers" in page  # Dora administers and does not read
    log = dora.get(f"/admin/conversations/run/{planted}/log/").text
    (rows,) = room.rows("SELECT count(*) AS n FROM conversations_delta WHERE run_id = ?", planted)
    assert log.count("<tr><th>") == rows["n"] > 0


@pytest.mark.parametrize(
    "query",
    [
        "conversation/?title__startswith=Z",
        "conversation/?messages__text__contains=Z",
        "message/?text__startswith=Z",
        "message/?conversation__title__contains=Z",
        "run/?error__contains=Z",
        "run/?reply__conversation__title__startswith=Z",
        "part/?text__gt=Z",
        "part/?opaque__contains=Z",
        "run/?size_of_error__gt=1",
    ],
)
def test_no_word_can_be_guessed_by_the_address(
    dora: httpx.Client, zora: httpx.Client, planted: int, query: str
) -> None:
    for client in (dora, zora):
        assert client.get(f"/admin/conversations/{query}").status_code == 400


def test_what_is_searched_for_is_a_number(dora: httpx.Client, planted: int) -> None:
    def found(term: str) -> int:
        return dora.get("/admin/conversations/run/", params={"q": term}).text.count('<th class="field-id">')

    assert found(str(planted)) == 1
    for term in ("scripted", THOUGHT[:4], "-1", "9" * 40, "1e3", "²"):
        assert found(term) == 0


def test_names_of_rows_are_not_told_by_autocomplete(zora: httpx.Client, planted: int) -> None:
    query = {"app_label": "conversations", "model_name": "message", "field_name": "conversation", "term": ""}
    assert zora.get("/admin/autocomplete/", params=query).status_code == 404


def test_nobody_changes_a_row(room: Room, dora: httpx.Client, zora: httpx.Client, planted: int) -> None:
    for table in tables():
        if not isinstance(admin.site._registry[table], Table):
            continue
        everything = f"SELECT * FROM {table._meta.db_table} ORDER BY 1"
        before = [dict(row) for row in room.rows(everything)]
        key = before[0][table._meta.pk.column] if before else 1
        for client in (dora, zora):
            assert client.post(address(table, "add/"), data={}).status_code == 403, table
            for what in ("change", "delete"):
                answer = client.post(address(table, f"{key}/{what}/"), data={"post": "yes"}, follow_redirects=False)
                # Where there is no such row, Django brings one back to the list of apps.
                assert answer.status_code == 403 or (not before and answer.status_code == 302), (table, what)
            action = {"action": "delete_selected", "_selected_action": key, "index": "0", "post": "yes"}
            client.post(address(table), data=action)
        assert [dict(row) for row in room.rows(everything)] == before


@pytest.mark.parametrize("where", ["", "conversations/run/", "accounts/user/", "login/", "nothing/", "jsi18n/"])
def test_who_is_no_administrator_finds_nothing(
    bob: httpx.Client, charlie: httpx.Client, emil: httpx.Client, where: str
) -> None:
    for client in (bob, charlie, emil):
        assert client.get(f"/admin/{where}").status_code == 404


def test_who_is_not_signed_in_is_asked_to(room: Room) -> None:
    with closing(stranger(room)) as nobody:
        nobody.follow_redirects = True
        assert nobody.get("/admin/conversations/run/").url.path == "/accounts/login/"
        assert nobody.get("/admin/login/").url.path == "/accounts/login/"


def test_the_way_is_shown_to_administrators_alone(dora: httpx.Client, bob: httpx.Client, emil: httpx.Client) -> None:
    assert 'href="/admin/"' in dora.get("/").text
    assert 'href="/admin/"' not in bob.get("/").text
    assert 'href="/admin/"' not in emil.get("/").text


def test_an_administrator_puts_people_into_groups_and_makes_no_superuser(room: Room, dora: httpx.Client) -> None:
    made = {"username": "frieda", "password1": PASSWORD, "password2": PASSWORD, "usable_password": "true"}
    page = dora.post("/admin/accounts/user/add/", data=made)
    assert page.url.path.endswith("/change/"), page.text
    (reviewer,) = room.rows("SELECT id FROM auth_group WHERE name = 'reviewer'")
    form = {
        "username": "frieda", "is_active": "on", "is_superuser": "on", "is_staff": "on", "groups": reviewer["id"],
        "pane": "auto", "pane_place": "above",
    }  # fmt: skip
    assert dora.post(page.url.path, data=form).url.path == "/admin/accounts/user/"
    (frieda,) = room.rows("SELECT is_superuser, is_staff FROM accounts_user WHERE username = 'frieda'")
    assert not frieda["is_superuser"] and not frieda["is_staff"]
    with closing(room.signed_in("frieda")) as client:
        assert client.get("/").status_code == 200
    query = (
        "SELECT 1 FROM accounts_user_groups m JOIN accounts_user u ON u.id = m.user_id"
        " WHERE u.username = 'frieda' AND m.group_id = ?"
    )
    assert room.rows(query, reviewer["id"])
    assert "frieda" in dora.get("/admin/admin/logentry/").text  # it is kept who did so


def test_an_administrator_does_not_become_a_superuser_by_anothers_password(room: Room, dora: httpx.Client) -> None:
    (superuser,) = room.rows("SELECT id, password FROM accounts_user WHERE username = 'zora'")
    form = {"password1": "another-long-word-9", "password2": "another-long-word-9", "usable_password": "true"}
    for way in ("password", "change", "delete"):
        answer = dora.post(f"/admin/accounts/user/{superuser['id']}/{way}/", data=form)
        assert answer.status_code in (403, 404), way
    (after,) = room.rows("SELECT id, password FROM accounts_user WHERE username = 'zora'")
    assert after["password"] == superuser["password"]


def test_no_account_is_deleted_here(room: Room, zora: httpx.Client) -> None:
    (charlie,) = room.rows("SELECT id FROM accounts_user WHERE username = 'charlie'")
    assert zora.post(f"/admin/accounts/user/{charlie['id']}/delete/", data={"post": "yes"}).status_code == 403


def test_lists_are_not_counted_to_their_end(room: Room, dora: httpx.Client) -> None:
    many = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10020)"
    write(room, f"INSERT INTO accounts_keymark (id, digest) {many} SELECT i + 1000000, 'more' FROM n")
    page = dora.get("/admin/accounts/keymark/").text
    assert "the newest 10000 key marks" in page
    last = dora.get("/admin/accounts/keymark/?p=100")
    assert last.text.count('<th class="field-id">') == 100
    write(room, "DELETE FROM accounts_keymark WHERE digest = 'more'")


def test_filters_look_at_the_latest_rows_unless_told_otherwise(room: Room, dora: httpx.Client, planted: int) -> None:
    (newest,) = room.rows("SELECT max(id) AS id FROM sharing_link")
    columns = "conversation_id, scope, live, reasoning, shows_owner, shows_models, shows_settings, shows_numbers, note,"
    columns += " members_only, may_take, indexed, embeddable, views, created_at, frozen, password"
    number_from(room, "sharing_link", newest["id"] + 200_000)
    write(
        room,
        f"INSERT INTO sharing_link (salt, digest, {columns})"
        f" SELECT 'other', 'other', {columns} FROM sharing_link WHERE id = ?",
        newest["id"],
    )

    def listed(query: str) -> int:
        return dora.get(f"/admin/sharing/link/{query}").text.count('<th class="field-id">')

    assert listed("") == 2
    assert listed("?scope__exact=conversation") == 1
    assert listed("?scope__exact=conversation&reach=all") == 2
    (of,) = room.rows("SELECT conversation_id FROM sharing_link WHERE id = ?", newest["id"])
    assert listed(f"?scope__exact=conversation&conversation={of['conversation_id']}") == 2
