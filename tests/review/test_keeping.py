"""How long things are kept: the purge by the rules of the house, its rehearsal, holds and exemptions."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db.models import ProtectedError
from django.test import Client
from django.utils import timezone

from chatroom.accounts.models import User
from chatroom.conversations.models import Conversation, Delta, Exchange, Message, Part, Received, Run, Status
from chatroom.conversations.wire.record import forget
from chatroom.ledger.models import Entry
from chatroom.review.access import access_entries
from chatroom.review.models import Comment, Exemption, Hold, Mark, Opening, Verdict
from chatroom.review.openings import record_many
from tests.support.reviewing import replied, reviewer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_files")]

TABLES = (Conversation, Message, Run, Part, Delta, Exchange, Received, Mark, Comment, Verdict, Opening, Entry)


@pytest.fixture
def owner() -> User:
    return User.objects.create_user("alice")


@pytest.fixture
def bob() -> User:
    return reviewer("bob")


@pytest.fixture(autouse=True)
def _rules(settings: Any) -> None:
    settings.KEEP_DAYS, settings.KEEP_MARKS_DAYS, settings.WIRE_DAYS = 30, 10, 7


def talk(owner: User, bob: User, days: float) -> Run:
    """A conversation of so many days ago, with all that can belong to one."""
    run = replied(owner, "A thought", "An answer")
    at = timezone.now() - timedelta(days=days)
    Conversation.objects.filter(pk=run.reply.conversation_id).update(touched_at=at)
    Delta.objects.create(run=run, seq=1, part=0, kind="text", text="A thought", at=0)
    exchange = Exchange.objects.create(run=run, number=1, url="http://a/", request_body="{}", sent_at=at)
    Received.objects.create(exchange=exchange, number=0, data=b"x")
    mark = Mark.objects.create(run=run, part=0, exact="A", reviewer=bob, made_at=at)
    Comment.objects.create(mark=mark, reviewer=bob, text="Well", made_at=at)
    Verdict.objects.create(run=run, reviewer=bob, value="sound", made_at=at)
    record_many(bob, [(run.pk, run.reply.conversation_id, owner.pk)], Opening.What.PAGE, "")
    return run


def counted() -> dict[str, int]:
    return {table._meta.label: table._default_manager.count() for table in TABLES}


def purge(*options: str) -> dict[str, tuple[int, int, int]]:
    """What the command said of each table: before, gone, after."""
    out = io.StringIO()
    call_command("purge", *options, stdout=out)
    lines = re.findall(r"^(\w+\.\w+) +([\d,]+) +([\d,]+) +([\d,]+)$", out.getvalue(), re.M)
    told = {label: tuple(int(number.replace(",", "")) for number in numbers) for label, *numbers in lines}
    return told  # type: ignore[return-value]


def test_what_is_old_goes_with_all_that_belongs_to_it(owner: User, bob: User) -> None:
    old, middling, new = talk(owner, bob, 40), talk(owner, bob, 12), talk(owner, bob, 1)
    purge()
    assert set(Run.objects.values_list("pk", flat=True)) == {middling.pk, new.pk}
    assert set(Delta.objects.values_list("run", flat=True)) == {middling.pk, new.pk}
    assert set(Part.objects.values_list("run", flat=True)) == {middling.pk, new.pk}
    # Of the second the text stays; what was found of it, and what went over the wire, is too old.
    for table in (Mark, Verdict, Exchange):
        assert list(table._default_manager.values_list("run", flat=True)) == [new.pk]
    assert Received.objects.count() == Comment.objects.count() == 1
    # Numbers stay, without words; and who read what.
    assert Entry.objects.count() == 3
    assert Entry.objects.filter(run=None, conversation=None).count() == 1
    assert Opening.objects.filter(run=old.pk).count() == 1


def test_the_rehearsal_tells_what_the_purge_does(owner: User, bob: User) -> None:
    runs = [talk(owner, bob, days) for days in (50, 40, 31, 29, 12, 8, 6, 1)]
    Hold.objects.create(conversation=runs[0].reply.conversation, why="A case")
    before = counted()
    rehearsed = purge("--dry-run")
    assert counted() == before
    assert rehearsed["conversations.Conversation"] == (8, 2, 6)
    told = purge()
    assert told == rehearsed
    after = counted()
    assert after != before
    assert {label: (before[label], before[label] - after[label], after[label]) for label in before} == {
        label: told[label] for label in before
    }
    assert {numbers[1] for numbers in purge().values()} == {0}


def test_for_ever_is_for_ever(owner: User, bob: User, settings: Any) -> None:
    talk(owner, bob, 30_000)
    settings.KEEP_DAYS = settings.KEEP_MARKS_DAYS = 0
    settings.WIRE_DAYS = 36_500
    before = counted()
    purge()
    assert counted() == before


def test_what_goes_on_stays(owner: User, bob: User) -> None:
    run = talk(owner, bob, 40)
    Run.objects.filter(pk=run.pk).update(status=Status.THINKING, ended_at=None)
    purge()
    assert Run.objects.filter(pk=run.pk).exists()
    assert Exchange.objects.filter(run=run).exists()


def test_a_thread_is_as_old_as_its_last_word(owner: User, bob: User) -> None:
    run = talk(owner, bob, 12)
    Comment.objects.create(mark=Mark.objects.get(run=run), reviewer=bob, text="And yet")
    purge()
    assert Mark.objects.filter(run=run).exists()
    assert Comment.objects.count() == 2
    assert not Verdict.objects.exists()


def test_what_is_on_hold_stays_with_all_that_belongs_to_it(owner: User, bob: User) -> None:
    run = talk(owner, bob, 40)
    call_command("hold", str(run.reply.conversation_id), why="A case", by="bob", stdout=io.StringIO())
    before = counted()
    purge()
    while forget(timezone.now(), 10):
        pass
    assert counted() == before
    assert Hold.objects.get().maker == bob
    call_command("hold", str(run.reply.conversation_id), lift=True, stdout=io.StringIO())
    purge()
    assert not Run.objects.exists()


def test_its_owner_cannot_delete_what_is_on_hold(owner: User, bob: User) -> None:
    run = talk(owner, bob, 1)
    Run.objects.filter(pk=run.pk).update(status=Status.THINKING, ended_at=None)
    conversation = run.reply.conversation
    Hold.objects.create(conversation=conversation, why="A secret case")
    client = Client()
    client.force_login(owner)
    answer = client.post(f"/c/{conversation.pk}/delete/")
    assert answer.status_code == 409
    assert "The house keeps this conversation for now; it cannot be deleted." in answer.content.decode()
    assert "secret" not in answer.content.decode()
    run.refresh_from_db()
    assert run.stop_requested_at is None  # nothing was changed
    with pytest.raises(ProtectedError):
        owner.delete()
    Hold.objects.all().delete()
    assert client.post(f"/c/{conversation.pk}/delete/").status_code == 302
    assert not Conversation.objects.exists()


def test_what_is_exempt_is_not_read(owner: User, bob: User) -> None:
    one, other = talk(owner, bob, 1), talk(User.objects.create_user("erin"), bob, 1)
    call_command("exempt", conversation=one.reply.conversation_id, why="Private", stdout=io.StringIO())
    assert list(access_entries(bob).values_list("run", flat=True)) == [other.pk]
    call_command("exempt", person="erin", why="She asked", by="bob", stdout=io.StringIO())
    assert not access_entries(bob).exists()
    assert Exemption.objects.get(person__username="erin").maker == bob
    call_command("exempt", person="erin", lift=True, stdout=io.StringIO())
    call_command("exempt", conversation=one.reply.conversation_id, lift=True, stdout=io.StringIO())
    assert access_entries(bob).count() == 2


@pytest.mark.parametrize(
    ("command", "options", "sentence"),
    [
        ("hold", {"conversation": 10**6, "why": "A case"}, "no conversation 1000000"),
        ("hold", {"conversation": 0}, "Say why"),
        ("hold", {"conversation": 0, "why": "A case", "by": "nobody"}, "nobody called nobody"),
        ("hold", {"conversation": 0, "lift": True}, "not on hold"),
        ("exempt", {"person": "nobody", "why": "So"}, "nobody called nobody"),
        ("exempt", {"person": "alice"}, "Say why"),
        ("exempt", {"person": "alice", "lift": True}, "not kept from"),
        ("exempt", {"conversation": 10**6, "why": "So"}, "no conversation 1000000"),
    ],
)
def test_nonsense_is_told(command: str, options: dict[str, Any], sentence: str, owner: User, bob: User) -> None:
    run = talk(owner, bob, 1)
    if options.get("conversation") == 0:
        options = options | {"conversation": run.reply.conversation_id}
    arguments = [str(options["conversation"])] if command == "hold" else []
    with pytest.raises(CommandError, match=sentence):
        call_command(
            command, *arguments, **{k: v for k, v in options.items() if command == "exempt" or k != "conversation"}
        )
    assert not Hold.objects.exists()
    assert not Exemption.objects.exists()
