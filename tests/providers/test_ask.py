"""The command line, as another program uses it: a process, its output, its exit status."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any, NamedTuple

from aiohttp import web

from tests.providers.chat_reading import chunk, sse
from tests.providers.conftest import Handler, Upstream


class Outcome(NamedTuple):
    status: int
    out: str
    err: str


async def ask(upstream: Upstream, *options: str, dialect: str = "openai-chat") -> Outcome:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "chatroom.providers", "ask", "--dialect", dialect, "--base-url", upstream.url, "--model", "m"),
        *options,
        "Hi.",
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    return Outcome(process.returncode or 0, out.decode(), err.decode())


def answering(body: bytes, status: int = 200) -> Handler:
    async def answer(request: web.Request) -> web.StreamResponse:
        return web.Response(body=body, status=status)

    return answer


def detail(**keys: Any) -> dict[str, Any]:
    return {"reasoning_details": [{"index": 0, **keys}]}


FULL = sse(
    chunk({"reasoning": "Hm.", **detail(type="reasoning.text", text="Hm.", signature="s")}),
    chunk({"content": "Hé 🦉."}),
    chunk({"tool_calls": [{"index": 0, "id": "a", "function": {"name": "weather", "arguments": "{}"}}]}),
    chunk({}, finish="tool_calls"),
    {"choices": [], "usage": {"prompt_tokens": 1, "completion_tokens": 2, "cost": 0.25}},
)


async def test_json_is_one_object_with_all_that_was_said(upstream: Upstream) -> None:
    upstream.answer = answering(FULL)
    outcome = await ask(upstream, "--json")
    assert outcome.status == 0
    assert json.loads(outcome.out) == {
        "parts": [
            {"kind": "reasoning", "text": "Hm.", "provenance": "raw", "name": None},
            {"kind": "content", "text": "Hé 🦉.", "provenance": None, "name": None},
            {"kind": "tool", "text": "{}", "provenance": None, "name": "weather"},
        ],
        "reasoning": "Hm.",
        "content": "Hé 🦉.",
        "usage": {"input": 1, "output": 2, "reasoning": None, "cost": 0.25},
        "finish_reason": "tool_calls",
        "tool_calls": ["weather"],
        "opaque": 1,
        "error": None,
    }


async def test_a_failure_is_in_the_object_and_in_the_status_and_partial_text_stays(upstream: Upstream) -> None:
    upstream.answer = answering(sse(chunk({"content": "Hi"}), {"error": {"code": 503, "message": "Busy."}}))
    outcome = await ask(upstream, "--json")
    told = json.loads(outcome.out)
    assert outcome.status == 1
    assert (told["content"], told["finish_reason"]) == ("Hi", "error")
    assert told["error"] == {"kind": "overloaded", "message": "Busy.", "status": None, "retryable": True}


async def test_a_reply_that_was_cut_has_no_reason_to_have_ended(upstream: Upstream) -> None:
    upstream.answer = answering(sse(chunk({"content": "Hi"}), done=False))
    told = json.loads((await ask(upstream, "--json")).out)
    assert (told["finish_reason"], told["error"]["kind"]) == (None, "cut")


async def test_a_thought_without_text_is_a_part_with_empty_text(upstream: Upstream) -> None:
    upstream.answer = answering(sse(chunk(detail(type="reasoning.encrypted", data="e")), chunk({}, finish="stop")))
    told = json.loads((await ask(upstream, "--json")).out)
    assert told["parts"] == [{"kind": "reasoning", "text": "", "provenance": "encrypted", "name": None}]


async def test_without_json_a_pipe_gets_the_answer_alone(upstream: Upstream) -> None:
    upstream.answer = answering(FULL)
    outcome = await ask(upstream)
    assert (outcome.status, outcome.out) == (0, "Hé 🦉.\n")
    assert outcome.err.startswith("Hm.")
    assert "[weather] {}" in outcome.err
    assert "1 in · 2 out · $0.250000" in outcome.err
    assert "\x1b" not in outcome.err


async def test_without_json_a_failure_is_one_line(upstream: Upstream) -> None:
    upstream.answer = answering(b'{"error":{"message":"No such model."}}', 404)
    outcome = await ask(upstream)
    assert outcome == Outcome(1, "", "Error (rejected): No such model.\n")


async def test_options_become_a_request(upstream: Upstream) -> None:
    upstream.answer = answering(FULL)
    await ask(upstream, "--api-key", "secret", "--effort", "high", "--exclude")
    await ask(upstream, "--max-reasoning-tokens", "2000", "--no-stream")
    first, second = upstream.requests
    assert (first["model"], first["messages"]) == ("m", [{"role": "user", "content": "Hi."}])
    assert (first["stream"], first["reasoning_effort"], first["reasoning"]) == (True, "high", {"exclude": True})
    assert (second["stream"], second["reasoning"]) == (False, {"max_tokens": 2000})
    assert upstream.headers[0]["authorization"] == "Bearer secret"
    assert "authorization" not in upstream.headers[1]


async def test_retries_are_as_many_as_told(upstream: Upstream) -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        if len(upstream.requests) == 1:
            return web.Response(status=503, headers={"Retry-After": "0"})
        return web.Response(body=FULL)

    upstream.answer = answer
    assert (await ask(upstream, "--retries", "1")).status == 0


async def test_an_unknown_dialect_is_a_wrong_call(upstream: Upstream) -> None:
    outcome = await ask(upstream, dialect="morse")
    assert outcome.status == 2
    assert "morse" in outcome.err


async def test_it_runs_without_django() -> None:
    code = "import sys, chatroom.providers.__main__; sys.exit('django' in sys.modules)"
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", code)
    assert await process.wait() == 0
