"""What can go wrong between the room and a provider: one exception, `ProviderError`.

It has

    .kind           one word of `ErrorKind`, for code
    .message        one sentence for a person: free of keys, account ids and tracebacks
    .status         the HTTP status, or None where the error came inside a stream or from the network
    .retryable      whether the same request may succeed a little later
    .retry_after    seconds the provider asked us to wait, or None
"""

from __future__ import annotations

from typing import Literal

ErrorKind = Literal[
    "unreachable",  # refused, reset, name not found, TLS: nothing was said
    "silent",  # the provider kept the connection open and said nothing for too long
    "cut",  # the stream broke off before the provider said that it was done
    "authentication",  # 401, 403 for want of a valid key
    "credit",  # 402
    "rejected",  # 400, 404, 413, 422: the request itself
    "moderated",  # the provider refuses to answer this
    "rate_limited",  # 429
    "overloaded",  # 408, 5xx, 529
    "malformed",  # bytes that are not of the dialect
    "failed",  # the provider says that it failed, and nothing more
]


class ProviderError(Exception):
    """A provider could not be asked, or could not finish. Its text may be shown."""

    def __init__(
        self,
        kind: ErrorKind,
        message: str,
        *,
        status: int | None = None,
        retryable: bool = False,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.kind: ErrorKind = kind
        self.message = message
        self.status = status
        self.retryable = retryable
        self.retry_after = retry_after
