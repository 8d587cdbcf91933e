"""Replies to be reviewed, and reviewers, written straight into the record."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth.models import Group
from django.test import Client
from django.utils import timezone

from chatroom.accounts.models import User
from chatroom.accounts.roles import REVIEWER
from chatroom.conversations.models import Conversation, Message, Part, Run, Status
from chatroom.ledger.booking import book
from chatroom.review.models import Opening
from chatroom.review.openings import record


def reviewer(name: str) -> User:
    """Somebody who may review."""
    made = User.objects.create_user(name)
    made.groups.add(Group.objects.get_or_create(name=REVIEWER)[0])
    return made


def replied(owner: User, thought: str, answer: str) -> Run:
    """A reply that is over, and booked: a thought, a call of a tool, an answer."""
    conversation = Conversation.objects.create(owner=owner, title="A talk")
    prompt = Message.objects.create(conversation=conversation, role=Message.Role.USER, text="Why?")
    reply = Message.objects.create(conversation=conversation, role=Message.Role.ASSISTANT, parent=prompt)
    end = timezone.now()
    fields = {"status": Status.COMPLETED, "started_at": end - timedelta(seconds=9), "ended_at": end}
    run = Run.objects.create(reply=reply, provider="played", model="scripted", label="Scripted", **fields)
    parts = (("reasoning", "raw", thought), ("tool", "", "{}"), ("content", "", answer))
    for index, (kind, provenance, text) in enumerate(parts):
        Part.objects.create(
            run=run, index=index, kind=kind, provenance=provenance, text=text, owner=owner, started_at=end, ended_at=end
        )
    book()
    return run


class Desk:
    """A reviewer with a browser that follows no links and runs no script, or, by `htmx`, as the page's script asks."""

    def __init__(self, user: User) -> None:
        self.user = user
        self.client = Client()
        self.client.force_login(user)
        #: All bytes that it was sent.
        self.got = b""

    def open(self, run: Run) -> None:
        """Note that the reply was opened, as its page does."""
        record(self.user, Run.objects.select_related("reply__conversation").get(pk=run.pk), Opening.What.PAGE)

    def get(self, path: str, status: int = 200) -> str:
        """What stands there."""
        return self._keep(self.client.get(path), status)

    def post(self, path: str, status: int = 200, *, htmx: bool = True, **fields: object) -> str:
        """Send a form."""
        headers = {"HX-Request": "true"} if htmx else {}
        return self._keep(self.client.post(path, fields, headers=headers), status)

    def _keep(self, answer: object, status: int) -> str:
        content = getattr(answer, "content")  # noqa: B009  (Django's test client adds to its class)
        self.got += repr(dict(getattr(answer, "headers"))).encode() + content  # noqa: B009
        assert getattr(answer, "status_code") == status, content.decode()[:2000]  # noqa: B009
        self.where = getattr(answer, "headers").get("Location", "")  # noqa: B009
        return str(content.decode())
