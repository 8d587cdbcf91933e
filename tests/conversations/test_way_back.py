"""Models of five wire formats take turns: each is sent what it thought itself, sealed as it came, and nobody else's."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.utils import timezone

from chatroom.conversations.context.history import messages_for
from chatroom.conversations.models import Conversation, Message, Part, ReasoningBack, Run, Status
from chatroom.providers.dialects import DIALECTS
from chatroom.providers.events import ContentDelta, Failed, OpaquePiece, PartEnded, ReasoningDelta, ToolDelta
from chatroom.providers.parts import Assembler, fold
from chatroom.providers.request import ChatRequest, ReasoningSettings

Body = dict[str, Any]


def openrouter(secret: str) -> Body:
    detail = {"type": "reasoning.text", "text": "hm", "signature": secret, "format": "anthropic-claude-v1", "index": 0}
    message = {"role": "assistant", "content": "Well.", "reasoning": "hm", "reasoning_details": [detail]}
    return {"choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}


def responses(secret: str) -> Body:
    summary = [{"type": "summary_text", "text": "hm"}]
    said = [{"type": "output_text", "text": "Well.", "annotations": []}]
    return {
        "object": "response",
        "status": "completed",
        "output": [
            {"type": "reasoning", "id": "rs_1", "summary": summary, "encrypted_content": secret},
            {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed", "content": said},
        ],
    }


def anthropic(secret: str) -> Body:
    blocks = [{"type": "thinking", "thinking": "hm", "signature": secret}, {"type": "text", "text": "Well."}]
    return {"type": "message", "role": "assistant", "content": blocks, "stop_reason": "end_turn"}


def gemini(secret: str) -> Body:
    parts = [{"text": "hm", "thought": True}, {"text": "Well.", "thoughtSignature": secret}]
    return {"candidates": [{"content": {"role": "model", "parts": parts}, "finishReason": "STOP"}]}


def deepseek(secret: str) -> Body:
    message = {"role": "assistant", "content": "Well.", "reasoning_content": f"hm {secret}"}
    return {"choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}


@dataclass(frozen=True)
class House:
    """A provider, a model there, and what it answers with a secret that only it should see again."""

    name: str
    dialect: str
    base_url: str
    model: str
    answer: Callable[[str], Body]


HOUSES = [
    House("openrouter", "openai-chat", "https://openrouter.ai/api/v1", "anthropic/claude-sonnet-4.5", openrouter),
    House("openai", "openai-responses", "https://api.openai.com/v1", "gpt-5", responses),
    House("anthropic", "anthropic", "https://api.anthropic.com", "claude-sonnet-4-5", anthropic),
    House("gemini", "gemini", "https://generativelanguage.googleapis.com/v1beta", "gemini-3-pro", gemini),
    House("deepseek", "openai-chat", "https://api.deepseek.com/v1", "deepseek-v4-flash", deepseek),
]


def ask(conversation: Conversation, house: House, before: Message | None) -> tuple[Run, str]:
    """Ask the next question; returns the run and the request that goes out for it."""
    prompt = Message.objects.create(conversation=conversation, role=Message.Role.USER, text="And?", parent=before)
    reply = Message.objects.create(conversation=conversation, role=Message.Role.ASSISTANT, parent=prompt)
    run = Run.objects.create(reply=reply, provider=house.name, model=house.model)
    request = ChatRequest(house.model, messages_for(run), ReasoningSettings(effort="high"))
    encoded = DIALECTS[house.dialect].encode(request, base_url=house.base_url, api_key=None)
    return run, json.dumps(encoded.json, ensure_ascii=False)


def answer(run: Run, house: House, secret: str) -> Message:
    """Let the house answer, and keep the parts as the room does."""
    decoder, assembler = DIALECTS[house.dialect].decoder(), Assembler()
    pieces = []
    for event in [*decoder.feed(json.dumps(house.answer(secret)).encode()), *decoder.flush()]:
        assert not isinstance(event, Failed), event
        if isinstance(event, ReasoningDelta | ContentDelta | ToolDelta | PartEnded | OpaquePiece):
            pieces += filter(None, [assembler.place(event)])
    for part in fold(pieces):
        Part.objects.create(
            run=run,
            index=part.head.index,
            kind=part.head.kind,
            provenance=part.head.provenance or "",
            text=part.text,
            opaque=part.opaque,
            started_at=timezone.now(),
        )
    Run.objects.filter(pk=run.pk).update(status=Status.COMPLETED, ended_at=timezone.now(), finish_reason="stop")
    return run.reply


def test_each_is_sent_its_own_thoughts_and_nobody_elses(conversation: Conversation) -> None:
    before: Message | None = None
    secrets: dict[str, list[str]] = {house.name: [] for house in HOUSES}
    for turn, house in enumerate([*HOUSES, *reversed(HOUSES), *HOUSES]):
        run, request = ask(conversation, house, before)
        for name, theirs in secrets.items():
            assert [secret for secret in theirs if secret in request] == (theirs if name == house.name else [])
        assert request.count("Well.") == turn
        secret = f"Sealed-{house.name}-{turn}=="
        secrets[house.name].append(secret)
        before = answer(run, house, secret)


@pytest.mark.parametrize("house", HOUSES, ids=lambda house: house.name)
def test_what_its_owner_keeps_back_is_in_no_request(conversation: Conversation, house: House) -> None:
    run, _ = ask(conversation, house, None)
    reply = answer(run, house, "Sealed-1==")
    for choice in (ReasoningBack.NEVER, ReasoningBack.TEXT):
        Message.objects.filter(pk=reply.pk).update(reasoning_back=choice)
        _, request = ask(conversation, house, reply)
        assert ("Sealed-1==" in request) == (choice is ReasoningBack.TEXT and house.name == "deepseek")
        assert ("<reasoning>" in request) == (choice is ReasoningBack.TEXT)


@pytest.mark.parametrize("house", HOUSES, ids=lambda house: house.name)
def test_a_reply_that_was_stopped_is_sent_as_its_text(conversation: Conversation, house: House) -> None:
    run, _ = ask(conversation, house, None)
    reply = answer(run, house, "Sealed-1==")
    Run.objects.filter(pk=run.pk).update(status=Status.STOPPED)
    _, request = ask(conversation, house, reply)
    assert "Sealed-1==" not in request
    assert "Well." in request
