"""Reasoning that comes inside the answer: `<think>…</think>` at its start.

Servers that run no reasoning parser send it so (Together, Groq with `reasoning_format: raw`), and
`<thought>` is what Gemini writes on its OpenAI-compatible address. Four rules:

- Only at the start: a tag later in the answer is text that somebody quotes.
- The tags go; every other character stays, in order. White space before the opening tag belongs to
  the reasoning, white space after the closing tag to the answer.
- A pair with nothing but white space in it (what a hybrid model writes when told not to think) is
  no reasoning, and its white space begins the answer.
- Some chat templates (DeepSeek-R1, Qwen 3.5) put the opening tag into the prompt, so that only the
  closing one comes back (docs.vllm.ai, qwen3_reasoning_parser). What had passed for an answer until
  then was reasoning, and `ContentWasReasoning` says so. It must be the first such tag, without an
  opening one before it, at the start or the end of a line, and not inside code.

An unclosed tag makes everything reasoning.
"""

from __future__ import annotations

from typing import TypeAlias

from chatroom.providers.events import ContentDelta, ContentWasReasoning, ReasoningDelta

Split: TypeAlias = ReasoningDelta | ContentDelta | ContentWasReasoning

_CLOSING = {"<think>": "</think>", "<thought>": "</thought>"}
_BARE = "</think>"

#: A run of white space longer than this is not kept waiting for what follows it.
_MAX_BLANK = 1024

#: Thought that had no opening tag is shorter than this, in characters.
_MAX_THOUGHT = 1_000_000


class ThinkTagSplitter:
    """Splits the content of one reply. Cut it anywhere: the pieces join to the same two texts.

    Holds back no more than a piece of a tag and a run of white space, so no word comes late.
    """

    def __init__(self) -> None:
        self._held = ""  # too short yet to say what it is
        self._closing = ""  # the tag that ends the reasoning, once it has begun
        self._shown = False  # whether any of the reasoning has been given away
        self._answering = False
        # The answer so far, while a bare closing tag could still make reasoning of it.
        self._said: list[str] | None = []
        self._length = 0

    def feed(self, text: str) -> list[Split]:
        """Take a piece of content, return what is known to be reasoning or answer."""
        if text and not self._held and "<" not in text:  # nearly always
            if self._answering:
                self._say(text)
                return [ContentDelta(text)]
            if self._shown:
                return [ReasoningDelta(text)]
        if self._answering:
            if self._said is None:
                return [ContentDelta(text)] if text else []
            return self._look_for_bare_tag(text)
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
            self._said = None
            text = blank + body.removeprefix(opening)
        return self._reason(text)

    def release(self) -> list[Split]:
        """Give up what is held: something else comes next, or nothing more does."""
        held, self._held = self._held, ""
        if not held:
            return []
        if self._answering:
            return self._bare_tag() if held == _BARE and self._was_thought("\n") else [ContentDelta(held)]
        if not self._closing:
            self._answering = True
            return [ContentDelta(held)]
        self._shown = True
        return [ReasoningDelta(held)]

    def has_opened(self) -> None:
        """Say that reasoning has come by another way: no tag is missing here."""
        self._said = None

    def _reason(self, text: str) -> list[Split]:
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

    def _answer(self, text: str) -> list[Split]:
        self._answering = True
        return self.feed(text)

    def _look_for_bare_tag(self, text: str) -> list[Split]:
        text = self._held + text
        self._held = ""
        before, tag, after = text.partition(_BARE)
        if not tag:
            sure = len(text) - _overlap(text, _BARE)
            self._held = text[sure:]
            text = text[:sure]
            self._say(text)
            return [ContentDelta(text)] if text else []
        self._say(before)
        split: list[Split] = [ContentDelta(before)] if before else []
        if not after and not self._ends_line():
            self._held = _BARE  # what follows decides
            return split
        if self._was_thought(after[:1]):
            return [*split, *self._bare_tag(), *([ContentDelta(after)] if after else [])]
        self._said = None
        return [ContentDelta(text)]

    def _say(self, text: str) -> None:
        if self._said is None or not text:
            return
        self._said.append(text)
        self._length += len(text)
        if self._length > _MAX_THOUGHT:
            self._said = None

    def _ends_line(self) -> bool:
        return self._said is not None and (not self._said or self._said[-1].endswith("\n"))

    def _was_thought(self, following: str) -> bool:
        """Return whether all that was said until the closing tag, before `following`, was reasoning."""
        if self._said is None or not (self._ends_line() or (following and following in "\r\n")):
            return False
        said = "".join(self._said)
        fenced = sum(line.lstrip().startswith("```") for line in said.split("\n")) % 2
        return not fenced and not said.endswith("`") and not any(tag in said for tag in _CLOSING)

    def _bare_tag(self) -> list[Split]:
        blank = not "".join(self._said or ()).strip()
        self._said = None
        return [] if blank else [ContentWasReasoning()]


def _overlap(text: str, tag: str) -> int:
    """Return how many characters at the end of `text` may be the beginning of `tag`."""
    return next((n for n in range(min(len(tag) - 1, len(text)), 0, -1) if text.endswith(tag[:n])), 0)
