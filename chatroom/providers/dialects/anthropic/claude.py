"""What each Claude wants to be told, by its name: a table of facts about the wire.

From platform.claude.com: "Troubleshooting thinking" (which `thinking.type` a model rejects, and its
default), "Effort" (who knows which word), "Thinking" (the default of `display`), "Preserved thinking",
and the pages of the models (the most that each writes). `model_names` knows what a model can do at
all; this is how it is said here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from chatroom.providers.request import Effort


@dataclass(frozen=True, slots=True)
class Facts:
    """How one model is asked.

    `thinks`: by a budget of tokens, or adaptively: as much as it sees fit, at an effort. `most`: the tokens
    that it may be allowed to write, thought included. `efforts`: the words that `output_config.effort` takes.
    `off`: the type of thinking that switches it off, None where it is always on. `display`: whether its
    thought is shown unless told otherwise, None where there is no telling. `binds`: a thought that is sent
    back must follow the very conversation that it followed first. `unasked`: thinking is asked for where
    the person has left it open, so that there is something to see.
    """

    thinks: Literal["never", "budget", "adaptive"]
    most: int
    efforts: tuple[Effort, ...] = ()
    off: Literal["disabled", "between_tools"] | None = "disabled"
    display: Literal["summarized", "omitted"] | None = "summarized"
    binds: bool = False
    unasked: bool = True


_UP_TO_HIGH: tuple[Effort, ...] = ("low", "medium", "high")
_ALL: tuple[Effort, ...] = (*_UP_TO_HIGH, "xhigh", "max")
_BUT_XHIGH: tuple[Effort, ...] = (*_UP_TO_HIGH, "max")


def _newer(
    off: Literal["disabled", "between_tools"] | None, *, binds: bool = False, efforts: tuple[Effort, ...] = _ALL
) -> Facts:
    return Facts("adaptive", 128_000, efforts, off, "omitted", binds)


#: The first pattern that matches the name of a Claude (lower case, hyphens for dots) speaks for it.
_FAMILIES: tuple[tuple[re.Pattern[str], Facts], ...] = tuple(
    (re.compile(pattern), facts)
    for pattern, facts in (
        (r"claude-(instant|[12]\b|3(?!-7))", Facts("never", 4096)),
        # Until 4.1 a request is refused whose `max_tokens` and prompt together exceed the window.
        (r"claude-3-7", Facts("budget", 32_000, display=None)),
        (r"claude-([a-z]+-)?4(-[01])?(?!-?\d(?!\d))", Facts("budget", 32_000)),
        (r"opus-4-5(?!\d)|4-5-opus", Facts("budget", 64_000, _UP_TO_HIGH)),
        (r"4-5(?!\d)", Facts("budget", 64_000)),
        (r"4-6(?!\d)", Facts("adaptive", 128_000, _BUT_XHIGH)),
        (r"4-[7-9](?!\d)", _newer("disabled")),
        (r"mythos-preview", _newer(None, efforts=_BUT_XHIGH)),
        (r"(fable|mythos)-5(?!-\d(?!\d))", _newer(None)),
        (r"(opus|sonnet)-5(?!-\d(?!\d))", _newer("disabled")),
        (r"(fable|mythos|opus)-5-\d", _newer(None, binds=True)),
        (r"sonnet-5-5", _newer("between_tools", binds=True)),
        (r"haiku-5-5", _newer("disabled", binds=True)),
        # One that is not known yet is as the newest, and asked for no more than any has refused.
        (r"", Facts("adaptive", 64_000, _ALL, None, "omitted", binds=True)),
    )
)

# Other makers' models behind this API: Ollama, DeepSeek, Kimi, GLM. They think unasked, or not at all.
_OTHERS = Facts("budget", 32_000, display=None, unasked=False)


@lru_cache(maxsize=256)
def facts_of(model: str) -> Facts:
    """Return the facts about `model`. Its vendor, date and cloud may be in the name too."""
    name = re.sub(r"[.@:_]", "-", model.lower())
    if "claude" not in name:
        return _OTHERS
    return next(facts for pattern, facts in _FAMILIES if pattern.search(name))
