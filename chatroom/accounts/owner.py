"""The person who runs the room on their own machine."""

from __future__ import annotations

import getpass
import re

from django.contrib.auth.models import Group

from chatroom.accounts.models import User
from chatroom.accounts.roles import ADMINISTRATOR


def ensure_owner() -> User:
    """The first active superuser; made, without a password, where there is none yet."""
    owner = User.objects.filter(is_superuser=True, is_active=True).order_by("pk").first()
    if owner is None:
        owner = User(username=_free_name(), is_staff=True, is_superuser=True)
        owner.set_unusable_password()
        owner.save()
        owner.groups.add(Group.objects.get(name=ADMINISTRATOR))
    return owner


def _free_name() -> str:
    """The name of the account on this computer, if it can be had and is nobody's here yet."""
    try:
        name = re.sub(r"[^\w.@+-]", "", getpass.getuser())[:150]
    except (KeyError, OSError):
        name = ""
    taken = set(User.objects.values_list("username", flat=True))
    return next(candidate for candidate in (name, "owner", "room-owner") if candidate and candidate not in taken)
