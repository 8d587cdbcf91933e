"""An export as a reviewer has it: the form, the download from the real server, and how far it is."""

from __future__ import annotations

import csv
import io
import json
import re
import socket
import time
from collections.abc import Iterator
from contextlib import closing

import httpx
import pytest
from arro3.io import read_parquet

from tests.support.room import Room, running_room, until
from tests.support.sharing import write

pytestmark = pytest.mark.record

PRIVATE = "Xylophone-Quagmire"
WHY = "To look for lost sheep"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    """A room in which much was said; its house asks why, and hides names."""
    asks = {"CHATROOM_REVIEW_WHY": "1", "CHATROOM_REVIEW_NAMES": "0"}
    with running_room(tmp_path_factory.mktemp("house") / "data", **asks) as room:
        room.people()
        room.manage("generate", "--messages", "8000", "--people", "4", "--add")
        runs = room.rows("SELECT count(*) AS n FROM conversations_run")[0]["n"]
        until(lambda: room.rows("SELECT count(*) AS n FROM ledger_entry")[0]["n"] == runs, "the books are kept", 90)
        yield room


@pytest.fixture
def reader(house: Room) -> Iterator[httpx.Client]:
    with closing(house.signed_in("bob")) as client:
        yield client


def form(client: httpx.Client, query: str = "") -> dict[str, str]:
    """What the page's form sends."""
    page = client.get(f"/review/export/?{query}")
    assert page.status_code == 200, page.text
    (key,) = re.findall(r'name="key" value="([\w-]+)"', page.text)
    return {"key": key, "format": "jsonl", "why": WHY}


def state(client: httpx.Client, key: str) -> tuple[str, list[int]]:
    """Where the export stands, and the numbers that the page is told."""
    told = client.get(f"/review/export/{key}/progress/")
    assert told.status_code == 200
    numbers = [int(number.replace(",", "")) for number in re.findall(r"\b[\d,]*\d\b(?![^<]*>)", told.text)]
    return re.findall(r'data-state="([\w-]+)"', told.text)[0], numbers


def ended(house: Room) -> int:
    return int(house.rows("SELECT count(*) AS n FROM ledger_entry WHERE run_id IS NOT NULL")[0]["n"])


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
def test_all_that_a_filter_lets_through(kind: str, house: Room, reader: httpx.Client) -> None:
    sent = form(reader, "status=failed")
    answer = reader.post("/review/export/?status=failed", data=sent | {"format": kind})
    assert answer.status_code == 200
    assert re.fullmatch(rf'attachment; filename="replies-[\d-]+\.{kind}"', answer.headers["Content-Disposition"])
    assert answer.headers["Cache-Control"].startswith("max-age=0, no-cache, no-store")
    if kind == "csv":
        runs = [int(row["run"]) for row in csv.DictReader(io.StringIO(answer.text, newline=""))]
    elif kind == "jsonl":
        runs = [json.loads(line)["run"] for line in answer.content.splitlines()]
    else:
        runs = [run.as_py() for run in read_parquet(io.BytesIO(answer.content)).read_all().column("run")]
    wanted = house.rows("SELECT run_id FROM ledger_entry WHERE status = 'failed' ORDER BY at DESC, id DESC")
    assert runs == [row["run_id"] for row in wanted]
    assert len(runs) > 20
    assert state(reader, sent["key"]) == ("done", [len(runs)])


def test_every_exported_reply_is_in_the_record_with_its_reason(house: Room, reader: httpx.Client) -> None:
    sent = form(reader, "status=stopped") | {"why": "Only these"}
    answer = reader.post("/review/export/?status=stopped", data=sent)
    exported = sorted(json.loads(line)["run"] for line in answer.content.splitlines())
    noted = house.rows("SELECT * FROM review_opening WHERE why = 'Only these'")
    assert sorted(row["run_id"] for row in noted) == exported
    assert {(row["what"], row["name"]) for row in noted} == {("export", "bob")}
    owners = {row["run_id"]: row["owner_id"] for row in noted}
    persons = {row["run_id"]: row["person_id"] for row in house.rows("SELECT run_id, person_id FROM ledger_entry")}
    assert all(persons[run] == owner for run, owner in owners.items())
    names = [row["username"] for row in house.rows("SELECT username FROM accounts_user")]
    people = {json.loads(line)["person"] for line in answer.content.splitlines()}
    assert all(re.fullmatch(r"Person \d+", person) for person in people)
    assert not people & set(names)


def test_a_reason_is_asked_for_and_nothing_leaves_without_one(house: Room, reader: httpx.Client) -> None:
    assert "The reason" in reader.get("/review/export/").text
    before = house.rows("SELECT count(*) AS n FROM review_opening")[0]["n"]
    for wrong in ({"why": " "}, {"why": "x" * 1001}, {"format": "exe"}, {"format": ""}):
        answer = reader.post("/review/export/", data=form(reader) | wrong)
        assert answer.status_code == 422
        assert "Content-Disposition" not in answer.headers
    assert reader.post("/review/export/?status=nonsense", data=form(reader)).status_code == 422
    assert house.rows("SELECT count(*) AS n FROM review_opening")[0]["n"] == before


def test_who_does_not_review_finds_nothing_there(house: Room, reader: httpx.Client) -> None:
    sent = form(reader)
    for name in ("charlie", "alice"):
        with closing(house.signed_in(name)) as other:
            assert other.get("/review/export/").status_code == 404
            assert other.post("/review/export/", data=sent).status_code == 404
            assert other.get(f"/review/export/{sent['key']}/progress/").status_code == 404
    with httpx.Client(base_url=house.url) as nobody:
        assert nobody.get("/review/export/").status_code == 302
        assert nobody.post("/review/export/", data=sent).status_code == 403
    assert reader.get("/review/export/AAAAAAAAAAAAAAAAAAAAAA/progress/").status_code == 404


def test_how_far_it_is_is_for_who_began_it(house: Room, reader: httpx.Client) -> None:
    key = form(reader)["key"]
    assert state(reader, key)[0] == "asked"
    group = "SELECT id FROM auth_group WHERE name = 'reviewer'"
    member = "(user_id, group_id) VALUES ((SELECT id FROM accounts_user WHERE username = 'charlie'), ({}))"
    write(house, f"INSERT INTO accounts_user_groups {member.format(group)}")
    try:
        with closing(house.signed_in("charlie")) as other:
            assert other.get("/review/export/").status_code == 200
            assert other.get(f"/review/export/{key}/progress/").status_code == 404
    finally:
        write(
            house,
            "DELETE FROM accounts_user_groups"
            " WHERE user_id = (SELECT id FROM accounts_user WHERE username = 'charlie')",
        )


def begun(house: Room, client: httpx.Client, sent: dict[str, str]) -> socket.socket:
    """A download of which only the head was read; the buffers on its way are small."""
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.settimeout(20)
    connection.connect(("127.0.0.1", house.port))
    request = client.build_request("POST", "/review/export/", data=sent)
    head = "".join(f"{name}: {value}\r\n" for name, value in request.headers.items())
    connection.sendall(f"POST {request.url.raw_path.decode()} HTTP/1.1\r\n{head}\r\n".encode() + request.read())
    assert connection.recv(15) == b"HTTP/1.1 200 OK"
    return connection


def test_who_does_not_read_is_waited_for_and_who_goes_away_ends_it(house: Room, reader: httpx.Client) -> None:
    sent = form(reader) | {"why": "Not read"}
    all_of_them = ended(house)
    with begun(house, reader, sent):
        seen: list[tuple[str, list[int]]] = []

        def stands_still() -> bool:
            seen.append(state(reader, sent["key"]))
            time.sleep(0.05)  # between two looks: that it goes no further shows only in time
            return len(seen) > 40 and seen[-40:] == seen[-1:] * 40

        until(stands_still, "the export waits for who reads it", 60)
        where, numbers = seen[-1]
        assert where == "writing"
        done, total = numbers
        assert total == all_of_them
        assert 0 < done < total / 2
    until(lambda: state(reader, sent["key"])[0] == "broken-off", "it has ended")
    noted = house.rows("SELECT count(*) AS n FROM review_opening WHERE why = 'Not read'")[0]["n"]
    assert done <= noted < total / 2
    assert "took too long" not in "".join(house.output)


def test_one_that_fails_midway_does_not_look_whole(house: Room, reader: httpx.Client) -> None:
    first = house.rows("SELECT run_id FROM ledger_entry WHERE run_id IS NOT NULL ORDER BY at, id LIMIT 1")[0]["run_id"]
    (part,) = house.rows("SELECT * FROM conversations_part WHERE run_id = ? ORDER BY id LIMIT 1", first)
    write(house, "UPDATE conversations_part SET kind = 'nonsense', text = ? WHERE id = ?", PRIVATE, part["id"])
    try:
        for kind in ("jsonl", "parquet"):
            sent = form(reader) | {"format": kind, "why": f"{PRIVATE} {kind}"}
            with pytest.raises(httpx.TransportError):
                reader.post("/review/export/", data=sent)
            where, numbers = state(reader, sent["key"])
            assert where == "failed"
            assert numbers[0] < numbers[1]
    finally:
        write(
            house,
            "UPDATE conversations_part SET kind = ?, text = ? WHERE id = ?",
            part["kind"],
            part["text"],
            part["id"],
        )
    log = "".join(house.output)
    assert "ValueError" in log
    assert PRIVATE not in log
    assert WHY not in log
    # The server goes on, and goes on to look after its connections.
    assert reader.post("/review/export/?status=failed", data=form(reader)).status_code == 200
