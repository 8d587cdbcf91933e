"""The HTTP surface, spoken to over a real socket."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import aiohttp
import pytest

from chatroom.demo.conversation import CONTINUE_ANSWER, CONTINUE_THOUGHT
from chatroom.demo.server import DemoServer, start

Json = dict[str, Any]
QUESTION = "Which is bigger, 9.11 or 9.9?"


@pytest.fixture
async def server() -> AsyncIterator[DemoServer]:
    server = await start(tokens_per_second=0, today=lambda: date(2025, 11, 21))
    yield server
    await server.stop()


def body_of(model: str = "thinker", question: str = QUESTION, **more: object) -> Json:
    return {"model": model, "messages": [{"role": "user", "content": question}], **more}


async def post(server: DemoServer, body: object) -> tuple[int, Json]:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{server.base_url}/chat/completions", data=data) as answer,
    ):
        assert answer.content_type == "application/json"
        return answer.status, await answer.json()


async def stream(server: DemoServer, body: Json) -> list[str]:
    """Return the events of a stream without their ends, comments too."""
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{server.base_url}/chat/completions", json={"stream": True, **body}) as answer,
    ):
        assert answer.status == 200
        assert answer.content_type == "text/event-stream"
        text = (await answer.read()).decode()
    assert text.endswith("\n\n")
    return text.removesuffix("\n\n").split("\n\n")


async def chunks(server: DemoServer, body: Json) -> list[Json]:
    events = await stream(server, body)
    assert events[-1] == "data: [DONE]"
    return [json.loads(event.removeprefix("data: ")) for event in events[:-1] if not event.startswith(":")]


def joined(of: list[Json], key: str) -> str:
    return "".join(chunk["choices"][0]["delta"].get(key) or "" for chunk in of)


async def test_the_models_say_what_they_can_do(server: DemoServer):
    async with aiohttp.ClientSession() as session, session.get(f"{server.base_url}/models") as answer:
        listed = {model["id"]: model for model in (await answer.json())["data"]}
    assert list(listed) == ["thinker", "summariser", "quiet"]
    assert listed["thinker"]["reasoning"]["supported_efforts"] == ["high", "medium", "low", "none"]
    assert [model["reasoning"]["mandatory"] for model in listed.values()] == [False, True, True]
    for model in listed.values():
        assert "not a language model" in model["description"]
        assert "reasoning" in model["supported_parameters"]
        assert set(model["pricing"].values()) == {"0"}
    assert "none" not in listed["quiet"]["reasoning"]["supported_efforts"]


async def test_the_thinker_streams_its_thought_and_then_its_answer(server: DemoServer):
    of = await chunks(server, body_of(stream_options={"include_usage": True}))
    assert "Let me line up the decimals: 9.11 and 9.90." in joined(of, "reasoning")
    assert joined(of, "content").startswith("**9.9** is larger than 9.11.")
    kinds = ["reasoning" in chunk["choices"][0]["delta"] for chunk in of]
    assert kinds == sorted(kinds, reverse=True)
    for chunk in of:
        for detail in chunk["choices"][0]["delta"].get("reasoning_details", []):
            assert detail["type"] == "reasoning.text"
            assert detail["text"] == chunk["choices"][0]["delta"]["reasoning"]


async def test_a_stream_ends_with_its_finish_then_its_usage(server: DemoServer):
    of = await chunks(server, body_of(usage={"include": True}))
    assert [chunk["choices"][0]["finish_reason"] for chunk in of[-3:]] == [None, "stop", "stop"]
    assert [("usage" in chunk) for chunk in of[-3:]] == [False, False, True]
    usage = of[-1]["usage"]
    thought = sum("reasoning" in chunk["choices"][0]["delta"] for chunk in of)
    assert usage["completion_tokens_details"]["reasoning_tokens"] == thought
    assert usage["completion_tokens"] == len(of) - 2
    assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"]
    assert usage["cost"] == 0
    assert len({chunk["id"] for chunk in of}) == 1


async def test_usage_is_streamed_only_where_it_is_asked_for(server: DemoServer):
    of = await chunks(server, body_of())
    assert all("usage" not in chunk for chunk in of)
    assert of[-1]["choices"][0]["finish_reason"] == "stop"


async def test_the_whole_reply_is_what_the_stream_says(server: DemoServer):
    for model in ("thinker", "summariser", "quiet"):
        of = await chunks(server, body_of(model, usage={"include": True}))
        status, whole = await post(server, body_of(model))
        message = whole["choices"][0]["message"]
        assert status == 200
        assert message["content"] == joined(of, "content")
        assert (message["reasoning"] or "") == joined(of, "reasoning")
        assert whole["usage"] == of[-1]["usage"]
        assert whole["choices"][0]["finish_reason"] == "stop"


async def test_the_summariser_shows_a_summary_only(server: DemoServer):
    _, whole = await post(server, body_of("summariser"))
    message = whole["choices"][0]["message"]
    assert [detail["type"] for detail in message["reasoning_details"]] == ["reasoning.summary"]
    assert message["reasoning_details"][0]["summary"] == message["reasoning"]
    assert message["reasoning"].startswith("**Lining the numbers up**")


async def test_the_quiet_one_keeps_the_stream_alive_and_shows_nothing(server: DemoServer):
    events = await stream(server, body_of("quiet", usage={"include": True}))
    assert events[0] == ": thinking"
    of = [json.loads(event.removeprefix("data: ")) for event in events if event.startswith("data: {")]
    assert all("reasoning" not in chunk["choices"][0]["delta"] for chunk in of)
    assert of[-1]["usage"]["completion_tokens_details"]["reasoning_tokens"] > 20
    _, whole = await post(server, body_of("quiet"))
    assert whole["choices"][0]["message"]["reasoning"] is None
    assert "reasoning_details" not in whole["choices"][0]["message"]


async def test_a_silence_is_commented_again_and_again():
    server = await start(tokens_per_second=40)
    try:
        events = await stream(server, body_of("quiet", "thanks"))
    finally:
        await server.stop()
    assert events.count(": thinking") >= 2


@pytest.mark.parametrize(
    "more",
    [
        {"reasoning": {"exclude": True}},
        {"include_reasoning": False},
    ],
)
async def test_excluded_thought_is_billed_but_not_returned(server: DemoServer, more: Json):
    _, whole = await post(server, body_of(**more))
    _, shown = await post(server, body_of())
    assert whole["choices"][0]["message"]["reasoning"] is None
    assert whole["usage"] == shown["usage"]


@pytest.mark.parametrize(
    "more", [{"reasoning": {"effort": "none"}}, {"reasoning": {"enabled": False}}, {"reasoning_effort": "none"}]
)
async def test_without_effort_the_thinker_answers_at_once(server: DemoServer, more: Json):
    _, whole = await post(server, body_of(**more))
    assert whole["choices"][0]["message"]["reasoning"] is None
    assert whole["usage"]["completion_tokens_details"]["reasoning_tokens"] == 0
    assert whole["choices"][0]["message"]["content"].startswith("**9.9**")


async def test_effort_is_honoured_under_both_its_names(server: DemoServer):
    spent = {}
    for effort in ("none", "minimal", "low", "medium", "high", "xhigh", "max"):
        for more in ({"reasoning": {"effort": effort}}, {"reasoning_effort": effort}):
            _, whole = await post(server, body_of(**more))
            spent.setdefault(effort, set()).add(whole["usage"]["completion_tokens_details"]["reasoning_tokens"])
    assert all(len(each) == 1 for each in spent.values())
    tokens = {effort: each.pop() for effort, each in spent.items()}
    assert 0 == tokens["none"] < tokens["low"] < tokens["medium"] < tokens["high"]
    assert tokens["minimal"] == tokens["low"]
    assert tokens["xhigh"] == tokens["max"] == tokens["high"]
    _, default = await post(server, body_of(reasoning={}))
    assert default["usage"]["completion_tokens_details"]["reasoning_tokens"] == tokens["medium"]


async def test_a_budget_and_a_limit_are_kept(server: DemoServer):
    _, whole = await post(server, body_of(reasoning={"max_tokens": 30}))
    assert whole["usage"]["completion_tokens_details"]["reasoning_tokens"] == 30
    assert "My budget for thinking ends here" in whole["choices"][0]["message"]["reasoning"]
    for name in ("max_tokens", "max_completion_tokens"):
        _, whole = await post(server, body_of(**{name: 10}))
        assert whole["usage"]["completion_tokens"] == 10
        assert whole["choices"][0]["finish_reason"] == "length"
    of = await chunks(server, body_of(max_tokens=10))
    assert len(of) == 11
    assert of[-1]["choices"][0]["finish_reason"] == "length"


async def test_an_interrupted_answer_is_continued_without_repeating(server: DemoServer):
    _, whole = await post(server, body_of())
    answer = whole["choices"][0]["message"]["content"]
    messages = [
        {"role": "user", "content": QUESTION},
        {"role": "assistant", "content": answer[:25]},
        {"role": "user", "content": f"{CONTINUE_ANSWER}. Do not repeat anything."},
    ]
    of = await chunks(server, {"model": "thinker", "messages": messages})
    assert answer[:25] + joined(of, "content") == answer


async def test_interrupted_thoughts_are_continued_without_repeating(server: DemoServer):
    _, whole = await post(server, body_of())
    message = whole["choices"][0]["message"]
    thoughts = f"{CONTINUE_THOUGHT}\n\n{message['reasoning'][:60]}"
    messages = [{"role": "user", "content": QUESTION}, {"role": "user", "content": thoughts}]
    of = await chunks(server, {"model": "thinker", "messages": messages})
    assert message["reasoning"][:60] + joined(of, "reasoning") == message["reasoning"]
    assert joined(of, "content") == message["content"]


async def test_the_date_is_that_of_its_clock(server: DemoServer):
    _, whole = await post(server, body_of(question="What day is it today?"))
    assert "Friday, 21 November 2025" in whole["choices"][0]["message"]["content"]


async def test_content_may_come_in_parts(server: DemoServer):
    body = {"model": "thinker", "messages": [{"role": "user", "content": [{"type": "text", "text": "What is 2 + 2?"}]}]}
    _, whole = await post(server, body)
    assert whole["choices"][0]["message"]["content"] == "2 + 2 = **4**"


async def test_emoji_and_half_a_surrogate_pair_pass_through(server: DemoServer):
    of = await chunks(server, body_of(question="👩‍💻 means what?"))
    assert "👩‍💻 means what?" in joined(of, "reasoning")
    of = await chunks(server, body_of(question="\ud83d means what?"))
    assert "? means what?" in joined(of, "reasoning")


@pytest.mark.parametrize(
    ("body", "status", "param"),
    [
        (body_of("thinkr"), 404, "model"),
        ({"messages": [{"role": "user", "content": "hi"}]}, 404, "model"),
        (body_of() | {"model": 3}, 400, "model"),
        (b'{"model": "thin', 400, None),
        (b"\xff\xfe", 400, None),
        (b"[" * 100_000, 400, None),
        ([], 400, None),
        ({"model": "thinker"}, 400, "messages"),
        ({"model": "thinker", "messages": []}, 400, "messages"),
        ({"model": "thinker", "messages": "hi"}, 400, "messages"),
        ({"model": "thinker", "messages": ["hi"]}, 400, "messages"),
        ({"model": "thinker", "messages": [{"content": "hi"}]}, 400, "messages"),
        ({"model": "thinker", "messages": [{"role": "user", "content": 3}]}, 400, "messages"),
        (body_of(max_tokens=0), 400, "max_tokens"),
        (body_of(max_tokens=True), 400, "max_tokens"),
        (body_of(reasoning={"max_tokens": -1}), 400, "reasoning.max_tokens"),
        (body_of(reasoning="high"), 400, "reasoning"),
        (body_of(reasoning={"effort": "extreme"}), 400, "reasoning.effort"),
        (body_of(reasoning={"effort": ["high"]}), 400, "reasoning.effort"),
        (body_of(stream="yes"), 400, "stream"),
        (body_of("quiet", reasoning={"effort": "none"}), 400, "reasoning"),
        (body_of("summariser", reasoning={"enabled": False}), 400, "reasoning"),
    ],
    ids=lambda value: str(value)[:60],
)
async def test_errors_come_in_openais_shape(server: DemoServer, body: object, status: int, param: str | None):
    answered, answer = await post(server, body)
    assert answered == status
    assert set(answer) == {"error"}
    assert answer["error"]["message"]
    assert answer["error"]["param"] == param
    assert answer["error"]["type"] == "invalid_request_error"
    assert (answer["error"]["code"] == "model_not_found") == (status == 404)


async def test_what_is_not_served_is_an_error_in_the_same_shape(server: DemoServer):
    async with aiohttp.ClientSession() as session:
        for method, path, status in (("GET", "/embeddings", 404), ("GET", "/chat/completions", 405)):
            async with session.request(method, server.base_url + path) as answer:
                assert answer.status == status
                assert (await answer.json())["error"]["message"]


async def test_a_request_beyond_all_measure_is_refused(server: DemoServer):
    status, answer = await post(server, body_of(question="a" * (1 << 20)))
    assert status == 413
    assert answer["error"]["code"] == "context_length_exceeded"


async def test_a_reply_takes_its_time():
    server = await start(tokens_per_second=200)
    try:
        began = time.monotonic()
        of = await chunks(server, body_of(question="thanks"))
        _, whole = await post(server, body_of(question="thanks"))
        took = time.monotonic() - began
    finally:
        await server.stop()
    assert took >= 2 * (len(of) - 1) / 200
    assert whole["usage"]["completion_tokens"] == len(of) - 1


async def tasks_of_a_request(server: DemoServer, session: aiohttp.ClientSession, body: Json) -> set[asyncio.Task[Any]]:
    """Begin a request, read its first bytes, and return the tasks that it has on the server."""
    before = asyncio.all_tasks()
    answer = await session.post(f"{server.base_url}/chat/completions", json=body)
    await answer.content.readany()
    return asyncio.all_tasks() - before


@pytest.mark.parametrize("model", ["thinker", "quiet"])
async def test_no_work_goes_on_when_the_client_has_gone(model: str):
    server = await start(tokens_per_second=2)  # the whole reply would take minutes
    try:
        session = aiohttp.ClientSession()
        tasks = await tasks_of_a_request(server, session, body_of(model, stream=True))
        assert tasks
        assert not any(task.done() for task in tasks)
        await session.close()
        _, running = await asyncio.wait(tasks, timeout=5)
        assert not running
    finally:
        await server.stop()


async def test_no_work_goes_on_for_a_whole_reply_that_nobody_awaits():
    begun = asyncio.Event()

    def today() -> date:
        begun.set()
        return date(2025, 11, 21)

    server = await start(tokens_per_second=2, today=today)
    try:
        before = asyncio.all_tasks()
        asking = asyncio.create_task(post(server, body_of()))
        await begun.wait()
        tasks = asyncio.all_tasks() - before - {asking}
        assert tasks
        asking.cancel()
        _, running = await asyncio.wait(tasks, timeout=5)
        assert not running
    finally:
        await server.stop()


async def test_stopping_ends_replies_in_the_middle():
    server = await start(tokens_per_second=2)
    async with aiohttp.ClientSession() as session:
        tasks = await tasks_of_a_request(server, session, body_of(stream=True))
        await asyncio.wait_for(server.stop(), 5)
        _, running = await asyncio.wait(tasks, timeout=5)
        assert not running
        with pytest.raises(aiohttp.ClientConnectionError):
            await session.get(f"{server.base_url}/models")


async def test_two_servers_do_not_share_a_port(server: DemoServer):
    port = int(server.base_url.removesuffix("/v1").rpartition(":")[2])
    with pytest.raises(OSError):
        await start(port=port)
    with pytest.raises(ValueError):
        await start(tokens_per_second=-1)
