"""What the room will not do, and the sentence that tells the person why."""

from __future__ import annotations

from django.conf import settings


class Refusal(Exception):
    """A command that is not carried out; nothing was changed. The message is for the person."""

    status = 422
    #: Seconds after which it may be worth another try, where that is known.
    retry_after: int | None = None


class BadInput(Refusal):
    """What was sent cannot be used."""


class CannotDo(Refusal):
    """It cannot be done as things stand now."""

    status = 409


class TooMany(Refusal):
    """A limit is reached; later there may be room again."""

    status = 429
    retry_after = 10


class TooLarge(Refusal):
    """More was sent than the room takes."""

    status = 413

    def __init__(self) -> None:
        megabytes = settings.DATA_UPLOAD_MAX_MEMORY_SIZE / 1e6
        super().__init__(f"That is larger than this room takes, {megabytes:.3g} MB. Shorten it, or send it in pieces.")


class Busy(Refusal):
    """Too much is on its way to the room just now."""

    status = 503
    retry_after = 10

    def __init__(self) -> None:
        super().__init__("Too much is being sent to this room just now. Wait a little, then send it again.")
