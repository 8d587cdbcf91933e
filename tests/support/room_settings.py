"""The room's settings, for rooms that tests start: a password costs them a moment, not a third of a second.

What is stored has the same form and is looked at by the same code; only the rounds are fewer.
"""

from __future__ import annotations

from django.contrib.auth.hashers import PBKDF2PasswordHasher

from chatroom.settings import *  # noqa: F403


class QuickHasher(PBKDF2PasswordHasher):
    """Django's own, in a thousandth of its rounds."""

    iterations = 1000


PASSWORD_HASHERS = ["tests.support.room_settings.QuickHasher"]
