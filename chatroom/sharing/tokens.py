"""The secret in a link's address.

It is worked out from a random salt and the room's secret key, so that its owner can be shown it again; the table holds
the salt and a digest to find it by. Whoever has only the table cannot open a link.
"""

from __future__ import annotations

import base64
import hashlib
import secrets

from django.utils.crypto import salted_hmac

# 192 bits: 32 characters.
_BYTES = 24


def new_salt() -> str:
    """A salt for a new link."""
    return secrets.token_hex(16)


def token_of(salt: str) -> str:
    """The secret that stands in the address."""
    code = salted_hmac("chatroom.sharing.token", salt, algorithm="sha256").digest()
    return base64.urlsafe_b64encode(code[:_BYTES]).decode()


def digest_of(token: str) -> str:
    """By what a link is found."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def naming_key(salt: str) -> bytes:
    """By which rows are numbered anew on the link's pages."""
    return salted_hmac("chatroom.sharing.numbers", salt, algorithm="sha256").digest()[:16]
