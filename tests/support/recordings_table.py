"""The table in docs/providers.md, made by a test run that replayed all recordings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "providers.md"
_BEGIN = "<!-- made by the test run: begin -->\n"
_END = "<!-- made by the test run: end -->"

# By the part of a recording's name before the two dashes.
_SPECIAL = {
    "anthropic": "thinking, signed; redacted and omitted blocks; answers interleaved with server tools; refusals",
    "anthropic-compat": "Ollama speaking it: thinking without signatures",
    "cerebras-chat": "`delta.reasoning`; earlier reasoning as `<think>` tags in the content",
    "cohere": "content blocks of two types; citations between them",
    "compat-responses": "LM Studio and Bedrock: raw reasoning text; no event lines",
    "deepseek-chat": "`reasoning_content`; keys that are null while the other speaks",
    "deepseek-responses": "raw reasoning text under `response.reasoning_text.delta`",
    "gateway-chat": "Vercel, Hugging Face, Crusoe; Snowflake: `reasoning_details` only, and no finish reason",
    "gemini": "CRLF; thought summaries; signatures on any part; blocked prompts; an error as bare JSON",
    "gemini-openai-chat": "Gemini behind OpenAI's format: a signature in `extra_content`",
    "groq-chat": "parsed and raw; an error event in mid-stream without any finish",
    "llamacpp-chat": "llama.cpp; GPUStack's raw `error:` line",
    "mistral-chat": "content that turns from a string into a list, and back",
    "moonshot-chat": "the same piece under two keys; an id that changes",
    "ollama-chat": "Ollama behind OpenAI's format",
    "ollama-native": "JSON lines; `thinking` beside `content`; tags where `think` was not asked for",
    "openai-chat": "no thought, only its count; Azure's first chunk without choices; noise for padding",
    "openai-responses": "summaries; encrypted items; several of them between tools; ids that rotate",
    "openrouter-chat": "`reasoning_details` with late signatures; two finish chunks; comments; errors in mid-stream",
    "openrouter-responses": "data-only events; two spellings of the reasoning delta; ids that differ at the end",
    "perplexity-chat": "the whole message repeated in every chunk",
    "qwen-chat": "usage in a chunk of its own",
    "think-tags": "tags cut anywhere, never closed, never opened, or only quoted",
    "vllm-chat": "the same piece under two keys; no count of reasoning tokens",
    "xai-chat": "reasoning counted beside the output; cost in ticks",
    "xai-responses": "a summary, and the thought itself encrypted",
    "zai-chat": "a role in every delta; no `finish_reason` until the end",
}


def write_table(passed: Mapping[str, bool], page: Path = PAGE) -> None:
    """Write the table into `page`; `passed` says of each recording whether it passed all its tests."""
    families = Counter(map(_family, passed))
    good = Counter(_family(name) for name, all_passed in passed.items() if all_passed)
    rows = ["| family | recordings | passed | what is special |", "| --- | ---: | ---: | --- |"]
    rows += [f"| {one} | {families[one]} | {good[one]} | {_SPECIAL.get(one, '')} |" for one in sorted(families)]
    rows.append(f"| **all** | **{families.total()}** | **{good.total()}** | |")
    before, _, rest = page.read_text().partition(_BEGIN)
    _, end, after = rest.partition(_END)
    if not end:
        raise ValueError(f"{page} has no place for the table")
    page.write_text(before + _BEGIN + "\n".join(rows) + "\n" + end + after)


def _family(name: str) -> str:
    return name.partition("--")[0]
