"""What a provider says when it fails, in every known shape → one ProviderError.

    {"error": {"message", "type", "code", …}}   OpenAI, DeepSeek, Groq, Azure, Ollama /v1; Anthropic; Gemini;
                                                OpenRouter, with an integer code and `metadata`
    {"error": "text", "code": "…"}              xAI (a wrong key is 400 there), Ollama
    {"detail": "text" or [{"msg"}]}             Mistral
    {"message": "text"}                         Cohere
    a web page, or plain text                   whatever stands in front of the provider

Messages may quote keys, accounts and organisations; they are cleaned before anyone sees them. Of a
refused key nothing is quoted at all.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from chatroom.providers.errors import ErrorKind, ProviderError
from chatroom.providers.events import Json
from chatroom.providers.loose_json import as_count, as_list, as_number, as_object, as_text, parse_json

_MAX_MESSAGE = 600

# What may stand in a message and belongs to somebody: keys (whole or masked), account ids, addresses.
_PRIVATE = re.compile(
    r"""(?xi)
      \b (?: (?: sk | pk | rk | xai | csk | pplx | nvapi ) - | (?: gsk | fw | tgp | hf ) _ ) [\w*.-]{5,}
    | \b AIza [\w*-]{8,}
    | \b Bearer \s+ \S+
    | (?<= key:\  ) \S+ | (?<= key\ provided:\  ) \S+
    | [\w-]* \*{3,} [\w-]*
    | \b (?: user | org | proj | acct | account | team ) [-_] (?: (?-i: (?= \w* [0-9A-Z] ) ) \w{6,} | \w{16,} ) [\w-]*
    | \b [\w.+-]+ @ [\w-]+ \. [\w.-]+ \b
    | \b [0-9a-fx]{8} (?: - [0-9a-fx]{4} ){3} - [0-9a-fx]{12} \b
    """
)

# Words in an error's code, type or status that say more than its HTTP status does.
_CREDIT = re.compile(r"insufficient_(?:quota|balance|credits?|funds)|billing|payment_required")
_MODERATION = re.compile(r"moderation|content_(?:filter|policy)|safety|flagged|guardrail")
_BAD_KEY = re.compile(r"api_key|unauthenticated|authentication|unauthorized")
# A stream has no status of its own left; there the words are all there is.
_STREAM_WORDS: tuple[tuple[re.Pattern[str], ErrorKind], ...] = (
    (_BAD_KEY, "authentication"),
    (re.compile(r"rate_limit|resource_exhausted|too_many_requests"), "rate_limited"),
    (re.compile(r"overloaded|unavailable|server_error|internal|timeout"), "overloaded"),
    (re.compile(r"invalid|not_found|unsupported|context_length|permission"), "rejected"),
)
# Nor do all hosts use a status that fits: these are sentences that come with 400 or 403.
_BAD_KEY_SENTENCE = re.compile(r"(?i)\b(?:incorrect|invalid|missing|wrong|bad) api[ _-]?key|api key not valid")
_NO_CREDIT_SENTENCE = re.compile(r"(?i)\bcredit balance is too low")  # Anthropic
_ABOUT_ACCESS = re.compile(r"(?i)\b(?:api[ _-]?key|auth\w*|credentials?|permissions?|token|forbidden|denied)\b")

_RETRYABLE: frozenset[ErrorKind] = frozenset({"rate_limited", "overloaded", "failed"})

_SENTENCES: dict[ErrorKind, str] = {
    "authentication": "The provider does not accept the API key, or was given none.",
    "credit": "The account at the provider has no credit left.",
    "rejected": "The provider rejected the request.",
    "moderated": "The provider refuses to answer this.",
    "rate_limited": "The provider asks for fewer requests.",
    "overloaded": "The provider cannot answer at the moment.",
    "failed": "The provider failed and does not say why.",
}


def error_from_response(status: int, headers: Mapping[str, str], body: bytes) -> ProviderError:
    """Return what an HTTP answer other than 200 means. `headers` ignore case."""
    text = body.decode("utf-8", "replace").strip()
    try:
        document = parse_json(text)
    except ValueError:
        document = {"message": text if "<" not in text else _web_page(status)}
    if 300 <= status < 400:
        document = {"message": f"The provider's address has moved ({status}). Check the base URL."}
    error = error_from_json(document, status=status)
    told = retry_after(headers)
    if told is not None:
        error.retry_after = told
    return error


def error_from_json(document: object, *, status: int | None = None) -> ProviderError:
    """Return what an error object means. `status` is that of the HTTP answer, None inside a stream."""
    error = _unwrap(document)
    metadata = as_object(error.get("metadata"))
    said = _message(error, metadata)
    kind = _kind(error, metadata, status, said)
    if kind == "authentication" or not said:
        said = _SENTENCES[kind]
    return ProviderError(
        kind, said, status=status, retryable=kind in _RETRYABLE, retry_after=_retry_delay(error.get("details"))
    )


def error_from_event(data: bytes) -> ProviderError:
    """Return what an event named `error` inside a stream means; its data may be text instead of JSON."""
    try:
        return error_from_json(parse_json(data))
    except ValueError:
        return error_from_json(data.decode("utf-8", "replace"))


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that an answer's headers ask to wait.

    OpenAI and Azure say it to the millisecond in `retry-after-ms`; Retry-After holds seconds or an HTTP date.
    """
    exact = as_number(headers.get("retry-after-ms"))
    if exact is not None:
        return max(0.0, exact / 1000)
    value = headers.get("retry-after", "").strip()
    seconds = as_number(value)
    if seconds is None:
        try:
            seconds = (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds()
        except (ValueError, TypeError, OverflowError):  # TypeError: a date without a zone
            return None
    return max(0.0, seconds)


def _retry_delay(details: object) -> float | None:
    """Return the seconds that a `google.rpc.RetryInfo` among an error's details asks to wait (`"48.9s"`)."""
    for detail in map(as_object, as_list(details)):
        if as_text(detail.get("@type")).endswith("google.rpc.RetryInfo"):
            seconds = as_number(as_text(detail.get("retryDelay")).removesuffix("s"))
            return None if seconds is None else max(0.0, seconds)
    return None


def _reasons(error: Json) -> list[str]:
    """Return the reasons in every `google.rpc.ErrorInfo` among an error's details (`"API_KEY_INVALID"`)."""
    return [as_text(detail.get("reason")) for detail in map(as_object, as_list(error.get("details")))]


def clean(text: str) -> str:
    """Return `text` on one line, of bounded length, without what belongs to an account."""
    text = " ".join(_PRIVATE.sub("…", text[: 4 * _MAX_MESSAGE]).split())
    return text if len(text) <= _MAX_MESSAGE else text[:_MAX_MESSAGE] + "…"


def _unwrap(document: object) -> Json:
    if isinstance(document, list):
        document = document[0] if document else None
    if isinstance(document, str):
        return {"message": document}
    outer = as_object(document)
    inner = outer.get("error")
    if isinstance(inner, dict):
        return inner
    if isinstance(inner, str):
        return {**outer, "message": inner}
    detail = as_object(outer.get("message")).get("detail") or outer.get("detail")
    if isinstance(detail, list):
        return {**outer, "message": "; ".join(as_text(as_object(one).get("msg")) for one in detail)}
    if isinstance(detail, str):
        return {**outer, "message": detail}
    return outer


def _message(error: Json, metadata: Json) -> str:
    """Return what the error says to a person, cleaned; "" where it says nothing."""
    said = as_text(error.get("message"))
    raw = as_text(metadata.get("raw"))
    if raw:  # OpenRouter: the words of the provider behind it
        try:
            upstream = as_text(_unwrap(parse_json(raw)).get("message"))
        except ValueError:
            upstream = raw
        host = as_text(metadata.get("provider_name"))
        if upstream and "<" not in upstream:
            said = f"{host}: {upstream}" if host else upstream
    reasons = [reason for reason in as_list(metadata.get("reasons")) if isinstance(reason, str)]
    if reasons:
        said = f"{said} ({', '.join(reasons)})"
    return clean(said)


def _kind(error: Json, metadata: Json, status: int | None, said: str) -> ErrorKind:
    words = " ".join(
        str(word)
        for word in (
            error.get("type"),
            error.get("code"),
            error.get("status"),
            metadata.get("error_type"),
            *_reasons(error),
        )
        if isinstance(word, str | int)
    )
    words = words.lower().replace("-", "_")
    if status is None:
        status = next(
            (code for key in ("status_code", "code", "status") if (code := _http_status(error.get(key)))),
            None,
        )
    if _CREDIT.search(words):
        return "credit"
    if metadata.get("reasons") or (_MODERATION.search(words) and (status is None or 400 <= status < 404)):
        return "moderated"
    if status is None:
        return next((kind for pattern, kind in _STREAM_WORDS if pattern.search(words)), "failed")
    return _kind_of_status(status, words, said)


def _kind_of_status(status: int, words: str, said: str) -> ErrorKind:
    match status:
        case 401:
            return "authentication"
        case 402:
            return "credit"
        case 429:
            return "rate_limited"
        case 400 if _BAD_KEY.search(words) or _BAD_KEY_SENTENCE.search(said):
            return "authentication"
        case 400 if _NO_CREDIT_SENTENCE.search(said):
            return "credit"
        case 403 if not said or _BAD_KEY.search(words) or _ABOUT_ACCESS.search(said):
            return "authentication"
        case 408:
            return "overloaded"
        case 499:  # Google's CANCELLED: nobody here did that
            return "failed"
        case _ if status >= 500:
            return "overloaded"
        case _ if status >= 300:
            return "rejected"
    return "failed"


def _http_status(code: object) -> int | None:
    number = as_count(int(code)) if isinstance(code, str) and code.isdecimal() else as_count(code)
    return number if number is not None and 400 <= number < 600 else None


def _web_page(status: int) -> str:
    try:
        phrase = f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        phrase = str(status)
    return f"A web page came instead of an answer: {phrase}. Something stands in front of the provider."
