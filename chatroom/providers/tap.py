"""Listening in on the wire: each request as it goes out and every byte that comes back, without keys.

Whoever listens implements `Tap`. A `KeylessTap` stands between it and the wire and replaces keys,
passwords and cookies by `…`: in addresses, headers and bodies, and also where a host echoes the key
and the network cuts the echo in two.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Iterable, Sequence
from typing import Protocol, TypeAlias
from urllib.parse import quote, unquote, urlsplit, urlunsplit

Headers: TypeAlias = Sequence[tuple[str, str]]

HIDDEN = "…"
_HIDDEN_BYTES = HIDDEN.encode()

# Headers that carry a key, whoever invented them, or name the account that it belongs to.
_SECRET_HEADER = re.compile(r"(?i)authorization|cookie|(?:^|-)(?:key|token|secret|signature|organization|project)$")
_SECRET_PARAMETER = re.compile(r"(?i)(?:.*[_-])?(?:key|token|secret|sig|signature|password|code)")

# A shorter word is no secret, and would be found in every other line.
_SHORTEST_SECRET = 4
# Of a key that the end of a body cuts off, so much may be seen: hardly more than what all keys of a host begin with.
_HARMLESS_BYTES = 7


class Tap(Protocol):
    """Is told what passes over the wire, exchange by exchange, in this order. Must neither block nor raise."""

    def sent(self, url: str, headers: Headers, body: bytes) -> None:
        """POST `body` to `url`: this begins an exchange."""

    def answered(self, status: int, headers: Headers) -> None:
        """The head of the answer has come. Not called where none comes."""

    def received(self, data: bytes) -> None:
        """Some of the answer's body has come."""

    def ended(self) -> None:
        """Nothing more will come in this exchange: the body is over, broken off, or not wanted any more."""


class KeylessTap:
    """A `Tap` that tells another one all but the secrets."""

    def __init__(self, tap: Tap, api_key: str | None) -> None:
        self._tap = tap
        self._api_key = api_key or ""
        self._hider = Hider(())

    def sent(self, url: str, headers: Headers, body: bytes) -> None:
        """As in `Tap`; learns what is to be hidden from here on."""
        url, in_url = _without_secrets(url)
        in_headers = (value.rpartition(" ")[2] for name, value in headers if _SECRET_HEADER.search(name))
        self._hider = Hider([self._api_key, *in_url, *in_headers])
        self._tap.sent(self._hider.text(url), self._shown(headers), self._hider.whole(body))

    def answered(self, status: int, headers: Headers) -> None:
        """As in `Tap`."""
        self._tap.answered(status, self._shown(headers))

    def received(self, data: bytes) -> None:
        """As in `Tap`; what may be the beginning of a secret waits for what follows."""
        if data := self._hider.feed(data):
            self._tap.received(data)

    def ended(self) -> None:
        """As in `Tap`."""
        if rest := self._hider.flush():
            self._tap.received(rest)
        self._tap.ended()

    def _shown(self, headers: Headers) -> Headers:
        return [
            (name, _hidden_value(name, value) if _SECRET_HEADER.search(name) else self._hider.text(value))
            for name, value in headers
        ]


class Hider:
    """Replaces secrets in bytes that come in pieces, however they are cut."""

    def __init__(self, secrets: Iterable[str]) -> None:
        written = {form for secret in secrets if len(secret) >= _SHORTEST_SECRET for form in _ways_to_write(secret)}
        self._secrets = sorted(written, key=len, reverse=True)
        # A piece that ends in none of these bytes cannot end in the beginning of a secret: nearly every one.
        self._inner = frozenset(byte for secret in self._secrets for byte in secret[:-1])
        self._held = b""

    def feed(self, data: bytes) -> bytes:
        """Take some bytes, return those that can be shown now."""
        if self._held:
            data = self._held + data
            self._held = b""
        for secret in self._secrets:
            if secret in data:
                data = data.replace(secret, _HIDDEN_BYTES)
        if data and data[-1] in self._inner:
            data, self._held = self._split(data)
        return data

    def flush(self) -> bytes:
        """Say that no more bytes will come; return what was held back, unless it is most of a secret."""
        rest, self._held = self._held, b""
        return rest if len(rest) <= _HARMLESS_BYTES else _HIDDEN_BYTES

    def whole(self, data: bytes) -> bytes:
        """Return `data`, which nothing follows, without secrets."""
        for secret in self._secrets:
            data = data.replace(secret, _HIDDEN_BYTES)
        return data

    def text(self, text: str) -> str:
        """Return `text` without secrets."""
        return self.whole(text.encode("utf-8", "replace")).decode()

    def _split(self, data: bytes) -> tuple[bytes, bytes]:
        """Return `data` in two, the second being the longest end of it that begins a secret."""
        for start in range(max(0, len(data) - len(self._secrets[0]) + 1), len(data)):
            end = data[start:]
            if any(secret.startswith(end) for secret in self._secrets):
                return data[:start], end
        return data, b""


def _ways_to_write(secret: str) -> set[bytes]:
    """Return the forms in which a host may echo `secret`: as it is, inside JSON, inside an address."""
    forms = (secret, json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1], quote(secret, safe=""))
    return {form.encode("utf-8", "replace") for form in forms}


def _hidden_value(name: str, value: str) -> str:
    """Return the value of a header with a key: `Bearer …`, or `…`."""
    scheme, blank, _ = value.partition(" ")
    return f"{scheme} {HIDDEN}" if blank and name.lower() == "authorization" else HIDDEN


def _without_secrets(url: str) -> tuple[str, list[str]]:
    """Return `url` with `…` for its user, password and key parameters; and those."""
    parts = urlsplit(url)
    userinfo, at, host = parts.netloc.rpartition("@")
    secrets = []
    if at:
        name, _, password = map(unquote, userinfo.partition(":"))
        secrets += [password or name, b64encode(f"{name}:{password}".encode()).decode()]
    query = []
    for parameter in parts.query.split("&"):
        name, equals, value = parameter.partition("=")
        if value and _SECRET_PARAMETER.fullmatch(unquote(name)):
            secrets += [value, unquote(value)]
            value = HIDDEN
        query.append(name + equals + value)
    shown = parts._replace(netloc=f"{HIDDEN}@{host}" if at else host, query="&".join(query))
    return urlunsplit(shown), secrets
