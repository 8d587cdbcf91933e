"""The way back, with the real room: signed reasoning goes to the model that made it, until its owner says otherwise."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.support.provider import Call, ScriptedProvider
from tests.support.room import Room, until

DETAIL = {"type": "reasoning.text", "format": "anthropic-claude-v1", "index": 0}
OVER = (
    "SELECT count(*) AS n FROM conversations_run r JOIN conversations_message m ON m.id = r.reply_id"
    " WHERE m.conversation_id = ? AND r.ended_at IS NOT NULL"
)


@dataclass
class Talk:
    """A conversation of Alice's, one prompt after the other."""

    alice: httpx.Client
    calls: ScriptedProvider
    room: Room
    address: str = ""
    asked: int = 0

    def ask(self, model: str = "scripted") -> Call:
        """Ask once all that was asked before is over; returns the model's side of the call."""
        if self.address:
            number = int(self.address.split("/")[2])
            until(lambda: self.room.rows(OVER, number)[0]["n"] == self.asked, "the replies are over")
        form = {"prompt": "And now?", "lane-0-model": f"played/{model}"}
        path = f"{self.address}ask/" if self.address else "/begin/"
        answer = self.alice.post(path, data=form, follow_redirects=False)
        self.address = answer.headers.get("Location", self.address)
        self.asked += 1
        return self.calls.next_call()

    def answered(self, call: Call, content: str = "Seven.", thought: str = "Hm", signature: str = "") -> dict[str, Any]:
        """Answer as OpenRouter's Claude does, and wait for the end; returns what then has to come back."""
        call.delta(reasoning=thought, reasoning_details=[{**DETAIL, "text": thought}])
        if signature:
            call.delta(reasoning="", reasoning_details=[{**DETAIL, "text": "", "signature": signature}])
        call.content(content)
        call.finish()
        number = int(self.address.split("/")[2])
        until(lambda: self.room.rows(OVER, number)[0]["n"] == self.asked, "the reply is over")
        return {**DETAIL, "text": thought, "signature": signature}

    def page(self, **query: str) -> str:
        """What will be sent."""
        return self.alice.get(f"{self.address}sent/", params=query).text

    def choose(self, choice: str) -> None:
        """Settle what of the first reply's reasoning goes along."""
        reply = re.findall(r'data-told="(\d+)"', self.page())[0]
        self.alice.post(f"/m/{reply}/reasoning-back/", data={"reasoning_back": choice}).raise_for_status()


@pytest.fixture
def talk(room: Room, calls: ScriptedProvider) -> Iterator[Talk]:
    with closing(room.signed_in("alice")) as client:
        yield Talk(client, calls, room)


def sent_back(call: Call) -> list[object]:
    """The reasoning in the assistant messages of a request, which is then over."""
    call.finish()
    return [message.get("reasoning_details") for message in call.body["messages"] if message["role"] == "assistant"]


def test_signed_reasoning_goes_to_its_own_model_until_its_owner_says_never(talk: Talk) -> None:
    detail = talk.answered(talk.ask(), thought="3 + 4\u2028= 7", signature="EqQBCgIYAhIM==")
    assert sent_back(talk.ask("scripted")) == [[detail]]
    assert sent_back(talk.ask("second")) == [None]
    talk.choose("never")
    assert sent_back(talk.ask("scripted")) == [None]
    talk.choose("text")
    told = talk.ask("second")
    assert told.body["messages"][1]["content"] == "<reasoning>\n3 + 4\u2028= 7\n</reasoning>\n\nSeven."
    assert sent_back(told) == [None]
    talk.choose("")
    assert sent_back(talk.ask("scripted")) == [[detail]]


def test_the_page_says_what_goes_and_what_stays(talk: Talk) -> None:
    talk.answered(talk.ask(), signature="s")
    assert "1 sealed piece</span> Goes back as it came." in talk.page(**{"lane-0-model": "played/scripted"})
    both = talk.page(**{"lane-0-model": "played/scripted", "lane-1-model": "played/second"})
    assert both.count("data-sending") == 2
    assert "Stays: it goes back only to Scripted, which made it." in both
    gone = talk.alice.get(f"{talk.address}sent/", params={"lane-0-model": "played/gone"})
    assert gone.status_code == 422
    # This provider is sent back signed details and nothing else.
    talk.answered(talk.ask(), thought="Unsigned")
    assert "Stays: asked like this, Played is sent none of it." in talk.page()
    call = talk.ask()
    assert "the model is at work" in talk.page()
    call.finish()


def test_of_several_models_each_is_told_its_own_line(talk: Talk) -> None:
    form = {"prompt": "Both", "lane-0-model": "played/scripted", "lane-1-model": "played/second"}
    talk.address = talk.alice.post("/begin/", data=form, follow_redirects=False).headers["Location"]
    for _ in range(2):
        call = talk.calls.next_call()
        call.answer("", f"By {call.model}.")
    until(lambda: "at work" not in talk.page(), "the replies are over")
    _, one, two = talk.page().split("data-sending")
    assert ("By scripted." in one, "By second." in one) == (True, False)
    assert ("By scripted." in two, "By second." in two) == (False, True)


def test_what_was_sent_for_a_reply_or_with_a_prompt_can_be_looked_up(talk: Talk) -> None:
    talk.answered(talk.ask(), signature="s")
    talk.answered(talk.ask())
    page = talk.alice.get(talk.address).text
    for what in (r"/runs/\d+/sent/", r"/m/\d+/sent/"):
        first, second = dict.fromkeys(re.findall(what, page))
        assert "No earlier reply has any reasoning." in talk.alice.get(first).text
        assert "Goes back as it came." in talk.alice.get(second).text


def test_a_choice_leads_back_to_the_page_it_was_made_on_and_nowhere_else(talk: Talk) -> None:
    talk.answered(talk.ask(), signature="s")
    form = re.search(r'action="(/m/\d+/reasoning-back/)".*?name="back" value="([^"]*)"', talk.page(q="1"))
    assert form
    choice = {"reasoning_back": "never", "back": form[2]}
    again = talk.alice.post(form[1], data=choice, headers={"HX-Request": "true"})
    assert again.url.raw_path.decode() == f"{talk.address}sent/?q=1"
    assert "Stays, as you chose." in again.text
    assert "<html" not in again.text
    elsewhere = talk.alice.post(form[1], data=choice | {"back": "https://example.com/"}, follow_redirects=False)
    assert elsewhere.headers["Location"] == talk.address
    nowhere = talk.alice.post(form[1], data=choice | {"back": "nowhere"}, follow_redirects=False)
    assert nowhere.status_code == 302
    assert talk.alice.post(form[1], data={"reasoning_back": "always"}).status_code == 422


def test_a_prompt_has_no_reasoning_to_choose_for(talk: Talk) -> None:
    talk.answered(talk.ask())
    prompt = int(re.findall(r'id="prompt-(\d+)"', talk.alice.get(talk.address).text)[0])
    assert talk.alice.post(f"/m/{prompt}/reasoning-back/", data={"reasoning_back": "never"}).status_code == 409
    assert talk.alice.get(f"/m/{prompt + 1}/sent/").status_code == 404


def test_a_stranger_sees_and_changes_nothing_of_it(talk: Talk, room: Room) -> None:
    talk.answered(talk.ask(), signature="s")
    page = talk.alice.get(talk.address).text
    reads = [*re.findall(r"/runs/\d+/sent/", page), *re.findall(r"/m/\d+/sent/", page), f"{talk.address}sent/"]
    (choice,) = set(re.findall(r"/m/\d+/reasoning-back/", talk.page()))
    with closing(room.signed_in("charlie")) as charlie:
        assert {charlie.get(path).status_code for path in reads} == {404}
        assert charlie.post(choice, data={"reasoning_back": "never"}).status_code == 404
    assert "Goes back as it came." in talk.page()
