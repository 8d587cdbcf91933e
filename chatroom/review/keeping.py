"""What administrators decide of single conversations: which are kept, and which are kept from reviewers.

Wrong numbers and names, and reasons that are missing, are a ValueError with a sentence.
"""

from __future__ import annotations

from chatroom.accounts.models import User
from chatroom.conversations.models import Conversation
from chatroom.review.models import Exemption, Hold


def put_on_hold(conversation: int, why: str, maker: User | None) -> Hold:
    """From now on it stays, whatever is due or asked for."""
    held, is_new = Hold.objects.get_or_create(
        conversation=_conversation(conversation), defaults={"why": _reason(why), "maker": maker}
    )
    if not is_new:
        raise ValueError(f"Conversation {conversation} is on hold already, since {held.made_at:%Y-%m-%d}.")
    return held


def lift_hold(conversation: int) -> None:
    """Let it go as others do."""
    if not Hold.objects.filter(conversation=_conversation(conversation)).delete()[0]:
        raise ValueError(f"Conversation {conversation} is not on hold.")


def exempt(conversation: int | None, person: User | None, why: str, maker: User | None) -> Exemption:
    """Reviewers read it no more: one conversation, or all of a person's."""
    of = {"conversation": _conversation(conversation)} if conversation is not None else {"person": person}
    exemption, is_new = Exemption.objects.get_or_create(**of, defaults={"why": _reason(why), "maker": maker})
    if not is_new:
        raise ValueError(f"That is kept from reviewers already, since {exemption.made_at:%Y-%m-%d}.")
    return exemption


def lift_exemption(conversation: int | None, person: User | None) -> None:
    """Reviewers may read it again."""
    of = {"conversation": conversation} if conversation is not None else {"person": person}
    if not Exemption.objects.filter(**of).delete()[0]:
        raise ValueError("That is not kept from reviewers.")


def person_by(name: str) -> User:
    """Who has that name."""
    found = User.objects.filter(username=name).first()
    if found is None:
        raise ValueError(f"There is nobody called {name}.")
    return found


def _conversation(number: int) -> Conversation:
    found = Conversation.objects.filter(pk=number).first()
    if found is None:
        raise ValueError(f"There is no conversation {number}.")
    return found


def _reason(why: str) -> str:
    if not why.strip():
        raise ValueError("Say why, with --why: the reason is kept.")
    return why.strip()
