"""Who wants what: how each host of this dialect is asked to reason, and how it takes reasoning back.

A table of facts. The host is told by its base URL. One that is not in it gets `reasoning_effort`
for an effort, which most hosts understand, and OpenRouter's `reasoning` object for what that cannot say.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Literal
from urllib.parse import urlsplit

from chatroom.providers.dialects.base import Knobs
from chatroom.providers.dialects.openai_chat import knobs
from chatroom.providers.dialects.openai_chat.knobs import WriteKnobs
from chatroom.providers.request import EFFORTS, Effort

#: `details` alone is for hosts that may refuse a key they do not know: they get back what they sent.
SentBack = Literal["details", "details_or_reasoning", "reasoning", "reasoning_content", "thinking_blocks", "nothing"]


@dataclass(frozen=True, slots=True)
class Host:
    """What one host wants.

    `knobs` turns reasoning settings into keys of the request; `takes` says which settings that has a
    word for, for all models or by the model's name. `sent_back` is how an assistant message carries its
    reasoning. `usage` is the key that makes an answer report usage, None where it does so unasked.
    `max_tokens` is the key that bounds the output, reasoning included.
    """

    knobs: WriteKnobs
    takes: Knobs | Callable[[str], Knobs]
    sent_back: SentBack = "nothing"
    usage: Literal["stream_options", "usage"] | None = "stream_options"
    max_tokens: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"


def _effort(*known: Effort) -> tuple[WriteKnobs, Knobs]:
    return knobs.effort(*known), Knobs(known)


def _groq_takes(model: str) -> Knobs:
    return Knobs(("low", "medium", "high") if "gpt-oss" in model else ("none",), exclude=True)


_ALL = Knobs(EFFORTS, budget=True, exclude=True)
_ON_OR_OFF = Knobs(("none",))
_TEMPLATE = (knobs.chat_template, Knobs(("none", "low", "medium", "high")))

_OPENAI = Host(*_effort(*knobs.UP_TO_XHIGH), max_tokens="max_completion_tokens")
_ZAI = Host(knobs.switch_and_effort, Knobs(EFFORTS), sent_back="reasoning_content")
_MOONSHOT = Host(knobs.switch, _ON_OR_OFF, sent_back="reasoning_content")

#: By the end of the host's name.
_HOSTS = {
    "openrouter.ai": Host(knobs.reasoning_object, _ALL, sent_back="details_or_reasoning", usage="usage"),
    "ai-gateway.vercel.sh": Host(knobs.reasoning_object, _ALL, sent_back="details_or_reasoning"),
    "openai.com": _OPENAI,
    "azure.com": _OPENAI,
    "deepseek.com": Host(knobs.deepseek, Knobs(("none", "low", "high", "max")), sent_back="reasoning_content"),
    "aliyuncs.com": Host(knobs.qwen, Knobs(("none",), budget=True)),
    "z.ai": _ZAI,
    "bigmodel.cn": _ZAI,
    "moonshot.ai": _MOONSHOT,
    "moonshot.cn": _MOONSHOT,
    "x.ai": Host(*_effort("low", "medium", "high"), sent_back="reasoning_content"),
    # Mistral refuses keys that it does not know.
    "mistral.ai": Host(*_effort("none", "high"), sent_back="thinking_blocks", usage=None),
    "groq.com": Host(knobs.groq, _groq_takes),
    "googleapis.com": Host(*_effort("none", "minimal", "low", "medium", "high")),
}

#: By the port, on this machine and its network.
_LOCAL = {
    11434: Host(*_effort("none", "low", "medium", "high"), sent_back="reasoning"),  # Ollama
    8080: Host(*_TEMPLATE, sent_back="reasoning_content"),  # llama.cpp
    8000: Host(*_TEMPLATE, sent_back="reasoning"),  # vLLM
    1234: Host(*_TEMPLATE),  # LM Studio
}

_UNKNOWN = Host(knobs.unknown, _ALL, sent_back="details")


def host_of(base_url: str) -> Host:
    """Return what the host at `base_url` wants."""
    address = urlsplit(base_url)
    name = (address.hostname or "").lower()
    for suffix, host in _HOSTS.items():
        if name == suffix or name.endswith("." + suffix):
            return host
    return _LOCAL.get(address.port or 0, _UNKNOWN) if _is_local(name) else _UNKNOWN


def takes(host: Host, model: str) -> Knobs:
    """Return the settings that have a word at `host` for `model`."""
    return host.takes if isinstance(host.takes, Knobs) else host.takes(model)


def _is_local(name: str) -> bool:
    try:
        return ip_address(name).is_private
    except ValueError:
        return "." not in name or name.endswith((".local", ".internal"))
