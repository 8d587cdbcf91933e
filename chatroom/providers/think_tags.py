"""Reasoning that comes inside the answer: `<think>…</think>` at its start.

Servers that run no reasoning parser send it so (Together, Groq with `reasoning_format: raw`), and
`<thought>` is what Gemini writes on its OpenAI-compatible address. Three rules:

- Only at the start: a tag later in the answer is text that somebody quotes.
- The tags go; every other character stays, in order. White space before the opening tag belongs to
  the reasoning, white space after the closing tag to the answer.
- A pair with nothing but white space in it (what a hybrid model writes when told not to think) is
  no reasoning, and its white space begins the answer.

An unclosed tag makes everything reasoning. Where the *opening* tag is missing (some chat templates
put it into the prompt) the reasoning cannot be told from an answer before it has been shown, so it
stays text, `</think>` and all.
"""

from __future__ import annotations

from chatroom.providers.events import ContentDelta, ReasoningDelta

_CLOSING = {"<think>": "</think>", "<thought>": "</thought>"}

#: A run of white space longer than this is not kept waiting for what follows it.
_MAX_BLANK = 1024


class ThinkTagSplitter:
    """Splits the content of one reply. Cut it anywhere: the pieces join to the same two texts.

    Holds back no more than a piece of a tag and a run of white space, so no word comes late.
    """

    def __init__(self) -> None:
        self._held = ""  # too short yet to say what it is
        self._closing = ""  # the tag that ends the reasoning, once it has begun
        self._shown = False  # whether any of the reasoning has been given away
        self._answering = False

    def feed(self, text: str) -> list[ReasoningDelta | ContentDelta]:
        """Take a piece of content, return what is known to be reasoning or answer."""
        if self._answering:
            return [ContentDelta(text)] if text else []
        text = self._held + text
        self._held = ""
        if not self._closing:
            body = text.lstrip()
            blank = text[: len(text) - len(body)]
            opening = next(filter(body.startswith, _CLOSING), None)
            if len(blank) > _MAX_BLANK:
                return self._answer(text)
            if opening is None:
                if not any(tag.startswith(body) for tag in _CLOSING):
                    return self._answer(text)
                self._held = text
                return []
            self._closing = _CLOSING[opening]
            text = blank + body.removeprefix(opening)
        return self._reason(text)

    def release(self) -> list[ReasoningDelta | ContentDelta]:
        """Give up what is held: something else comes next, or nothing more does."""
        held, self._held = self._held, ""
        if not held:
            return []
        if not self._closing:
            return self._answer(held)
        self._shown = True
        return [ReasoningDelta(held)]

    def _reason(self, text: str) -> list[ReasoningDelta | ContentDelta]:
        thought, closing, answer = text.partition(self._closing)
        if closing:
            if self._shown or thought.strip() or len(thought) > _MAX_BLANK:
                return [*([ReasoningDelta(thought)] if thought else []), *self._answer(answer)]
            return self._answer(thought + answer)
        sure = len(thought) - _overlap(thought, self._closing)
        if not self._shown and sure <= _MAX_BLANK and not thought[:sure].strip():
            sure = 0
        self._held = thought[sure:]
        if sure == 0:
            return []
        self._shown = True
        return [ReasoningDelta(thought[:sure])]

    def _answer(self, text: str) -> list[ReasoningDelta | ContentDelta]:
        self._answering = True
        return [ContentDelta(text)] if text else []


def _overlap(text: str, tag: str) -> int:
    """Return how many characters at the end of `text` may be the beginning of `tag`."""
    return next((n for n in range(min(len(tag) - 1, len(text)), 0, -1) if text.endswith(tag[:n])), 0)
