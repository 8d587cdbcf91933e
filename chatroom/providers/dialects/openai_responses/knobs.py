"""Reasoning settings → the `reasoning` object of a request, in the words that a host and its model know.

    {"effort", "summary"}                                   OpenAI, Azure
    {"effort"}                                              xAI, DeepSeek, LM Studio
    {"effort" or "max_tokens", "enabled", "summary"}        OpenRouter

What there is no word for is left out: OpenAI answers 400 to the whole object where the model does not
reason, xAI to an effort where its model has none.
"""

from __future__ import annotations

import re
from typing import Protocol

from chatroom.providers.dialects.base import Knobs
from chatroom.providers.dialects.efforts import effort_asked, nearest
from chatroom.providers.events import Json
from chatroom.providers.model_names import thinking_of
from chatroom.providers.request import EFFORTS, SUMMARIES, ReasoningSettings, Summary
from chatroom.providers.request import Effort as EffortWord


class Words(Protocol):
    """How one host is asked to reason."""

    def takes(self, model: str) -> Knobs:
        """Return the settings that there are words for."""
        ...

    def say(self, settings: ReasoningSettings, model: str) -> Json:
        """Return the `reasoning` object; an empty one is not sent."""
        ...


def reasons(model: str) -> bool:
    """Return whether `model` is known to reason."""
    return thinking_of(model).reasoning in ("always", "optional")


class OpenAI:
    """OpenAI keeps the thought and shows a summary on request, so it is requested, unless thought is not wanted.

    Organisations that are not verified are refused it; they can choose to go without. `concise` is in the
    documentation, and no model since o3 takes it.
    """

    _SUMMARIES: tuple[Summary, ...] = ("auto", "detailed")
    _UNSUMMARISED = re.compile(r"o1-pro|codex-spark")

    def takes(self, model: str) -> Knobs:
        """See `Words`."""
        thinking = thinking_of(model)
        if thinking.reasoning == "none":
            return Knobs()
        efforts = EFFORTS[:-1] if thinking.efforts is None else thinking.efforts
        return Knobs(efforts, exclude=True, summaries=() if self._UNSUMMARISED.search(model) else self._SUMMARIES)

    def say(self, settings: ReasoningSettings, model: str) -> Json:
        """See `Words`."""
        known = self.takes(model)
        wanted = effort_asked(settings)
        said: Json = {"effort": nearest(wanted, known.efforts)} if wanted and known.efforts else {}
        if known.summaries and not settings.exclude and wanted != "none" and (settings.summary or reasons(model)):
            said["summary"] = settings.summary if settings.summary in known.summaries else "auto"
        return said


class Effort:
    """An effort, where one is asked for: the nearest of those that are known."""

    def __init__(self, *known: EffortWord) -> None:
        self._known = known

    def takes(self, model: str) -> Knobs:
        """See `Words`."""
        return Knobs(self._known)

    def say(self, settings: ReasoningSettings, model: str) -> Json:
        """See `Words`."""
        wanted = effort_asked(settings)
        known = self.takes(model).efforts
        return {"effort": nearest(wanted, known)} if wanted and known else {}


class Grok(Effort):
    """An effort, for the few models that take one (docs.x.ai, Reasoning). A summary comes unasked."""

    _EFFORTS: tuple[tuple[re.Pattern[str], tuple[EffortWord, ...]], ...] = (
        (re.compile(r"grok-3-mini"), ("low", "high")),
        (re.compile(r"grok-4\.3"), ("none", "low", "medium", "high")),
        (re.compile(r"grok-4\.20-multi-agent"), ("low", "medium", "high", "xhigh")),
        (re.compile(r"grok-(4\.[5-9]|[5-9])"), ("low", "medium", "high")),
    )

    def takes(self, model: str) -> Knobs:
        """See `Words`."""
        return Knobs(next((efforts for pattern, efforts in self._EFFORTS if pattern.search(model)), ()))


class OpenRouter:
    """Thought comes unasked where a model shows it.

    Effort and budget exclude each other; the budget is more exact. There is no `exclude` here.
    """

    def takes(self, model: str) -> Knobs:
        """See `Words`."""
        return Knobs(EFFORTS, budget=True, summaries=SUMMARIES)

    def say(self, settings: ReasoningSettings, model: str) -> Json:
        """See `Words`."""
        said: Json = {}
        if settings.max_tokens is not None:
            said["max_tokens"] = settings.max_tokens
        elif settings.effort is not None:
            said["effort"] = settings.effort
        if settings.enabled is not None:
            said["enabled"] = settings.enabled
        if settings.summary is not None:
            said["summary"] = settings.summary
        return said


class Unknown:
    """What is asked for is said as it is, in OpenAI's words, and nothing else."""

    def takes(self, model: str) -> Knobs:
        """See `Words`."""
        return Knobs(EFFORTS, summaries=SUMMARIES)

    def say(self, settings: ReasoningSettings, model: str) -> Json:
        """See `Words`."""
        wanted = effort_asked(settings)
        said: Json = {"effort": wanted} if wanted else {}
        if settings.summary is not None:
            said["summary"] = settings.summary
        return said
