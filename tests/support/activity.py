"""People whose replies are counted: Dora runs the house; others ask, and nobody else asks for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import httpx

from tests.support.provider import ScriptedProvider
from tests.support.room import PASSWORD, Room, until
from tests.support.sharing import begin, runs_on, until_over

PERSON = """
from django.contrib.auth.models import Group
from chatroom.accounts.models import User
user = User.objects.create_user({name!r}, password={password!r})
if {group!r}:
    user.groups.add(Group.objects.get(name={group!r}))
"""


def person(room: Room, name: str, group: str = "") -> None:
    """Let there be a person of this name, in a group perhaps."""
    if not room.rows("SELECT 1 FROM accounts_user WHERE username = ?", name):
        room.manage("shell", "-v", "0", "-c", PERSON.format(name=name, password=PASSWORD, group=group))


def answered(
    room: Room, client: httpx.Client, calls: ScriptedProvider, prompt: str, usages: Sequence[dict[str, Any]]
) -> list[str]:
    """Ask once for each usage that the provider is to report; conversations, once all are in the books."""
    begun = []
    for usage in usages:
        begun.append(begin(client, prompt))
        calls.next_call().answer("Let me think about that.", "It is so.", **usage)
        # One after the other, also in the order in which they end.
        (run,) = runs_on(client, begun[-1])
        until_over(room, run)
    booked(room, begun)
    return begun


def refused(room: Room, client: httpx.Client, calls: ScriptedProvider, prompt: str) -> str:
    """Ask in vain."""
    calls.refuse(400, "No.")
    address = begin(client, prompt)
    booked(room, [address])
    return address


def booked(room: Room, addresses: Sequence[str]) -> None:
    """Wait until what was said in these conversations is over and in the books."""
    numbers = ", ".join(str(int(address.split("/")[2])) for address in addresses)
    left = (
        "SELECT 1 FROM conversations_run r JOIN conversations_message m ON m.id = r.reply_id"
        f" WHERE m.conversation_id IN ({numbers})"
        " AND NOT EXISTS (SELECT 1 FROM ledger_entry e WHERE e.run_id = r.id)"
    )
    until(lambda: not room.rows(left), "the runs are in the books")
