from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from chatroom.providers.error_bodies import error_from_json, error_from_response, retry_after
from chatroom.providers.errors import ProviderError


def of(status: int, body: Any) -> ProviderError:
    return error_from_response(status, {}, body if isinstance(body, bytes) else json.dumps(body).encode())


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"error": {"message": "No such model.", "type": "invalid_request_error", "code": None}}, "No such model."),
        ({"error": "No such model.", "code": "invalid-argument"}, "No such model."),
        ({"detail": "No such model."}, "No such model."),
        ({"detail": [{"msg": "No such model."}, {"msg": "Nor this."}]}, "No such model.; Nor this."),
        ({"object": "error", "message": {"detail": [{"msg": "No such model."}]}}, "No such model."),
        ({"id": "x", "message": "No such model."}, "No such model."),
        ({"type": "error", "error": {"type": "not_found_error", "message": "No such model."}}, "No such model."),
        ([{"error": {"code": 404, "message": "No such model.", "status": "NOT_FOUND"}}], "No such model."),
        (b"No such\n  model.", "No such model."),
        ({}, "The provider rejected the request."),
        (b"", "The provider rejected the request."),
    ],
)
def test_every_shape_gives_its_message(body: Any, message: str) -> None:
    error = of(404, body)
    assert (error.kind, error.message, error.status, error.retryable) == ("rejected", message, 404, False)


@pytest.mark.parametrize(
    ("status", "body", "kind", "retryable"),
    [
        (400, {"error": {"message": "x", "code": "unsupported_value"}}, "rejected", False),
        (400, {"code": "invalid-argument", "error": "Incorrect API key provided: ab***yz."}, "authentication", False),
        (400, {"error": {"message": "x", "status": "INVALID_ARGUMENT", "code": 400}}, "rejected", False),
        (400, {"error": {"message": "API key not valid.", "status": "INVALID_ARGUMENT"}}, "authentication", False),
        (400, {"error": {"message": "Expired.", "details": [{"reason": "API_KEY_INVALID"}]}}, "authentication", False),
        (400, {"error": {"message": "x", "code": "content_filter"}}, "moderated", False),
        (401, {"detail": "Invalid API Key"}, "authentication", False),
        (402, {"error": {"message": "x", "code": 402}}, "credit", False),
        (403, {"error": {"message": "flagged", "metadata": {"reasons": ["violence"]}}}, "moderated", False),
        (403, {"error": {"message": "You have no permission."}}, "authentication", False),
        (403, {"error": {"message": "Country not supported."}}, "rejected", False),
        (403, {}, "authentication", False),
        (404, {"error": {"message": "x", "type": "invalid_request_error"}}, "rejected", False),
        (408, {}, "overloaded", True),
        (413, {}, "rejected", False),
        (422, {"detail": [{"msg": "x"}]}, "rejected", False),
        (429, {"error": {"message": "x", "code": 429}}, "rate_limited", True),
        (429, {"error": {"message": "x", "code": "insufficient_quota"}}, "credit", False),
        (499, {"error": {"message": "Cancelled.", "status": "CANCELLED"}}, "failed", True),
        (500, {"error": {"message": "x", "type": "server_error"}}, "overloaded", True),
        (502, b"<html>", "overloaded", True),
        (529, {"type": "error", "error": {"type": "overloaded_error"}}, "overloaded", True),
        (307, b"", "rejected", False),
    ],
)
def test_a_status_and_its_words_give_a_kind(status: int, body: Any, kind: str, retryable: bool) -> None:
    error = of(status, body)
    assert (error.kind, error.retryable) == (kind, retryable)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ({"error": {"code": 429, "message": "x"}}, "rate_limited"),
        ({"error": {"code": "502", "message": "x"}}, "overloaded"),
        ({"error": {"message": "x", "code": "tool_use_failed", "status_code": 400}}, "rejected"),
        ({"error": {"message": "x", "type": "overloaded_error"}}, "overloaded"),
        ({"error": {"message": "x", "code": "rate_limit_exceeded"}}, "rate_limited"),
        ({"error": {"message": "x", "code": "insufficient_quota"}}, "credit"),
        ({"error": {"message": "x", "type": "invalid_request_error"}}, "rejected"),
        ({"error": {"message": "x", "code": "content_filter"}}, "moderated"),
        ({"error": {"message": "x"}}, "failed"),
        ("x", "failed"),
        (None, "failed"),
    ],
)
def test_inside_a_stream_the_words_decide_and_there_is_no_status(error: Any, kind: str) -> None:
    told = error_from_json(error)
    assert (told.kind, told.status) == (kind, None)


def test_a_web_page_gives_one_clear_sentence() -> None:
    error = of(502, b"<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>")
    assert error.message == (
        "A web page came instead of an answer: 502 Bad Gateway. Something stands in front of the provider."
    )


def test_behind_openrouter_the_words_of_the_real_provider_are_shown() -> None:
    metadata = {"provider_name": "Google", "raw": "gemma is rate-limited. Retry shortly."}
    error = of(429, {"error": {"message": "Provider returned error", "code": 429, "metadata": metadata}})
    assert error.message == "Google: gemma is rate-limited. Retry shortly."
    metadata["raw"] = json.dumps({"error": {"message": "Too busy."}})
    error = of(429, {"error": {"message": "Provider returned error", "code": 429, "metadata": metadata}})
    assert error.message == "Google: Too busy."


def test_the_reasons_of_a_moderation_are_shown_and_the_flagged_words_are_not() -> None:
    metadata = {"reasons": ["violence", "hate"], "flagged_input": "abc"}
    error = of(403, {"error": {"message": "Input was flagged", "metadata": metadata}})
    assert error.message == "Input was flagged (violence, hate)"


@pytest.mark.parametrize(
    "secret",
    [
        "sk-proj-abcDEF123456",
        "sk-or-v1-0123456789abcdef",
        "sk-abc***********xyz",
        "ab***yz",
        "gsk_abcdefgh12345678",
        "xai-abcdefgh12345678",
        "AIzaSyA1234567890abcdefg",
        "Bearer abcdef.ghi",
        "user_2abcDEFghiJKL",
        "org-AbCdEf123456",
        "org_01hxyzabcdef",
        "someone@example.com",
    ],
)
def test_keys_accounts_and_organisations_are_not_shown(secret: str) -> None:
    error = of(429, {"error": {"message": f"Limit reached for {secret} on tokens per min."}, "user_id": secret})
    assert error.message == "Limit reached for … on tokens per min."


def test_a_key_without_a_known_look_is_not_shown_where_it_is_said_to_be_one() -> None:
    error = of(404, {"error": {"message": "Wrong project for API key: hunter2hunter2"}})
    assert "hunter2" not in error.message


def test_nothing_is_quoted_of_a_refused_key() -> None:
    error = of(401, {"error": {"message": "Incorrect key hunter2. Find yours at https://example.com."}})
    assert error.message == "The provider does not accept the API key, or was given none."


@pytest.mark.parametrize(
    "message",
    [
        "The model `gpt-5.2-proo` does not exist or you do not have access to it.",
        "Unsupported value: 'messages[0].role' does not support 'developer' with this model.",
        "This model's maximum context length is 1048565 tokens. However, you requested 1250025 tokens.",
        "deepseek/deepseek-r1-0528-qwen3-8b:free is temporarily rate-limited upstream.",
        "parameters for tool get_something_by_name did not match schema: errors: [missing properties: 'name']",
        "Organization-wide limits apply to the team; user-defined ones too.",
        "hf-inference wants a key-value pair.",
    ],
)
def test_what_is_no_secret_stays_as_it_was_written(message: str) -> None:
    assert of(404, {"error": {"message": message}}).message == message


def test_a_message_is_bounded() -> None:
    assert len(of(400, {"error": {"message": "word " * 100_000}}).message) < 700


def test_retry_after_is_seconds_or_a_date() -> None:
    assert retry_after({"retry-after": "7"}) == 7
    assert retry_after({"retry-after": "0.5"}) == 0.5
    assert retry_after({"retry-after": "-3"}) == 0
    assert retry_after({"retry-after": "soon"}) is None
    assert retry_after({}) is None
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    assert 85 < (retry_after({"retry-after": date}) or 0) <= 90
    assert retry_after({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}) == 0


def test_an_answer_carries_its_retry_after() -> None:
    assert error_from_response(429, {"retry-after": "7"}, b"{}").retry_after == 7
