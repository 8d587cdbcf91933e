"""A recorded request as a command for a shell."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from chatroom.providers.tap import HIDDEN

# curl makes these itself, from the address and the body.
_MADE_BY_CURL = {"host", "content-length", "connection"}

# A longer word is no argument on Linux (MAX_ARG_STRLEN is 128 kB); a pipe takes it.
_LONGEST_ARGUMENT = 100_000


def curl(url: str, headers: Sequence[tuple[str, str]], body: str) -> str:
    """The command that sends the request again, with `$API_KEY` where a key was."""
    options = ["--no-buffer", _with_key(url)]
    options += [f"-H {_with_key(f'{name}: {value}')}" for name, value in headers if name.lower() not in _MADE_BY_CURL]
    long = len(body.encode()) > _LONGEST_ARGUMENT
    options.append("--data-binary @-" if long else f"--data-raw {shlex.quote(body)}")
    # Addresses may hold brackets, which curl would else take for a pattern.
    command = " \\\n  ".join(["curl --globoff", *options])
    # printf is the shell's own, so that its arguments may be long; and it adds no line end.
    return f"printf %s {shlex.quote(body)} | {command}\n" if long else f"{command}\n"


def _with_key(text: str) -> str:
    """`text` as one word of the shell; what was hidden of it is the variable API_KEY."""
    return '"$API_KEY"'.join(shlex.quote(piece) if piece else "" for piece in text.split(HIDDEN))
