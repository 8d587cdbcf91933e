"""Looking for words in what was said: the same by the index, by looking through it, and without any index."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from django.contrib.auth.models import AbstractUser
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from chatroom.accounts.models import User
from chatroom.conversations import actions
from chatroom.conversations.models import Conversation, Delta, Message, Part, Run, Status
from chatroom.conversations.sealing import Ending, seal
from chatroom.conversations.searching import finding, index
from chatroom.conversations.searching.finding import search
from chatroom.conversations.searching.needle import Needle
from chatroom.providers.events import Provenance
from chatroom.providers.parts import PartKind

ALL = 200


@pytest.fixture(params=["by the index", "by looking", "without an index"])
def way(request: pytest.FixtureRequest, transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """How the search goes about it: with little to look through it would never ask the index."""
    if request.param == "by the index":
        monkeypatch.setattr(finding, "TEXTS_FIRST", 0)
    if request.param != "without an index":
        yield request.param
        return
    with index.paused():
        yield request.param


@dataclass
class Talk:
    conversation: Conversation
    prompt: Message
    run: Run


def ask(owner: User, prompt: str, title: str = "A talk") -> Talk:
    conversation = Conversation.objects.create(owner=owner, title=title)
    message = Message.objects.create(conversation=conversation, role=Message.Role.USER, text=prompt)
    reply = Message.objects.create(conversation=conversation, role=Message.Role.ASSISTANT, parent=message)
    return Talk(conversation, message, Run.objects.create(reply=reply, provider="played", model="scripted"))


def hear(talk: Talk, thought: str = "", answer: str = "", tool: str = "") -> Talk:
    """The model says something, and is not done."""
    said = [(PartKind.REASONING, thought), (PartKind.CONTENT, answer), (PartKind.TOOL, tool)]
    for number, (kind, text) in enumerate([(kind, text) for kind, text in said if text]):
        provenance = Provenance.RAW if kind is PartKind.REASONING else ""
        fields = {"index": number, "kind": kind, "provenance": provenance, "started_at": timezone.now()}
        Part.objects.create(run=talk.run, **fields)
        Delta.objects.create(run=talk.run, seq=number + 1, part=number, kind="text", text=text, at=0)
    return talk


def over(talk: Talk) -> Talk:
    assert seal(talk.run.pk, Ending(Status.COMPLETED, timezone.now()))
    return talk


def talk(owner: User, prompt: str = "Why?", thought: str = "Hm.", answer: str = "So.", **more: str) -> Talk:
    tool = more.pop("tool", "")
    return over(hear(ask(owner, prompt, **more), thought, answer, tool))


@pytest.fixture
def alice(transactional_db: None) -> User:
    return User.objects.create_user("alice")


@pytest.fixture
def bob(transactional_db: None) -> User:
    return User.objects.create_user("bob", is_superuser=True)


def found(user: AbstractUser, query: str, wanted: int = ALL) -> list[int]:
    assert isinstance(user, User)
    return sorted(search(user, query, wanted).hits)


@pytest.mark.parametrize(
    ("said", "what"),
    [
        ({"title": "On wombats"}, None),
        ({"prompt": "Do wombats dig?"}, "You"),
        ({"thought": "They ask for wombats."}, "Thought"),
        ({"answer": "Yes, wombats dig."}, "Answer"),
    ],
)
def test_titles_prompts_thoughts_and_answers_are_searched(
    way: str, alice: User, said: dict[str, str], what: str | None
) -> None:
    mine = talk(alice, **said)
    talk(alice)
    hits = search(alice, "wombats", ALL).hits
    assert list(hits) == [mine.conversation.pk]
    hit = hits[mine.conversation.pk]
    if what is None:
        assert hit is None
    else:
        assert hit is not None
        assert hit.what == what
        assert f"{hit.line.before}[{hit.line.matched}]{hit.line.after}" == next(iter(said.values())).replace(
            "wombats", "[wombats]"
        )
        assert hit.message_id == (mine.prompt.pk if what == "You" else mine.run.reply_id)
        places = {"You": f"prompt-{mine.prompt.pk}", "Thought": f"r{mine.run.pk}-p0", "Answer": f"r{mine.run.pk}-p1"}
        assert hit.anchor == places[what]


def test_the_arguments_of_a_tool_are_not(way: str, alice: User) -> None:
    talk(alice, tool='{"animal": "wombat"}')
    assert found(alice, "wombat") == []


def test_nobody_finds_what_others_said(way: str, alice: User, bob: User) -> None:
    charlie = User.objects.create_user("charlie")
    mine = talk(alice, title="On wombats", prompt="Do wombats dig?", thought="wombats", answer="wombats")
    for stranger in (bob, charlie):
        assert found(stranger, "wombats") == []
        assert found(stranger, "wo") == []
    assert found(alice, "wombats") == [mine.conversation.pk]


def test_what_others_said_crowds_nothing_out(way: str, alice: User, bob: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "MOST_ROWS", 10)
    monkeypatch.setattr(finding, "ROWS_AT_A_TIME", 5)
    monkeypatch.setattr(finding, "MOST_TEXTS", 10)
    mine = talk(alice, answer="One wombat.")
    for _ in range(30):
        talk(bob, prompt="wombat", thought="wombat", answer="wombat")
    assert found(alice, "wombat") == [mine.conversation.pk]
    assert found(alice, "mb") == [mine.conversation.pk]


# Texts, and a piece of each.
PIECES = [
    ("Do wombats dig?", "WOMBAT"),
    ("Do WOMBATS dig?", "ombat"),
    ("Nach Zürich, bitte", "Zürich"),
    ("crème brûlée", "ème brû"),
    ("How fast is C++?", "c++"),
    ("f(x) => x % 2", "x % 2"),
    ("100 %", "%"),
    ("snake_case", "e_c"),
    ('He said "no".', '"no"'),
    (r"C:\temp", r":\t"),
    ("It's Zo", "Zo"),
    ("Ask Zo now", "zo"),
    ("x", "x"),
    ("ok", "OK"),
    ("東京から京都まで", "京都"),
    ("猫が好き", "猫"),
    ("naïve 🙂 smile", "🙂"),
    ("two  lines\nof text", "lines\nof"),
    ("*** -- ***", "-- *"),
]


def test_any_piece_of_a_text_is_found_and_nothing_else(way: str, alice: User) -> None:
    for text, _ in PIECES:
        talk(alice, prompt=text, thought="", answer="")
        talk(alice, prompt="-", thought="", answer=text)
    for _, query in PIECES:
        there = _read(alice, query.lower())
        assert len(there) >= 2
        assert found(alice, query) == there, query
    for query in ("wombats now", "tabmow", "w%t", "w_mbat", "qz", "Ω", "c+++", "   ", "", "\0"):
        assert found(alice, query) == [], query
    assert found(alice, " C:\0\\temp ") == found(alice, "c:\\temp") != []


def test_accents_make_a_difference(way: str, alice: User) -> None:
    talk(alice, prompt="resume")
    assert found(alice, "résumé") == []


def test_a_long_piece_is_found(way: str, alice: User) -> None:
    words = "the user asks about the onion and the salt in the pan with the butter, and so on and so forth"
    mine = talk(alice, answer=f"First {words}.")
    talk(alice, answer=f"First {words.replace('pan', 'pot')}.")
    assert found(alice, words) == [mine.conversation.pk]


def test_a_reply_is_found_once_it_is_over(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "TEXTS_FIRST", 0)
    mine = hear(ask(alice, "Why?"), thought="wombats", answer="Because of wombats.")
    assert found(alice, "wombats") == []
    assert found(alice, "Why?") == [mine.conversation.pk]
    over(mine)
    assert found(alice, "wombats") == [mine.conversation.pk]


def test_a_title_is_found_as_it_is_now(way: str, alice: User) -> None:
    mine = talk(alice, title="On wombats").conversation
    actions.rename(mine, "On koalas")
    assert found(alice, "wombats") == []
    assert found(alice, "koalas") == [mine.pk]


def test_another_wording_is_found_and_so_is_the_one_before(way: str, alice: User) -> None:
    mine = talk(alice, prompt="Do wombats dig?")
    actions.edit(mine.prompt, "Do koalas dig?")
    assert found(alice, "wombats") == found(alice, "koalas") == [mine.conversation.pk]


def test_what_is_deleted_is_gone_from_the_index(alice: User, bob: User) -> None:
    gone, stays = talk(alice, title="wombats", prompt="wombats", thought="wombats", answer="wombats"), talk(bob)
    actions.delete(gone.conversation)
    assert found(alice, "wombats") == []
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("SELECT DISTINCT term FROM conversations_search_terms")
            terms = {term for (term,) in cursor.fetchall()}
            cursor.execute("INSERT INTO conversations_search(conversations_search) VALUES ('integrity-check')")
        assert "why" in terms
        assert terms.isdisjoint({"wom", "omb", "mba", "bat", "ats"})
    assert found(bob, "Why?") == [stays.conversation.pk]


def test_a_person_who_goes_leaves_nothing_in_the_index(alice: User, bob: User) -> None:
    talk(alice, title="wombats", answer="wombats")
    alice.delete()
    assert not Message.objects.exists()
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM conversations_search_terms")
            assert cursor.fetchone() == (0,)


def test_the_newest_come_first_and_more_is_said_to_be_there(way: str, alice: User) -> None:
    talks = [talk(alice, answer="wombat") for _ in range(60)]
    result = search(alice, "wombat", 5)
    newest = [one.conversation.pk for one in talks[-5:]]
    assert set(newest) <= set(result.hits)
    assert len(result.hits) >= 5
    assert not result.whole or len(result.hits) == 60


def test_all_is_said_to_be_there_when_it_is(way: str, alice: User) -> None:
    talk(alice, answer="wombat")
    assert search(alice, "wombat", ALL).whole
    assert search(alice, "koala", ALL).whole


def test_without_an_index_it_says_that_it_has_not_looked_at_all(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "TEXTS_FIRST", 10)
    monkeypatch.setattr(finding, "MOST_TEXTS", 20)
    talk(alice, answer="wombat")
    for _ in range(80):
        talk(alice)
    with index.paused():
        assert not search(alice, "wombat", ALL).whole
    assert found(alice, "wombat")


def test_a_migrate_makes_the_index_where_it_is_missing(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "TEXTS_FIRST", 0)
    monkeypatch.setattr(finding, "MOST_TEXTS", 0)
    name = "TRIGGER search_part_changed" if connection.vendor == "sqlite" else "INDEX search_part"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP {name}")  # as a table that is made anew takes its triggers with it
    assert not index.is_ready()
    mine = talk(alice, answer="wombat")
    call_command("migrate", verbosity=0)
    assert index.is_ready()
    assert found(alice, "wombat") == [mine.conversation.pk]


@pytest.mark.parametrize("path", ["TEXTS_FIRST", "MOST_TEXTS"])
def test_a_lived_in_room_is_searched_as_by_reading_it(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    call_command("generate", messages=1_200, people=3, until="2026-03-31", verbosity=0)
    monkeypatch.setattr(finding, path, 0 if path == "TEXTS_FIRST" else 10**9)
    if path == "MOST_TEXTS":
        monkeypatch.setattr(finding, "TEXTS_FIRST", 10**9)
    for needle in (
        "onion",
        "the user",
        "Zürich",
        "ß",
        "京都",
        "è",
        "| ",
        "x",
        "zq",
        "2",
        "int:",
        "a k",
        "=>",
        "Meeting",
    ):
        for user in User.objects.all():
            assert found(user, needle) == _read(user, needle.lower()), (needle, user)


def _read(user: User, needle: str) -> list[int]:
    """All conversations of a person's that hold the needle, by reading every word."""
    holds: Callable[[str], bool] = lambda text: needle in text.lower()  # noqa: E731
    titles = Conversation.objects.filter(owner=user).values_list("pk", "title")
    prompts = Message.objects.filter(conversation__owner=user).values_list("conversation", "text")
    parts = Part.objects.filter(run__reply__conversation__owner=user).values_list("run__reply__conversation", "text")
    return sorted({pk for rows in (titles, prompts, parts) for pk, text in rows if holds(text)})


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("wombat", "|wombat|"),
        ("a " * 50 + "wombat" + " b" * 90, "…" + "a " * 11 + "|wombat|" + " b" * 44 + "…"),
        ("İİİ wombat", "İİİ |wombat|"),
        ("one\n\n  two\twombat\nthree", "one two |wombat| three"),
    ],
)
def test_the_line_shows_what_is_around(text: str, line: str) -> None:
    shown = Needle("wombat").line(text)
    assert shown is not None
    assert f"{shown.before}|{shown.matched}|{shown.after}" == line
