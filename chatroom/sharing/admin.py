"""Share links in the admin: what they let through, and how often they were used. Not where they lead from outside."""

from __future__ import annotations

from chatroom.accounts.tables import show
from chatroom.sharing.models import Link

show(
    Link,
    "id conversation scope live reasoning views viewed_at expires_at created_at revoked_at",
    hidden="salt digest password",
    filters="scope live reasoning members_only indexed embeddable may_take",
)
