"""Who wants what: how each host of this dialect is asked to reason, and how it takes reasoning back.

A table of facts. The host is told by its base URL. One that is not in it gets `reasoning_effort`
for an effort, which most hosts understand, and OpenRouter's `reasoning` object for what that cannot say.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from typing import Literal
from urllib.parse import urlsplit

from chatroom.providers.dialects.openai_chat import knobs
from chatroom.providers.dialects.openai_chat.knobs import Knobs

#: `details` alone is for hosts that may refuse a key they do not know: they get back what they sent.
SentBack = Literal["details", "details_or_reasoning", "reasoning", "reasoning_content", "thinking_blocks", "nothing"]


@dataclass(frozen=True, slots=True)
class Host:
    """What one host wants.

    `knobs` turns reasoning settings into keys of the request. `sent_back` is how an assistant message
    carries its reasoning. `usage` is the key that makes an answer report usage, None where it does so
    unasked. `max_tokens` is the key that bounds the output, reasoning included.
    """

    knobs: Knobs
    sent_back: SentBack = "nothing"
    usage: Literal["stream_options", "usage"] | None = "stream_options"
    max_tokens: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"


_OPENAI = Host(knobs.effort(*knobs.UP_TO_XHIGH), max_tokens="max_completion_tokens")
_ZAI = Host(knobs.switch_and_effort, sent_back="reasoning_content")
_MOONSHOT = Host(knobs.switch, sent_back="reasoning_content")

#: By the end of the host's name.
_HOSTS = {
    "openrouter.ai": Host(knobs.reasoning_object, sent_back="details_or_reasoning", usage="usage"),
    "ai-gateway.vercel.sh": Host(knobs.reasoning_object, sent_back="details_or_reasoning"),
    "openai.com": _OPENAI,
    "azure.com": _OPENAI,
    "deepseek.com": Host(knobs.deepseek, sent_back="reasoning_content"),
    "aliyuncs.com": Host(knobs.qwen),
    "z.ai": _ZAI,
    "bigmodel.cn": _ZAI,
    "moonshot.ai": _MOONSHOT,
    "moonshot.cn": _MOONSHOT,
    "x.ai": Host(knobs.effort("low", "medium", "high"), sent_back="reasoning_content"),
    # Mistral refuses keys that it does not know.
    "mistral.ai": Host(knobs.effort("none", "high"), sent_back="thinking_blocks", usage=None),
    "groq.com": Host(knobs.groq),
    "googleapis.com": Host(knobs.effort("none", "minimal", "low", "medium", "high")),
}

#: By the port, on this machine and its network.
_LOCAL = {
    11434: Host(knobs.effort("none", "low", "medium", "high"), sent_back="reasoning"),  # Ollama
    8080: Host(knobs.chat_template, sent_back="reasoning_content"),  # llama.cpp
    8000: Host(knobs.chat_template, sent_back="reasoning"),  # vLLM
    1234: Host(knobs.chat_template),  # LM Studio
}

_UNKNOWN = Host(knobs.unknown, sent_back="details")


def host_of(base_url: str) -> Host:
    """Return what the host at `base_url` wants."""
    address = urlsplit(base_url)
    name = (address.hostname or "").lower()
    for suffix, host in _HOSTS.items():
        if name == suffix or name.endswith("." + suffix):
            return host
    return _LOCAL.get(address.port or 0, _UNKNOWN) if _is_local(name) else _UNKNOWN


def _is_local(name: str) -> bool:
    try:
        return ip_address(name).is_private
    except ValueError:
        return "." not in name or name.endswith((".local", ".internal"))
