"""Which models a provider has, and what each can do."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass

import httpx

from chatroom.providers.dialects import DIALECTS
from chatroom.providers.errors import ProviderError
from chatroom.providers.events import Json
from chatroom.providers.loose_json import as_count, as_list, as_number, as_object, as_text, parse_json
from chatroom.providers.model_names import Reasoning, Thinking, thinking_of
from chatroom.providers.provider import Provider, unreachable
from chatroom.providers.request import EFFORTS, Effort

#: Seconds for a whole list. OpenRouter's has more than half a megabyte.
_PATIENCE = 20.0

# Lists hold more than what one can chat with, and seldom say which is which.
_NOT_FOR_CHAT = re.compile(
    r"(?i)embed|whisper|tts|dall-e|imagen|-image|moderation|realtime|audio|transcribe|sora|davinci|babbage|rerank|ocr"
)
_TYPES_FOR_CHAT = ("chat", "language", "code", "model", "llm", "vlm", "text", "")

# Where a list says that a model reasons but not how hard: OpenRouter makes budgets of these for all.
_COMMON_EFFORTS: tuple[Effort, ...] = ("low", "medium", "high")


@dataclass(frozen=True, slots=True)
class Model:
    """A model as it can be chosen. None: not known.

    `reasoning` says whether the model thinks; `efforts` how hard it can be told to, lowest first
    (`none` among them: not at all); `takes_budget` whether it can be given a number of tokens instead.
    Prices are US dollars per token.
    """

    id: str
    name: str
    reasoning: Reasoning | None = None
    efforts: tuple[Effort, ...] = ()
    takes_budget: bool = False
    price_in: float | None = None
    price_out: float | None = None
    context_length: int | None = None


async def fetch_models(provider: Provider, client: httpx.AsyncClient) -> list[Model]:
    """Return the models of `provider`: those it is configured with, else those it lists, by id.

    Raises ProviderError where the list cannot be had.
    """
    if provider.models:
        return [_model({"id": name}) for name in provider.models]
    dialect = DIALECTS[provider.dialect]
    try:
        async with asyncio.timeout(_PATIENCE):
            answer = await client.get(provider.url("/models"), headers=dialect.headers(provider.api_key))
    except Exception as error:
        raise unreachable(provider, error) from error
    if not answer.is_success:
        raise dialect.error_from(answer.status_code, answer.headers, answer.content)
    return read_models(provider, answer.content)


def read_models(provider: Provider, body: bytes) -> list[Model]:
    """Return the models in a list as OpenAI or OpenRouter write it. Raises ProviderError (malformed)."""
    try:
        document = parse_json(body.decode("utf-8", "replace"))
    except ValueError:
        document = None
    listed = document if isinstance(document, list) else as_object(document).get("data", ())  # a list: Together
    if listed == () or not isinstance(listed, list | None):
        raise ProviderError("malformed", f"{provider.label} at {provider.address} sent no list of models.")
    models = {model.id: model for model in map(_model, filter(_is_for_chat, map(as_object, as_list(listed))))}
    return [models[name] for name in sorted(models)]


def _is_for_chat(entry: Json) -> bool:
    outputs = as_object(entry.get("architecture")).get("output_modalities")
    if isinstance(outputs, list):  # OpenRouter
        return "text" in outputs and as_text(entry.get("id")) != ""
    if as_object(entry.get("capabilities")).get("completion_chat") is False:  # Mistral
        return False
    if as_text(entry.get("type")) not in _TYPES_FOR_CHAT:  # Together
        return False
    name = as_text(entry.get("id"))
    return name != "" and not _NOT_FOR_CHAT.search(name)


def _model(entry: Json) -> Model:
    name = as_text(entry.get("id"))
    pricing = as_object(entry.get("pricing"))
    thinking = _thinking(name, entry)
    lengths = (as_count(entry.get(key)) for key in _LENGTH_KEYS)
    return Model(
        id=name,
        name=as_text(entry.get("name")) or name,
        reasoning=thinking.reasoning,
        efforts=thinking.efforts,
        takes_budget=thinking.takes_budget,
        price_in=_price(pricing.get("prompt")),
        price_out=_price(pricing.get("completion")),
        context_length=next((length for length in lengths if length), None),
    )


# OpenRouter and Together, Groq, Mistral, vLLM.
_LENGTH_KEYS = ("context_length", "context_window", "max_context_length", "max_model_len")


def _price(value: object) -> float | None:
    price = as_number(value)
    return price if price is not None and price >= 0 else None  # OpenRouter: -1 for "it depends"


def _thinking(name: str, entry: Json) -> Thinking:
    """Return what a list's entry says of reasoning, filled up with what the name tells."""
    by_name = thinking_of(name)
    parameters = entry.get("supported_parameters")
    if not isinstance(parameters, list):
        return by_name
    if "reasoning" not in parameters and "include_reasoning" not in parameters:
        return Thinking("none")
    facts = as_object(entry.get("reasoning"))
    by_name_reasoning = by_name.reasoning if by_name.reasoning != "none" else None
    mandatory = facts.get("mandatory")
    reasoning: Reasoning = (
        ("always" if mandatory else "optional") if isinstance(mandatory, bool) else by_name_reasoning or "optional"
    )
    supported = as_list(facts.get("supported_efforts"))
    efforts = tuple(effort for effort in EFFORTS if effort in supported) or by_name.efforts
    if not efforts and "reasoning" in parameters:
        efforts = _COMMON_EFFORTS
    if reasoning == "optional" and efforts and "none" not in efforts:
        efforts = ("none", *efforts)
    budget = facts.get("supports_max_tokens")
    return Thinking(reasoning, efforts, budget if isinstance(budget, bool) else by_name.takes_budget)
