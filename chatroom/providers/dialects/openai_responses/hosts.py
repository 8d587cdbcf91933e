"""Who wants what: how each host of this dialect is asked to reason, and how it takes an earlier reply back.

A table of facts. The host is told by its base URL. One that is not in it gets an effort if one is asked
for, and nothing else that a server might not know.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from chatroom.providers.dialects.openai_responses import knobs
from chatroom.providers.dialects.openai_responses.earlier import SentBack
from chatroom.providers.dialects.openai_responses.knobs import Words


@dataclass(frozen=True, slots=True)
class Host:
    """What one host wants.

    `words`: how it is asked to reason. `seals`: whether to ask it for the encrypted thought of a model,
    which is all that can be sent back where nothing is stored. `sent_back`: how it takes that. `root`: the
    path of its base URL.
    """

    words: Words
    seals: Callable[[str], bool] = lambda model: False
    sent_back: SentBack = "verbatim"
    root: str = "v1"


_OPENAI = knobs.OpenAI()

#: By the end of the host's name.
_HOSTS = {
    "openai.com": Host(_OPENAI, seals=knobs.reasons),
    # Names of deployments are anybody's choice; most people choose the model's.
    "azure.com": Host(_OPENAI, seals=knobs.reasons, root="openai/v1"),
    # Its ids change from event to event; an item without one is known by its encrypted content.
    "githubcopilot.com": Host(_OPENAI, seals=knobs.reasons, sent_back="without_ids", root=""),
    "x.ai": Host(knobs.Grok(), seals=lambda model: True, sent_back="without_ids"),
    "deepseek.com": Host(knobs.Effort("none", "low", "high", "max"), sent_back="text", root=""),
    "openrouter.ai": Host(knobs.OpenRouter(), seals=lambda model: True, root="api/v1"),
}

_LM_STUDIO = Host(knobs.Effort("low", "medium", "high"))
_UNKNOWN = Host(knobs.Unknown(), root="")


def host_of(base_url: str) -> Host:
    """Return what the host at `base_url` wants."""
    address = urlsplit(base_url)
    name = (address.hostname or "").lower()
    for suffix, host in _HOSTS.items():
        if name == suffix or name.endswith("." + suffix):
            return host
    return _LM_STUDIO if address.port == 1234 else _UNKNOWN


def endpoint(base_url: str) -> str:
    """Return the path below `base_url`: with the host's version in it where the address ends before that."""
    given, root = _segments(urlsplit(base_url).path), _segments(host_of(base_url).root)
    missing = root[len(given) :] if given == root[: len(given)] else []
    return "/" + "/".join([*missing, "responses"])


def _segments(path: str) -> list[str]:
    return [segment for segment in path.split("/") if segment]
