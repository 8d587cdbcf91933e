"""`GET {base}/models` as OpenAI answers it: names and little else. Others add what they know.

Facts come from OpenRouter (`supported_parameters`, `reasoning`, `pricing`; see its guide on models and
on reasoning tokens), Together, Groq, Mistral and vLLM.
"""

from __future__ import annotations

from chatroom.providers.events import Json
from chatroom.providers.listings.asking import Ask, below, rows
from chatroom.providers.listings.entry import Entry, named_for_chat
from chatroom.providers.loose_json import as_count, as_list, as_number, as_object, as_text
from chatroom.providers.request import EFFORTS, Effort

_TYPES_FOR_CHAT = ("chat", "language", "code", "model", "llm", "vlm", "text", "")

# OpenRouter and Together, Groq, Mistral, vLLM.
_LENGTH_KEYS = ("context_length", "context_window", "max_context_length", "max_model_len")


async def entries(base_url: str, ask: Ask) -> list[Entry]:
    """Return what the list says of each model that one can chat with."""
    document = await ask(below(base_url, "/models"))
    listed = {"data": document} if isinstance(document, list) else document  # bare: Together
    return [_entry(row) for row in rows(listed, "data") if _is_for_chat(row)]


def _is_for_chat(row: Json) -> bool:
    outputs = as_object(row.get("architecture")).get("output_modalities")
    if isinstance(outputs, list):  # OpenRouter
        return "text" in outputs and as_text(row.get("id")) != ""
    if as_object(row.get("capabilities")).get("completion_chat") is False:  # Mistral
        return False
    if as_text(row.get("type")) not in _TYPES_FOR_CHAT:  # Together
        return False
    return named_for_chat(as_text(row.get("id")))


def _entry(row: Json) -> Entry:
    pricing = as_object(row.get("pricing"))
    lengths = (as_count(row.get(key)) for key in _LENGTH_KEYS)
    facts = as_object(row.get("reasoning"))
    parameters = row.get("supported_parameters")
    reasons: bool | None = None
    efforts: tuple[Effort, ...] | None = None
    if isinstance(parameters, list):
        reasons = "reasoning" in parameters or "include_reasoning" in parameters
        supported = as_list(facts.get("supported_efforts"))
        efforts = tuple(effort for effort in EFFORTS if effort in supported) or None
        if efforts is None and "reasoning" not in parameters:
            efforts = ()
    return Entry(
        id=as_text(row.get("id")),
        name=as_text(row.get("name")),
        reasons=reasons,
        always=_told(facts.get("mandatory")),
        efforts=efforts,
        takes_budget=_told(facts.get("supports_max_tokens")),
        price_in=_price(pricing.get("prompt")),
        price_out=_price(pricing.get("completion")),
        context_length=next((length for length in lengths if length), None),
    )


def _told(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _price(value: object) -> float | None:
    price = as_number(value)
    return price if price is not None and price >= 0 else None  # OpenRouter: -1 for "it depends"
