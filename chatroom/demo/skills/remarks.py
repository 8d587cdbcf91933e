"""Remarks that ask nothing, or ask who is there: thanks, greetings, doubts, "what are you?"."""

from __future__ import annotations

import re
from typing import NamedTuple

from chatroom.demo.skills.about import ADD_A_MODEL, CAN_DO, WHAT_I_AM
from chatroom.demo.skills.reading import only, plain
from chatroom.demo.skills.thought import Step, Thought, spelt_out

_MAX_REMARK = 80


class _Remark(NamedTuple):
    """A kind of remark: how it is recognised, what is thought about it, what is answered."""

    pattern: re.Pattern[str]
    thought: str
    answer: str


_GREETING = _Remark(
    re.compile(
        r"(?:hi|hello|hey|howdy|greetings|good (?:morning|afternoon|evening|day))(?: (?:there|all|demo|thinker|again))?"
        r"(?:[, ]+how are you.*)?|how are you(?: doing)?(?: today)?|what's up"
    ),
    "The user greets me. I greet back, and say plainly what I am, so that nobody takes me for more than that.",
    f"Hello! {WHAT_I_AM}\n\n{CAN_DO}",
)
_PRAISE = (
    "ok|okay|great|nice|cool|wow|perfect|good|awesome|amazing|excellent|super|fine|got it|i see|aha|thanks|thank|thx|"
    "ty|cheers|helpful|helps|helped|appreciated|love|interesting|impressive|makes sense|well done|haha|lol"
)
_THANKS = _Remark(
    re.compile(
        rf"(?=.*\b(?:{_PRAISE})\b)"
        + only(
            rf"{_PRAISE}|it|i|ah|oh|many|you|u|a|lot|so|much|very|again|for|that|the|your|help|is|was|that's|job|one|and"
        ).pattern
    ),
    "The user makes a remark and asks nothing. There is nothing to work out; a short and civil answer is enough.",
    "You are welcome. I am only a small program, but I am glad if that was of use. "
    "Ask me another small question whenever you like.",
)
_GOODBYE = _Remark(
    re.compile(r"(?:good ?bye|bye(?: bye)?|see you(?: later)?|good night|farewell)"),
    "The user says goodbye. So do I.",
    "Goodbye! The conversation stays here, with its thoughts, for when you come back.",
)
_DOUBT = _Remark(
    re.compile(
        r"are you (?:really |quite |absolutely )?(?:sure|certain)(?: about (?:that|this|it))?|really|"
        r"is (?:that|this|it) (?:really )?(?:right|true|correct)|can you (?:double[- ]?)?check(?: (?:that|this|it))?|"
        r"why|how so|how do you know(?: that)?"
    ),
    "The user doubts my last answer. I do not look back at it: I read each question by itself. What I can say honestly "
    "is how my answers come about, and how to have one checked.",
    "I work each question out by fixed rules, so I would say the same again; if it is wrong, I misread the question."
    "\n\nWith the reasoning effort set to *high* I check every result in another way. Ask the question again like "
    "that, and see in the thoughts whether both ways agree.",
)
_DISAGREEMENT = _Remark(
    re.compile(
        r"no|nope|wrong|incorrect|(?:no, )?(?:you're|you are|that's|that is|this is) (?:wrong|incorrect|false|"
        r"not (?:right|true|correct))|i (?:don't|do not) (?:think so|agree|believe (?:you|that|it))"
    ),
    "The user disagrees. I cannot be talked into another result, and should not pretend to be: what I compute does not "
    "change. But I may have misread the question.",
    "Then I may have misread you. I cannot argue, only work things out: please ask again in other words, and look in "
    "the thoughts at how I read the question.",
)
_MODEL = r"(?:model|api key|key|provider|openrouter|ollama)"
_WHO = _Remark(
    re.compile(
        r"(?:who|what) (?:are|r) (?:you|u)(?: exactly)?|help(?: me)?|how do you work|what(?:'s| is) your name|"
        r"are you (?:an? )?(?:real |large )?(?:ai|real|human|person|robot|bot|chatgpt|gpt|claude|gemini|llm|model|"
        r"language model|computer|program|machine)(?: or .*)?|introduce yourself|"
        r"what (?:can|do) you do|(?:what |how )?(?:can|could) you help(?: me)?(?: with)?|"
        r"what (?:questions )?can i ask(?: you)?|"
        r"(?:what|which) (?:kind of |ai |language )*model (?:are you|is this)|"
        r"what (?:is|are) (?:this|the demo|thinker|summariser|quiet)|"
        rf"how (?:do|can) i (?:add|use|get|connect|set up) (?:(?:a|another|real|an|my|your) )*{_MODEL}.*"
    ),
    "The user wants to know what I am, or what can be done here. The honest answer: a program with a few skills, which "
    "shows how thinking looks in this room.",
    f"{WHAT_I_AM}\n\n{CAN_DO}\n\n{ADD_A_MODEL}",
)
_REMARKS = (_GREETING, _DOUBT, _DISAGREEMENT, _GOODBYE, _WHO, _THANKS)


def work_out(question: str) -> Thought | None:
    """Answer a remark, if the question is nothing more."""
    text = " ".join(re.sub(r"[^\w\s',-]+", " ", plain(question).lower()).split()).strip(" ,-")
    if not text or len(text) > _MAX_REMARK:
        return None
    found = next((remark for remark in _REMARKS if remark.pattern.fullmatch(text)), None)
    if found is None:
        return None
    steps = (Step(found.thought), spelt_out("No need to make more of it than it is."))
    return Thought(steps, (f"**Reading the remark**\n\n{found.thought}",), found.answer)
