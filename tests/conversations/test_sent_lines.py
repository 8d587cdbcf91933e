"""What a person is told of a model's history: every verdict in words that say why."""

from __future__ import annotations

from typing import Any

import pytest

from chatroom.conversations.context.history import Earlier, History, Step
from chatroom.conversations.context.reasoning_back import Inventory, Verdict
from chatroom.conversations.context.sent import Line, Sending, lines
from chatroom.conversations.forms import Asked
from chatroom.conversations.models import Message, Run, Status
from chatroom.providers.events import Provenance
from chatroom.providers.parts import Part, PartHead, PartKind
from chatroom.providers.provider import Provider

ASKED = Asked("p", "m", "Model")
READABLE = Inventory(answer=5, reasoning=1234, opaque=1, provenances=[Provenance.RAW])
SEALED = Inventory(answer=5, opaque=2, provenances=[Provenance.ENCRYPTED])


def told(verdict: Verdict, has: Inventory = READABLE, answer: str = "Well.", **run: Any) -> Line:
    fields = {"provider": "p", "model": "m", "label": "Model", "status": Status.COMPLETED} | run
    reply = Earlier(Message(), Run(**fields), has, verdict, answer)
    return lines(History((Step(Message(text="?"), "", (reply,)),)), ASKED, None)[1]


@pytest.mark.parametrize(
    ("verdict", "fields", "fate"),
    [
        (Verdict.VERBATIM, {}, "Goes back as it came."),
        (Verdict.TEXT, {}, "Goes as text, as you chose."),
        (Verdict.RESUMED, {}, "Goes as text, for the model to go on from."),
        (Verdict.NEVER, {}, "Stays, as you chose."),
        (Verdict.FOREIGN, {"model": "o", "label": "Other"}, "Stays: it goes back only to Other, which made it."),
        (Verdict.FOREIGN, {"provider": "elsewhere"}, "Stays: it goes back only to elsewhere, which made it."),
        (Verdict.BROKEN, {}, "Stays: the reply broke off before it was whole."),
        (Verdict.PIECED, {}, "Stays: the reply was made in several goes, and is sent as one."),
        (Verdict.NOTHING, {"has": SEALED}, "Stays: it is sealed, and only what can be read can go as text."),
        (
            Verdict.NOTHING,
            {"has": Inventory(), "reasoning_tokens": 1500},
            "Nothing to send: of 1,500 tokens of thought no text came.",
        ),
        (Verdict.NOTHING, {"has": Inventory()}, ""),
        (Verdict.LIVE, {"has": Inventory(), "status": Status.THINKING}, "Not known yet: the model is at work."),
    ],
)
def test_every_verdict_says_why(verdict: Verdict, fields: dict[str, Any], fate: str) -> None:
    line = told(verdict, **fields)
    assert line.fate == fate
    assert line.goes == fate.startswith("Goes")


def test_a_line_says_what_reasoning_there_is() -> None:
    assert told(Verdict.VERBATIM).has == "raw thought · 1,234 characters · 1 sealed piece"
    assert told(Verdict.VERBATIM, SEALED).has == "encrypted by the provider · 2 sealed pieces"
    assert told(Verdict.NOTHING, Inventory()).has == ""
    assert told(Verdict.NOTHING, Inventory(answer=5, tools=1)).has == "1 tool call, which stays"
    assert told(Verdict.NOTHING, Inventory(answer=5, tools=2)).has == "2 tool calls, which stay"


def test_a_line_says_what_was_said_in_its_first_words() -> None:
    assert told(Verdict.BROKEN, answer="").words == "(no answer)"
    assert told(Verdict.LIVE, answer="", status=Status.ANSWERING).words == "(at work)"
    assert told(Verdict.VERBATIM, answer="One\n\n  two").words == "One two"
    long = told(Verdict.VERBATIM, answer="word " * 100).words
    assert long.endswith("word…")
    assert len(long) <= 121


def test_a_thought_handed_over_and_what_the_room_says_are_told() -> None:
    beside, urge = lines(History((Step(Message(text="?"), "count them", ()),), urge="Go on."), ASKED, None)
    assert beside.fate == "With another model's reasoning beside it, 10 characters."
    assert (urge.who, urge.words) == ("The room, in your place", "Go on.")


def test_a_sending_counts_what_goes_along() -> None:
    has = [told(Verdict.VERBATIM), told(Verdict.NEVER), told(Verdict.NOTHING, Inventory())]
    sending = Sending("Model", has)
    assert (sending.going, sending.with_reasoning) == (1, 2)


@pytest.mark.parametrize(
    ("base_url", "goes"),
    [
        ("https://openrouter.ai/api/v1", True),
        # OpenAI's chat format has no word for reasoning.
        ("https://api.openai.com/v1", False),
    ],
)
def test_what_a_provider_has_no_word_for_is_said_to_stay(base_url: str, goes: bool) -> None:
    head = PartHead(0, PartKind.REASONING, Provenance.RAW)
    parts = (Part(head, "hm"), Part(PartHead(1, PartKind.CONTENT), "Well."))
    run = Run(provider="p", model="m", status=Status.COMPLETED)
    reply = Earlier(Message(), run, READABLE, Verdict.VERBATIM, "Well.", parts=parts)
    provider = Provider("p", "House", "openai-chat", base_url)
    line = lines(History((Step(Message(text="?"), "", (reply,)),)), ASKED, provider)[1]
    assert line.goes == goes
    assert (line.fate == "Stays: asked like this, House is sent none of it.") == (not goes)
