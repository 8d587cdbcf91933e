"""The chat-completions format as OpenRouter writes it (2026), which clients of OpenAI's read as well.

A request becomes a `ChatRequest`; a reply becomes chunks for a stream or one object. Each thought comes
twice in a delta, as `reasoning` and in `reasoning_details`, of type `reasoning.text` or
`reasoning.summary`. After the last text come a chunk with `finish_reason` and, where it was asked for,
one that repeats it with `usage`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

from chatroom.demo.conversation import Message
from chatroom.demo.models import MODELS, Kind, Model, Reply, Settings, Token
from chatroom.demo.skills.thought import Depth
from chatroom.demo.tokens import count

Json: TypeAlias = dict[str, Any]

_SUPPORTED_EFFORTS = ("high", "medium", "low", "none")
# Efforts that make no difference of their own mean the nearest.
_EFFORTS = {
    "high": Depth.CHECKED,
    "medium": Depth.STEPS,
    "low": Depth.RESULTS,
    "none": None,
    "max": Depth.CHECKED,
    "xhigh": Depth.CHECKED,
    "minimal": Depth.RESULTS,
}
CONTEXT_LENGTH = 131_072


class RequestError(Exception):
    """A request that cannot be served. Its text is for the person who made it."""

    def __init__(self, message: str, *, param: str | None = None, code: str | None = None, status: int = 400) -> None:
        super().__init__(message)
        self.status = status
        self.json: Json = error(message, param=param, code=code)


def error(message: str, *, param: str | None = None, code: str | None = None) -> Json:
    """Return an error in the shape of OpenAI's."""
    return {"error": {"message": message, "type": "invalid_request_error", "param": param, "code": code}}


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """A chat completion that is asked for."""

    model: Model
    messages: tuple[Message, ...]
    settings: Settings
    stream: bool
    include_usage: bool


def read_request(body: object) -> ChatRequest:
    """Read the JSON of a request. Raises `RequestError`."""
    if not isinstance(body, dict):
        raise RequestError("The body must be a JSON object.")
    model = MODELS.get(_typed(body, "model", str) or "")
    messages = _typed(body, "messages", list)
    if not messages:
        raise RequestError("messages must be a list of at least one message.", param="messages")
    if model is None:
        names = ", ".join(MODELS)
        raise RequestError(
            f"There is no model `{body.get('model')}` here, only {names}.",
            param="model",
            code="model_not_found",
            status=404,
        )
    stream = _typed(body, "stream", bool) or False
    options = _typed(body, "stream_options", dict) or {}
    usage = _typed(body, "usage", dict) or {}
    return ChatRequest(
        model,
        tuple(_message(message) for message in messages),
        _settings(body, model),
        stream,
        include_usage=not stream or bool(options.get("include_usage") or usage.get("include")),
    )


def _typed(body: Json, key: str, kind: type, within: str = "") -> Any:
    value = body.get(key)
    if value is None or (isinstance(value, kind) and not (kind is int and isinstance(value, bool))):
        return value
    raise RequestError(f"{within}{key} must be of type {kind.__name__}.", param=within + key)


def _limit(body: Json, key: str, within: str = "") -> int | None:
    value: int | None = _typed(body, key, int, within)
    if value is not None and value < 1:
        raise RequestError(f"{within}{key} must be at least 1.", param=within + key)
    return value


def _message(message: object) -> Message:
    if not isinstance(message, dict) or not isinstance(message.get("role"), str):
        raise RequestError("Each message must be an object with a role.", param="messages")
    content = message.get("content")
    if isinstance(content, list):
        content = "\n".join(
            part["text"] for part in content if isinstance(part, dict) and isinstance(part.get("text"), str)
        )
    if not isinstance(content, str | None):
        raise RequestError("The content of a message must be a string or a list of parts.", param="messages")
    # JSON may carry half a surrogate pair, which could not be sent back.
    return Message(message["role"], (content or "").encode("utf-8", "replace").decode())


def _settings(body: Json, model: Model) -> Settings:
    reasoning = _typed(body, "reasoning", dict) or {}
    effort = _typed(reasoning, "effort", str, "reasoning.") or _typed(body, "reasoning_effort", str) or "medium"
    if effort not in _EFFORTS:
        raise RequestError(
            f"There is no reasoning effort `{effort}`, only {', '.join(_EFFORTS)}.", param="reasoning.effort"
        )
    depth = None if reasoning.get("enabled") is False else _EFFORTS[effort]
    if depth is None and model.mandatory:
        raise RequestError(f"Reasoning is mandatory for {model.id} and cannot be disabled.", param="reasoning")
    return Settings(
        depth,
        exclude=reasoning.get("exclude") is True or _typed(body, "include_reasoning", bool) is False,
        max_thought=_limit(reasoning, "max_tokens", "reasoning."),
        max_tokens=_limit(body, "max_completion_tokens") or _limit(body, "max_tokens"),
    )


def usage_of(request: ChatRequest, reply: Reply) -> Json:
    """Count what was read, thought and said. Thought is part of `completion_tokens`."""
    prompt = sum(count(message.text) for message in request.messages)
    return {
        "prompt_tokens": prompt,
        "completion_tokens": reply.billed_tokens,
        "total_tokens": prompt + reply.billed_tokens,
        "cost": 0,
        "is_byok": False,
        "prompt_tokens_details": {"cached_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": reply.thought_tokens},
    }


@dataclass(frozen=True, slots=True)
class Completion:
    """Writes one completion. `created` is in seconds since 1970."""

    id: str
    created: int
    model: Model

    def chunk(self, token: Token) -> Json:
        """Return the chunk for a token with text."""
        delta: Json = {"role": "assistant", "content": ""}
        if token.kind is Kind.ANSWER:
            delta["content"] = token.text
        else:
            delta |= _reasoning(token.kind, token.text)
        return self._wrapped("chat.completion.chunk", {"index": 0, "delta": delta} | _finish(None))

    def last_chunks(self, reply: Reply, usage: Json | None) -> list[Json]:
        """Return the chunk that ends a stream, and the one with `usage` if there is any."""
        choice = {"index": 0, "delta": {"role": "assistant", "content": ""}} | _finish(reply.finish)
        chunk = self._wrapped("chat.completion.chunk", choice)
        return [chunk] if usage is None else [chunk, chunk | {"usage": usage}]

    def whole(self, reply: Reply, usage: Json) -> Json:
        """Return the completion as one object."""
        texts = {kind: "".join(token.text for token in reply.tokens if token.kind is kind) for kind in Kind}
        message: Json = {"role": "assistant", "content": texts[Kind.ANSWER], "refusal": None, "reasoning": None}
        for kind in (Kind.THOUGHT, Kind.SUMMARY):
            if texts[kind]:
                message |= _reasoning(kind, texts[kind])
        choice = {"index": 0, "message": message} | _finish(reply.finish)
        return self._wrapped("chat.completion", choice) | {"usage": usage}

    def _wrapped(self, kind: str, choice: Json) -> Json:
        head = {"id": self.id, "object": kind, "created": self.created, "model": self.model.id, "provider": "Demo"}
        return head | {"choices": [choice]}


def _reasoning(kind: Kind, text: str) -> Json:
    key = "summary" if kind is Kind.SUMMARY else "text"
    detail = {"type": f"reasoning.{key}", key: text, "format": "unknown", "index": 0}
    return {"reasoning": text, "reasoning_details": [detail]}


def _finish(reason: str | None) -> Json:
    return {"finish_reason": reason, "native_finish_reason": reason}


def list_of_models() -> Json:
    """Return the models in OpenRouter's shape, from which a client can tell what each can do."""
    return {"object": "list", "data": [_listed(model) for model in MODELS.values()]}


def _listed(model: Model) -> Json:
    return {
        "id": model.id,
        "object": "model",
        "created": 0,
        "owned_by": "demo",
        "canonical_slug": model.id,
        "name": model.name,
        "description": model.description,
        "context_length": CONTEXT_LENGTH,
        "architecture": {"modality": "text->text", "input_modalities": ["text"], "output_modalities": ["text"]},
        "pricing": {"prompt": "0", "completion": "0", "request": "0", "image": "0", "internal_reasoning": "0"},
        "top_provider": {"context_length": CONTEXT_LENGTH, "max_completion_tokens": None, "is_moderated": False},
        "supported_parameters": ["include_reasoning", "max_tokens", "reasoning", "reasoning_effort"],
        "reasoning": {
            "supported_efforts": [effort for effort in _SUPPORTED_EFFORTS if effort != "none" or not model.mandatory],
            "default_effort": "medium",
            "default_enabled": True,
            "supports_max_tokens": True,
            "mandatory": model.mandatory,
        },
    }
