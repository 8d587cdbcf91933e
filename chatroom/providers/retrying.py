"""When a request that failed is worth sending again, and after what pause.

Only before the model has said anything: what was said stays said, and a second try would say it
twice. And only where the failure may pass by itself: a status of 408, 429 or 5xx, an address that
cannot be reached, an answer that was cut off. Silence is not among them though it may pass: who
waited two minutes for a model that thinks without a word would wait as long again, and pay twice.
"""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

from chatroom.providers.errors import ProviderError

#: Seconds before the first retry, at most; doubled with each.
_FIRST_PAUSE = 1.0

#: Seconds that all pauses of one request may last together.
_LONGEST_WAIT = 60.0


class Patience:
    """Decides on one request, failure by failure. `retries` times at most it is sent again."""

    def __init__(self, retries: int) -> None:
        self._retries = retries
        self._failures = 0
        self._waited = 0.0

    def pause(self, error: ProviderError) -> float | None:
        """Return the seconds to wait before the next try, or None where there is to be none.

        Where the provider names a pause that is too long, `error.message` also says until when. Those
        who failed together shall not come back together, so chance lengthens a pause that the provider
        asked for, and shortens one of our own by up to a half.
        """
        self._failures += 1
        if self._failures > self._retries or not error.retryable or error.kind == "silent":
            return None
        left = _LONGEST_WAIT - self._waited
        if error.retry_after is None:
            pause = _FIRST_PAUSE * 2 ** (self._failures - 1) * random.uniform(0.5, 1.0)  # noqa: S311 no secret
        elif error.retry_after <= left:
            pause = min(error.retry_after * random.uniform(1.0, 1.1), left)  # noqa: S311
        else:
            error.message = f"{error.message} It may work again {_moment(error.retry_after)}."
            return None
        self._waited += pause
        return pause if pause <= left else None


def _moment(seconds: float) -> str:
    """Return the time in so many seconds from now, for people wherever they are: `at 14:05 UTC`."""
    now = datetime.now(UTC)
    try:
        then = now + timedelta(seconds=seconds + 59)  # rounded up to the minute
    except OverflowError:
        return "much later"
    day = "" if then.date() == now.date() else f"on {then.day} {then:%B} "
    return f"{day}at {then:%H:%M} UTC"
