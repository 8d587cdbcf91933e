"""What the room will not do, and the sentence that tells the person why."""

from __future__ import annotations


class Refusal(Exception):
    """A command that is not carried out; nothing was changed. The message is for the person."""

    status = 422


class BadInput(Refusal):
    """What was sent cannot be used."""


class CannotDo(Refusal):
    """It cannot be done as things stand now."""

    status = 409
