"""Activity over HTTP: who may see what, and that it says no more than is known."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from decimal import Decimal
from html import unescape

import httpx
import pytest

from tests.support.activity import answered, person, refused
from tests.support.provider import ScriptedProvider
from tests.support.room import Room

REPORTED = {
    "prompt_tokens": 100,
    "completion_tokens": 200,
    "completion_tokens_details": {"reasoning_tokens": 150},
    "cost": 0.25,
}
COMPUTED = {"prompt_tokens": 1000, "completion_tokens": 400, "completion_tokens_details": {"reasoning_tokens": 0}}
SILENT: dict[str, int] = {}


@pytest.fixture
def client(room: Room) -> Iterator[Callable[..., httpx.Client]]:
    """`client("dora", "administrator")` → a client of theirs."""
    with ExitStack() as stack:

        def sign_in(name: str, group: str = "") -> httpx.Client:
            person(room, name, group)
            return stack.enter_context(closing(room.signed_in(name)))

        yield sign_in


@pytest.fixture
def dora(client: Callable[..., httpx.Client]) -> httpx.Client:
    return client("dora", "administrator")


def lines(client: httpx.Client, address: str) -> list[dict[str, str]]:
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(answer.text)))


def words(html: str) -> str:
    return unescape(re.sub(r"<[^>]+>", " ", html)).replace("\u202f", " ")


def facts(client: httpx.Client, address: str) -> dict[str, tuple[str, str]]:
    """The figures at the head of a page: term → words, note."""
    answer = client.get(address)
    assert answer.status_code == 200
    pattern = r"<dt>(.*?)</dt><dd>(.*?)(?:<small>(.*?)</small>)?</dd>"
    return {term: (words(said), words(note)) for term, said, note in re.findall(pattern, answer.text)}


def table(html: str, caption: str) -> dict[str, list[str]]:
    """The rows of a table by what they are about."""
    (found,) = re.findall(rf"<caption>{caption}</caption>.*?</table>", html, re.S)
    rows = re.findall(r'<th scope="row">(.*?)</th>(.*?)</tr>', found, re.S)
    return {
        words(head).strip(): [words(cell).strip() for cell in re.findall(r"<td>(.*?)</td>", cells)]
        for head, cells in rows
    }


def number(said: str) -> int:
    return int(re.split(" of | [0-9]+ with", said)[0].replace(" ", ""))


def test_strangers_sign_in_and_the_house_is_for_administrators(
    room: Room, client: Callable[..., httpx.Client], dora: httpx.Client
) -> None:
    for path in ("/activity/", "/activity/runs.csv", "/activity/house/", "/activity/house/runs.csv"):
        answer = httpx.get(room.url + path)
        assert (answer.status_code, answer.headers["Location"]) == (302, f"/accounts/login/?next={path}")
    for name in ("alice", "bob", "charlie"):
        own = client(name).get("/activity/")
        assert own.status_code == 200
        assert "/activity/house/" not in own.text
        for path in ("/activity/house/", "/activity/house/runs.csv"):
            assert client(name).get(path).status_code == 404, (name, path)
    assert "/activity/house/" in dora.get("/activity/").text
    assert dora.get("/activity/house/").status_code == 200
    assert dora.post("/activity/").status_code == 405


def test_what_is_known_is_told_and_what_is_not_is_not_nought(
    room: Room, client: Callable[..., httpx.Client], calls: ScriptedProvider
) -> None:
    erin = client("erin")
    answered(room, erin, calls, "How much?", [REPORTED, COMPUTED, SILENT, SILENT])
    refused(room, erin, calls, "How much?")
    told = facts(erin, "/activity/")
    assert told["Replies"] == ("5", "1 failed")
    assert told["Tokens in"] == ("1.10 k", "of 2 replies; unknown for 3")
    assert told["Tokens out"] == ("600", "of 2 replies; unknown for 3")
    assert told["of which thinking"] == ("150", "of 2 replies; unknown for 3")
    assert told["Share of thinking"] == ("25 %", "of 2 replies where both are known")
    # Prices: a millionth of a dollar a token in, five out.
    assert told["Cost"] == ("≈ $0.2530", "of which $0.0030 computed from prices; unknown for 3 of 5 replies")
    assert told["To the first thought"][1] == "median of 4 replies"
    page = erin.get("/activity/").text
    (row,) = table(page, "By model").values()
    assert row == ["5 2 with tokens", "1", "1 100", "600", "150", "25 %", "≈ $0.2530 of 2"]
    assert len(table(page, "By conversation")) == 1, "of five conversations with one title"
    found = lines(erin, "/activity/runs.csv")
    assert [one["status"] for one in found] == ["failed", *["completed"] * 4]
    costs = [(one["cost_usd"], one["cost_is"]) for one in reversed(found)]
    assert costs == [("0.250000000", "reported"), ("0.003000000", "computed"), ("", ""), ("", ""), ("", "")]
    assert [one["reasoning_tokens"] for one in reversed(found)] == ["150", "0", "", "", ""]
    assert [one["share_of_thinking"] for one in reversed(found)] == ["0.750", "0.000", "", "", ""]


def test_of_who_was_told_nothing_all_is_unknown(
    room: Room, client: Callable[..., httpx.Client], calls: ScriptedProvider
) -> None:
    fay = client("fay")
    assert "No reply ended in these days" in fay.get("/activity/").text
    answered(room, fay, calls, "How much?", [SILENT])
    told = facts(fay, "/activity/")
    for term in ("Tokens in", "Tokens out", "of which thinking", "Share of thinking", "Cost", "Tokens a second"):
        assert told[term][0] == "unknown", term
    page = fay.get("/activity/").text
    (row,) = table(page, "By model").values()
    assert row == ["1", "0", *["unknown"] * 5]
    assert "No provider told a cost" in page


def test_the_pages_tell_what_the_files_add_up_to(
    room: Room, client: Callable[..., httpx.Client], dora: httpx.Client, calls: ScriptedProvider
) -> None:
    gil = client("gil")
    answered(room, gil, calls, "How much?", [REPORTED, SILENT, COMPUTED])
    for who, address in ((gil, "/activity/"), (dora, "/activity/house/")):
        found = lines(who, f"{address}runs.csv?days=7")
        rows = table(who.get(f"{address}?days=7").text, "By model").values()
        for place, column in ((2, "input_tokens"), (3, "output_tokens"), (4, "reasoning_tokens")):
            known = [row[place] for row in rows if row[place] != "unknown"]
            assert sum(map(number, known)) == sum(int(one[column]) for one in found if one[column]), column
        assert sum(number(row[0]) for row in rows) == len(found)
        assert sum(number(row[1]) for row in rows) == sum(one["status"] != "completed" for one in found)
    people = table(dora.get("/activity/house/?days=7").text, "By person")
    mine = [one for one in lines(dora, "/activity/house/runs.csv?days=7") if one["person"] == "gil"]
    assert people["gil"][:5] == ["3 2 with tokens", "0", "1 100", "600", "150"]
    assert sum(Decimal(one["cost_usd"]) for one in mine if one["cost_usd"]) == Decimal("0.253")


def test_the_house_is_shown_nobodys_words(
    room: Room, client: Callable[..., httpx.Client], dora: httpx.Client, calls: ScriptedProvider
) -> None:
    hal = client("hal")
    answered(room, hal, calls, "=SUM(secrets)", [{**REPORTED, "cost": 99}])
    for path in ("/activity/house/", "/activity/house/runs.csv"):
        text = dora.get(path).text
        assert "hal" in text
        assert "secrets" not in text
        assert "think about that" not in text
    assert "$99.00" in words(dora.get("/activity/house/").text), "it stands out"
    assert "/review/" not in dora.get("/activity/house/").text, "she is no reviewer"
    own = hal.get("/activity/").text
    assert "=SUM(secrets)" in own
    (reply,) = set(re.findall(r'href="(/m/\d+/)"', own))
    assert "It is so." in hal.get(reply).text
    # No spreadsheet takes it for a formula.
    assert lines(hal, "/activity/runs.csv")[0]["title"] == "'=SUM(secrets)"
    assert "secrets" not in client("charlie").get("/activity/").text


def test_ranges_are_in_the_address_and_bad_ones_are_told(client: Callable[..., httpx.Client]) -> None:
    alice = client("alice")
    page = alice.get("/activity/?from=2026-01-01&to=2026-01-31")
    assert page.status_code == 200
    assert "1 – 31 January 2026, days of UTC" in words(page.text)
    bad = alice.get("/activity/", params={"from": "2026-02-01", "to": "2026-01-01"})
    assert bad.status_code == 400
    assert "The last day (2026-01-01) comes before the first (2026-02-01)." in bad.text
    assert 'value="2026-02-01"' in bad.text and 'value="2026-01-01"' in bad.text
    odd = alice.get("/activity/", params={"days": "<script>"})
    assert odd.status_code == 400
    assert "&lt;script&gt;” is no number of days" in odd.text
    download = alice.get("/activity/runs.csv", params={"days": "ten"})
    assert (download.status_code, download.text) == (400, "“ten” is no number of days: say one from 1 to 3660.\n")


def test_a_long_file_is_whole_though_it_comes_in_pieces(
    room: Room, client: Callable[..., httpx.Client], dora: httpx.Client
) -> None:
    ida = client("ida")
    make = (
        "from chatroom.accounts.models import User; from chatroom.ledger.models import Asked, Entry;"
        " who = User.objects.get(username='ida'); asked, _ = Asked.objects.get_or_create(provider='p', model='m');"
        # Many of one moment, so that pieces end in the middle of them.
        " Entry.objects.bulk_create([Entry(person=who, asked=asked, at=1_700_000_000_000 + number // 700,"
        " status='completed', output_tokens=number, dice=1, taken=number == 5) for number in range(2500)])"
    )
    room.manage("shell", "-v", "0", "-c", make)
    found = lines(ida, "/activity/runs.csv?from=2023-11-01&to=2023-11-30")
    assert [int(one["output_tokens"]) for one in found] == [number for number in reversed(range(2500)) if number != 5]
    assert len(lines(dora, "/activity/house/runs.csv?from=2023-11-01&to=2023-11-30")) == 2499
