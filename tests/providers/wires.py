"""What each dialect looks like on the wire."""

from __future__ import annotations

from typing import Any

from tests.providers.wire import Event, Wire, line, unnamed

# openai-chat


def _chunk(delta: Event | None = None, finish: str | None = None, **top: Any) -> Event:
    return {"choices": [{"index": 0, "delta": delta or {}, "finish_reason": finish}], **top}


def _detail(kind: str, **keys: Any) -> Event:
    return {"type": f"reasoning.{kind}", **keys}


CHAT = Wire(
    thought=lambda text: _chunk({"reasoning_content": text}),
    answer=lambda text: _chunk({"content": text}),
    whole=lambda thought, answer: {
        "choices": [{"message": {"reasoning_content": thought, "content": answer}, "finish_reason": "stop"}]
    },
    call=lambda arguments: [
        _chunk({"tool_calls": [{"index": 0, "id": "a", "function": {"name": "f", "arguments": arguments}}]})
    ],
    fragments=(
        _chunk({"reasoning": "word ", "reasoning_details": [_detail("text", text="word ", index=0)]}),
        _chunk({"tool_calls": [{"index": 0, "function": {"arguments": "word "}}]}),
    ),
    oddities=(
        *(
            _chunk({"reasoning": "a", "reasoning_details": [detail]})
            for detail in (
                _detail("text", text="a", index=0),
                _detail("text", text="", signature="s", index=0),
                _detail("encrypted", data="e", index=0),
                _detail("encrypted", data="f", deep=[[{}]], id="g"),
                _detail("summary", summary="b", index=1),
            )
        ),
        _chunk({"reasoning_details": [_detail("summary", summary="b"), _detail("encrypted", data="h")]}),
        _chunk({"content": [{"type": "thinking", "thinking": [{"text": "T"}]}, {"type": "text", "text": "A"}]}),
        _chunk({"extra_content": {"google": {"thought_signature": "s"}}}),
        _chunk({"refusal": "No."}),
        {"choices": [], "usage": {"prompt_tokens": 2, "completion_tokens": 3, "cost": 0.5}},
        {"x_groq": {"usage": {"completion_tokens_details": {"reasoning_tokens": 1}}}},
        {"choices": [], "error": {"code": 502, "message": "gone"}},
    ),
    ending=(_chunk(finish="stop"), {"choices": [], "usage": {"prompt_tokens": 2, "completion_tokens": 3}}),
    last=b"data: [DONE]\n\n",
    frame=unnamed,
)

# openai-responses

_THOUGHT = {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "e"}
_MESSAGE = {"type": "message", "id": "msg_1", "content": []}


def _item(place: int, kind: str, told: Event) -> Event:
    return {"type": f"response.output_item.{kind}", "output_index": place, "item": told}


RESPONSES = Wire(
    thought=lambda text: {
        "type": "response.reasoning_text.delta",
        "output_index": 0,
        "content_index": 0,
        "delta": text,
    },
    answer=lambda text: {"type": "response.output_text.delta", "output_index": 1, "content_index": 0, "delta": text},
    whole=lambda thought, answer: {
        "object": "response",
        "status": "completed",
        "output": [
            _THOUGHT | {"content": [{"type": "reasoning_text", "text": thought}]},
            _MESSAGE | {"content": [{"type": "output_text", "text": answer}]},
        ],
    },
    call=lambda arguments: [
        _item(2, "added", {"type": "function_call", "call_id": "a", "name": "f"}),
        {"type": "response.function_call_arguments.delta", "output_index": 2, "delta": "{"},
        _item(3, "done", {"type": "web_search_call", "action": arguments}),
    ],
    fragments=(
        {"type": "response.function_call_arguments.delta", "output_index": 2, "delta": "word "},
        {"type": "response.reasoning_summary_text.delta", "output_index": 0, "summary_index": 0, "delta": "word "},
    ),
    oddities=(
        *(
            {
                "type": f"response.{kind}.delta",
                "output_index": place,
                "summary_index": index,
                "content_index": index,
                "delta": "word ",
            }
            for kind in ("reasoning_summary_text", "reasoning_text", "output_text", "refusal", "mcp_call_arguments")
            for place, index in ((0, 0), (0, 1), (1, 0), (4, 0))
        ),
        *(_item(place, kind, told) for place in (0, 1) for kind in ("added", "done") for told in (_THOUGHT, _MESSAGE)),
        _item(0, "done", _THOUGHT | {"summary": [{"type": "summary_text", "text": "b"}]}),
        {"type": "response.incomplete", "response": {"incomplete_details": {"reason": "max_output_tokens"}}},
        {"type": "response.failed", "response": {"error": {"code": "server_error", "message": "gone"}}},
        {"type": "error", "code": "server_error", "message": "gone"},
    ),
    opening=({"type": "response.created", "response": {"model": "m"}}, _item(0, "added", _THOUGHT)),
    turn=(_item(0, "done", _THOUGHT), _item(1, "added", _MESSAGE)),
    ending=(
        _item(1, "done", _MESSAGE),
        {
            "type": "response.completed",
            "response": {"status": "completed", "output": [], "usage": {"input_tokens": 2, "output_tokens": 3}},
        },
    ),
)

# anthropic


def _start(index: int, **block: Any) -> Event:
    return {"type": "content_block_start", "index": index, "content_block": block}


def _delta(index: int, kind: str, **keys: str) -> Event:
    return {"type": "content_block_delta", "index": index, "delta": {"type": f"{kind}_delta", **keys}}


def _stop(index: int) -> Event:
    return {"type": "content_block_stop", "index": index}


ANTHROPIC = Wire(
    thought=lambda text: _delta(0, "thinking", thinking=text),
    answer=lambda text: _delta(1, "text", text=text),
    whole=lambda thought, answer: {
        "type": "message",
        "content": [
            {"type": "thinking", "thinking": thought, "signature": "s"},
            {"type": "text", "text": answer},
        ],
        "stop_reason": "end_turn",
    },
    call=lambda arguments: [
        _start(2, type="tool_use", id="a", name="f", input={}),
        _delta(2, "input_json", partial_json="{"),
        _start(3, type="server_tool_use", id="b", name="g", input=arguments),
        _start(4, type="web_search_tool_result", content=arguments),
    ],
    fragments=(_delta(2, "input_json", partial_json="word "), _start(5, type="redacted_thinking", data="e")),
    oddities=(
        _start(0, type="redacted_thinking", data="e"),
        _start(0, type="thinking", thinking="", signature="s"),
        _delta(0, "signature", signature="s"),
        _stop(0),
        {"type": "ping"},
        {"type": "error", "error": {"type": "overloaded_error", "message": "later"}},
        {"type": "message_delta", "delta": {"stop_reason": "pause_turn"}, "usage": {"output_tokens": 1}},
    ),
    opening=(
        {"type": "message_start", "message": {"model": "claude-x", "usage": {"input_tokens": 2}}},
        _start(0, type="thinking", thinking="", signature=""),
    ),
    turn=(_delta(0, "signature", signature="s"), _stop(0), _start(1, type="text", text="")),
    ending=(
        _stop(1),
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 3}},
        {"type": "message_stop"},
    ),
)

# gemini


def _parts(*parts: Event, **candidate: Any) -> Event:
    return {"candidates": [{"content": {"parts": [*parts], "role": "model"}, **candidate}]}


_COUNTS = {"promptTokenCount": 2, "candidatesTokenCount": 3, "thoughtsTokenCount": 1}

GEMINI = Wire(
    thought=lambda text: _parts({"text": text, "thought": True}),
    answer=lambda text: _parts({"text": text}),
    whole=lambda thought, answer: _parts({"text": thought, "thought": True}, {"text": answer}, finishReason="STOP"),
    call=lambda arguments: [_parts({"functionCall": {"name": "f", "args": arguments}, "thoughtSignature": "s"})],
    fragments=(
        _parts({"functionCall": {"partialArgs": [{"jsonPath": "$.a", "stringValue": "x"}], "willContinue": True}}),
        _parts({"text": "word ", "thoughtSignature": "s"}),
    ),
    oddities=(
        _parts({"text": "", "thoughtSignature": "s"}, {"text": "A", "thoughtSignature": "s"}),
        _parts({"thoughtSignature": "s"}),
        _parts({"executableCode": {"code": "1"}}),
        _parts({"functionCall": {"name": "f", "willContinue": True}}, {"functionCall": {}}),
        _parts({"functionCall": {"partialArgs": [{"jsonPath": "$.a[0].b", "stringValue": "x"}], "willContinue": True}}),
        {"usageMetadata": _COUNTS},
        {"promptFeedback": {"blockReason": "SAFETY"}},
        {"error": {"code": 503, "status": "UNAVAILABLE", "message": "later"}},
        _parts(finishReason="MALFORMED_FUNCTION_CALL"),
    ),
    ending=(_parts({"text": ""}, finishReason="STOP") | {"usageMetadata": _COUNTS},),
    frame=unnamed,
)

# ollama


def _said(done: bool = False, top: Event | None = None, **message: Any) -> Event:
    return {"model": "m", "message": {"role": "assistant", **message}, "done": done, **(top or {})}


OLLAMA = Wire(
    thought=lambda text: _said(content="", thinking=text),
    answer=lambda text: _said(content=text),
    whole=lambda thought, answer: _said(done=True, content=answer, thinking=thought),
    call=lambda arguments: [_said(content="", tool_calls=[{"function": {"name": "f", "arguments": arguments}}])],
    fragments=(_said(content="", tool_calls=[{"function": {"name": "f", "arguments": {}}}]),),
    oddities=(
        {"response": "A", "thinking": "T", "done": False},
        {"response": "", "done": True, "context": [1, 2], "eval_count": 3},
        {"error": "gone"},
        _said(done=True, top={"done_reason": "length"}),
    ),
    ending=(_said(done=True, content="", top={"done_reason": "stop", "prompt_eval_count": 2, "eval_count": 3}),),
    frame=line,
)

# cohere


def _message(kind: str, index: int = 0, **message: Any) -> Event:
    return {"type": kind, "index": index, "delta": {"message": message}}


COHERE = Wire(
    thought=lambda text: _message("content-delta", content={"thinking": text}),
    answer=lambda text: _message("content-delta", 1, content={"text": text}),
    whole=lambda thought, answer: {
        "message": {"content": [{"type": "thinking", "thinking": thought}, {"type": "text", "text": answer}]},
        "finish_reason": "COMPLETE",
    },
    call=lambda arguments: [
        _message("tool-call-start", tool_calls={"id": "a", "function": {"name": "f", "arguments": ""}}),
        _message("tool-call-delta", tool_calls={"function": {"arguments": arguments}}),
        {"type": "tool-call-end", "index": 0},
    ],
    fragments=(
        _message("tool-plan-delta", tool_plan="word "),
        _message("tool-call-delta", tool_calls={"function": {"arguments": "word "}}),
    ),
    oddities=(
        _message("citation-start", citations={"start": 0, "end": 1, "sources": [{}]}),
        {"id": "a", "message": "gone"},
        {"type": "message-end", "delta": {"finish_reason": "ERROR", "error": "gone"}},
    ),
    opening=(_message("message-start"), _message("content-start", content={"type": "thinking", "thinking": ""})),
    turn=(
        {"type": "content-end", "index": 0},
        _message("content-start", 1, content={"type": "text", "text": ""}),
    ),
    ending=(
        {"type": "content-end", "index": 1},
        {
            "type": "message-end",
            "delta": {"finish_reason": "COMPLETE", "usage": {"tokens": {"input_tokens": 2, "output_tokens": 3}}},
        },
    ),
    last=b"data: [DONE]\n\n",
)

WIRES: dict[str, Wire] = {
    "openai-chat": CHAT,
    "openai-responses": RESPONSES,
    "anthropic": ANTHROPIC,
    "gemini": GEMINI,
    "ollama": OLLAMA,
    "cohere": COHERE,
}
