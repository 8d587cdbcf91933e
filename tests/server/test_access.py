"""Alice owns, Bob reviews, Charlie is a stranger: to him her rooms are empty."""

from __future__ import annotations

import re

import httpx
import pytest

from tests.support.provider import ScriptedProvider
from tests.support.room import Room, until


def begin(client: httpx.Client, calls: ScriptedProvider, prompt: str = "Hello") -> str:
    """Begin a conversation that is answered; its address."""
    answer = client.post("/begin/", data={"prompt": prompt, "lane-0-model": "played/scripted"}, follow_redirects=False)
    assert answer.status_code == 302, answer.text
    calls.next_call().answer("private thought", "private answer")
    return answer.headers["Location"]


def finished(room: Room, run: int) -> bool:
    return bool(room.rows("SELECT 1 FROM conversations_run WHERE id = ? AND ended_at IS NOT NULL", run))


def ids(client: httpx.Client, address: str) -> tuple[int, int, int, int]:
    """Conversation, run, prompt and reply on a page with one turn."""
    page = client.get(address).text
    found = [re.search(pattern, page) for pattern in (r"/c/(\d+)/ask", r'data-run="(\d+)"', r'id="prompt-(\d+)"')]
    conversation, run, prompt = (int(match.group(1)) for match in found if match)
    return conversation, run, prompt, prompt + 1


def test_a_stranger_gets_404_everywhere(
    alice: httpx.Client, charlie: httpx.Client, calls: ScriptedProvider, room: Room
) -> None:
    address = begin(alice, calls)
    conversation, run, prompt, reply = ids(alice, address)
    until(lambda: finished(room, run), "the run ends")
    reads = [address, f"/m/{prompt}/text/", f"/m/{reply}/text/", f"/m/{prompt}/edit/", f"/m/{prompt}/prompt/"]
    writes = [
        f"/c/{conversation}/ask/", f"/c/{conversation}/stop/", f"/c/{conversation}/title/", f"/c/{conversation}/pin/",
        f"/c/{conversation}/delete/", f"/m/{prompt}/edited/", f"/m/{prompt}/select/", f"/m/{reply}/choose/",
        f"/runs/{run}/stop/", f"/runs/{run}/retry/", f"/runs/{run}/continue/",
    ]  # fmt: skip
    for path in reads:
        assert alice.get(path).status_code == 200, path
        answer = charlie.get(path)
        assert answer.status_code == 404, path
        assert "private" not in answer.text
    for path in writes:
        assert charlie.post(path, data={"prompt": "x", "title": "x"}).status_code == 404, path
    assert alice.get(address).status_code == 200
    assert "private" not in charlie.get("/rail/?q=Hello").text


def test_who_is_not_signed_in_is_asked_to(room: Room) -> None:
    for path in ("/", "/c/1/", "/rail/", "/m/1/text/"):
        answer = httpx.get(room.url + path, follow_redirects=False)
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith("/accounts/login/")


def test_a_command_without_a_token_is_refused(alice: httpx.Client) -> None:
    del alice.headers["X-CSRFToken"]
    answer = alice.post("/begin/", data={"prompt": "x", "lane-0-model": "played/scripted"})
    assert answer.status_code == 403
    assert "out of date" in answer.text


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"prompt": "", "lane-0-model": "played/scripted"}, "Write something first."),
        ({"prompt": " \n ", "lane-0-model": "played/scripted"}, "Write something first."),
        ({"prompt": "x"}, "Choose a model first."),
        ({"prompt": "x", "lane-0-model": "played/gone"}, "is not there now"),
        ({"prompt": "x", "lane-0-model": "played/scripted", "lane-0-budget": "-3"}, "at least 1"),
        ({"prompt": "x", "lane-0-model": "played/scripted", "lane-0-budget": "many"}, "whole number"),
        ({"prompt": "x" * 400_001, "lane-0-model": "played/scripted"}, "longer than 400,000 characters"),
        ({"prompt": "x", **{f"lane-{n}-model": "played/scripted" for n in range(7)}}, "At most 6 models"),
    ],
)
def test_bad_input_gets_a_clear_sentence(alice: httpx.Client, form: dict[str, str], sentence: str) -> None:
    answer = alice.post("/begin/", data=form)
    assert answer.status_code == 422
    assert sentence in answer.text


def test_a_form_that_arrives_twice_counts_once(alice: httpx.Client, calls: ScriptedProvider, room: Room) -> None:
    form = {"prompt": "Twice", "lane-0-model": "played/scripted", "form_key": "5f4bd0a5-4d5f-4a4b-9d53-1d6f1c2f3a44"}
    addresses = {alice.post("/begin/", data=form, follow_redirects=False).headers["Location"] for _ in range(2)}
    assert len(addresses) == 1
    calls.next_call().answer("", "Once")
    conversation, run, _, _ = ids(alice, addresses.pop())
    until(lambda: finished(room, run), "the run ends")
    form["form_key"] = "5f4bd0a5-4d5f-4a4b-9d53-1d6f1c2f3a45"
    for _ in range(2):
        assert alice.post(f"/c/{conversation}/ask/", data=form).status_code == 200
    calls.next_call().finish()
    assert (
        room.rows("SELECT count(*) AS n FROM conversations_message WHERE conversation_id = ?", conversation)[0]["n"]
        == 4
    )


def test_a_further_prompt_waits_for_the_reply(alice: httpx.Client, calls: ScriptedProvider) -> None:
    form = {"prompt": "One", "lane-0-model": "played/scripted"}
    address = alice.post("/begin/", data=form, follow_redirects=False).headers["Location"]
    call = calls.next_call()
    answer = alice.post(f"{address}ask/", data=form)
    assert answer.status_code == 409
    assert "still going on" in answer.text
    call.finish()


def test_no_key_and_no_private_text_reach_the_log_or_a_page(
    alice: httpx.Client, calls: ScriptedProvider, room: Room
) -> None:
    address = begin(alice, calls, "Keep this secret-prompt-word to yourself")
    form = {"prompt": "again secret-prompt-word", "lane-0-model": "played/scripted"}
    _, run, _, _ = ids(alice, address)
    until(lambda: finished(room, run), "the run ends")
    alice.post(f"{address}ask/", data=form)
    calls.next_call().raw(b'data: {"error": {"message": "bad key sk-test-key-1234567890 of org-abc", "code": 401}}\n\n')
    until(lambda: "does not accept the API key" in alice.get(address).text, "the error is shown")
    page = alice.get(address).text
    assert "sk-test-key" not in page
    log = "".join(room.output)
    for secret in ("sk-test-key", "secret-prompt-word", "private answer", "private thought"):
        assert secret not in log
    assert "sk-test-key" not in room.manage("providers")


def test_the_link_on_the_terminal_signs_in_once(room: Room) -> None:
    link = room.sign_in_link()
    with httpx.Client(follow_redirects=True) as first:
        assert first.get(link).url.path == "/"
        assert first.get(link).url.path == "/"  # who is in already is brought home
    with httpx.Client(follow_redirects=True) as second:
        assert second.get(link).status_code == 410


def test_an_administrator_makes_accounts_in_the_admin(room: Room) -> None:
    with httpx.Client(base_url=room.url, follow_redirects=True) as owner:
        room.manage("shell", "-v", "0", "-c", MAKE_ADMIN)
        owner.get("/accounts/login/")
        token = owner.cookies["csrftoken"]
        owner.post(
            "/accounts/login/", data={"login": "ada", "password": "enigma-17-machine", "csrfmiddlewaretoken": token}
        )
        page = owner.get("/admin/accounts/user/add/")
        assert page.status_code == 200
        form = {
            "username": "fiona", "password1": "a-long-word-9", "password2": "a-long-word-9",
            "usable_password": "true", "csrfmiddlewaretoken": owner.cookies["csrftoken"],
        }  # fmt: skip
        assert owner.post("/admin/accounts/user/add/", data=form).url.path.endswith("/change/")
    with httpx.Client(base_url=room.url, follow_redirects=True) as fiona:
        fiona.get("/accounts/login/")
        form = {"login": "fiona", "password": "a-long-word-9", "csrfmiddlewaretoken": fiona.cookies["csrftoken"]}
        assert fiona.post("/accounts/login/", data=form).url.path == "/"


MAKE_ADMIN = """
from chatroom.accounts.models import User
User.objects.create_superuser("ada", password="enigma-17-machine")
"""


def test_nobody_signs_up_by_themselves(room: Room) -> None:
    assert "sign up" in httpx.get(f"{room.url}/accounts/signup/").text.lower()
    assert 'name="password1"' not in httpx.get(f"{room.url}/accounts/signup/").text


def test_the_page_may_run_and_load_only_what_is_ours(alice: httpx.Client) -> None:
    policy = alice.get("/").headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "<script>" not in alice.get("/").text
    assert " style=" not in alice.get("/").text


def test_alive_and_ready(room: Room) -> None:
    assert httpx.get(f"{room.url}/healthz").text == "alive\n"
    assert httpx.get(f"{room.url}/readyz").text == "database: ok\nmigrations: ok\nwriter: ok\n"
