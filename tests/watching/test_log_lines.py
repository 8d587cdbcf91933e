"""What a line of the log holds, in both forms."""

from __future__ import annotations

import asyncio
import json
import logging
import re
from types import SimpleNamespace
from typing import Any

import pytest

from chatroom.conversations.threads import DatabaseThreads
from chatroom.watching import logs
from chatroom.watching.logs import Discreet, HumanLines, JsonLines

SECRET = "planted wombat"


def record(
    name: str, message: str, *args: object, error: BaseException | None = None, **more: Any
) -> logging.LogRecord:
    info = (type(error), error, error.__traceback__) if error else None
    made = logging.LogRecord(name, logging.ERROR, __file__, 1, message, args, info)  # type: ignore[arg-type]
    made.__dict__.update(more)
    return made


def as_json(made: logging.LogRecord) -> dict[str, Any]:
    line = JsonLines().format(made)
    assert "\n" not in line
    read: dict[str, Any] = json.loads(line)
    return read


def test_a_line_for_programs() -> None:
    read = as_json(
        record("chatroom.x", "Run %d could not be stored", 7, error=ValueError(SECRET), run=7, request=SECRET)
    )
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", read.pop("time"))
    assert read.pop("worker")
    assert read == {
        "level": "ERROR",
        "logger": "chatroom.x",
        "message": "Run 7 could not be stored",
        "run": 7,
        "exception": "ValueError",
    }


def test_a_line_for_people() -> None:
    line = HumanLines().format(record("chatroom.x", "Something", error=ValueError(SECRET), run=7, conversation=3))
    first, *rest = line.splitlines()
    assert first.endswith("ERROR chatroom.x: Something [run 7 conversation 3]")
    assert rest == ["ValueError"]


@pytest.mark.parametrize("form", [JsonLines(), HumanLines()])
def test_no_words_of_errors_in_any_place(form: Discreet) -> None:
    wombat = ValueError(SECRET)
    for made in (
        record("chatroom.x", "It failed: %s", wombat),
        record("chatroom.x", "It failed: %(why)s", {"why": wombat}),
        record("daphne.server", "Exception inside application: %s", wombat, error=wombat),
        record("daphne", f"Traceback (most recent call last):\n  boom\nValueError: {SECRET}"),
        record("asyncio", f"Exception in callback f({SECRET!r})\nhandle: <Handle f({SECRET!r})>", error=wombat),
        record("psycopg.pool", "error connecting in %r: %s", "pool-1", wombat),
        record("x", wombat),  # type: ignore[arg-type]
        record("chatroom.x", "Again", error=wombat, exc_text=SECRET, stack_info=SECRET),
    ):
        before = dict(made.__dict__)
        assert SECRET not in form.format(made)
        assert made.__dict__ == before, "the record is for others, too"


def test_a_developer_is_told_all() -> None:
    assert SECRET in HumanLines(tell_all=True).format(record("chatroom.x", "It failed", error=ValueError(SECRET)))


def test_a_request_is_told_by_the_pattern_of_its_address() -> None:
    match = SimpleNamespace(route="sign-in/<str:token>/", kwargs={"token": SECRET, "run_id": 12})
    request = SimpleNamespace(path=f"/sign-in/{SECRET}/", resolver_match=match)
    made = record("django.request", "%s: %s", "Internal Server Error", request.path, request=request)
    read = as_json(made)
    assert read["message"] == "Internal Server Error: /sign-in/<str:token>/"
    assert read["run"] == 12


def test_a_strangers_doing_is_one_line() -> None:
    assert "exception" not in as_json(
        record("django.security.DisallowedHost", "Invalid host", error=ValueError(SECRET))
    )


def test_what_a_line_is_about_goes_along_into_tasks_and_threads() -> None:
    async def live() -> list[object]:
        logs.about.set({"run": 5, "conversation": 2})
        made = lambda: as_json(record("chatroom.providers.provider", "lab broke off")).get("run")  # noqa: E731
        in_a_task = await asyncio.create_task(asyncio.to_thread(made))
        return [made(), in_a_task, await DatabaseThreads("test", 1).run(made)]

    assert asyncio.run(live()) == [5, 5, 5]
    assert "run" not in as_json(record("chatroom.x", "Nothing"))


def test_words_on_a_terminal_and_json_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    def chosen(form: str, terminal: bool) -> object:
        monkeypatch.setattr("sys.stderr.isatty", lambda: terminal, raising=False)
        return logs.configuration(form, logging.INFO, tell_all=False)["handlers"]["stderr"]["formatter"]

    assert [chosen("", True), chosen("", False), chosen("json", True), chosen("text", False)] == [
        "text",
        "json",
        "json",
        "text",
    ]
