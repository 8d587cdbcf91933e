"""What people send: a prompt, and which models it goes to with which settings."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django import forms
from django.conf import settings
from django.http import QueryDict

from chatroom.conversations.models import Run
from chatroom.conversations.offers.catalogue import Catalogue, Offer
from chatroom.conversations.refusals import BadInput
from chatroom.providers.request import EFFORTS, SUMMARIES, Effort, ReasoningSettings, Summary

MAX_LANES = 6
MAX_PROMPT = settings.PROMPT_CHARACTERS
MAX_BUDGET = 1_000_000
MAX_THOUGHT = 1_000_000


@dataclass(frozen=True, slots=True)
class Asked:
    """A model and how hard it is to think; `label` is its name for people."""

    provider: str
    model: str
    label: str
    effort: str = ""
    budget: int | None = None
    exclude: bool = False
    summary: str = ""

    @property
    def key(self) -> str:
        """What names the model in a form."""
        return f"{self.provider}/{self.model}"

    @property
    def reasoning(self) -> ReasoningSettings:
        """How hard to think, as a request says it."""
        effort: Effort | None = self.effort or None  # type: ignore[assignment]
        summary: Summary | None = self.summary or None  # type: ignore[assignment]
        return ReasoningSettings(effort=effort, max_tokens=self.budget, exclude=self.exclude, summary=summary)

    @classmethod
    def again(cls, run: Run) -> Asked:
        """The same as was asked before."""
        return cls(run.provider, run.model, run.label, run.effort, run.budget, run.exclude, run.summary)


class PromptForm(forms.Form):
    """What a person says, and a key that makes a form sent twice count once."""

    prompt = forms.CharField(
        strip=False,
        max_length=MAX_PROMPT,
        error_messages={
            "required": "Write something first.",
            "max_length": f"That is longer than {MAX_PROMPT:,} characters. Shorten it, or send it in pieces.",
        },
    )
    form_key = forms.UUIDField(required=False)

    def clean_prompt(self) -> str:
        """Blanks alone are nothing to answer; line ends come as browsers send them and are stored as LF."""
        prompt = str(self.cleaned_data["prompt"]).replace("\r\n", "\n")
        if not prompt.strip():
            raise forms.ValidationError("Write something first.")
        return prompt


class LaneForm(forms.Form):
    """One model in the composer."""

    model = forms.CharField(max_length=300)
    effort = forms.ChoiceField(required=False, choices=[("", ""), *((effort, effort) for effort in EFFORTS)])
    budget = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=MAX_BUDGET,
        error_messages={
            "min_value": "The budget of thought is a number of tokens, at least 1.",
            "max_value": f"The budget of thought is at most {MAX_BUDGET:,} tokens.",
            "invalid": "The budget of thought is a whole number of tokens.",
        },
    )
    exclude = forms.BooleanField(required=False)
    summary = forms.ChoiceField(required=False, choices=[("", ""), *((summary, summary) for summary in SUMMARIES)])


@dataclass(frozen=True, slots=True)
class SentThought:
    """A thought as a person hands it on; `seen` characters of it stood in the form before they edited it."""

    text: str
    seen: int | None
    compare: bool
    form_key: uuid.UUID | None


class ThoughtForm(forms.Form):
    """A thought to be handed on, and whether the model is to be asked without it as well."""

    thought = forms.CharField(
        strip=False,
        max_length=MAX_THOUGHT,
        error_messages={
            "required": "No reasoning is left to be used.",
            "max_length": f"That is longer than {MAX_THOUGHT:,} characters. Shorten it first.",
        },
    )
    seen = forms.IntegerField(required=False, min_value=0)
    compare = forms.BooleanField(required=False)
    form_key = forms.UUIDField(required=False)


def number_from(text: str) -> int | None:
    """The number that a query or a field's name holds, if it is one of a sensible size."""
    return int(text) if text.isdecimal() and len(text) < 19 else None


def prompt_from(data: QueryDict) -> tuple[str, uuid.UUID | None]:
    """What a composer says, and the key of the form. Raises BadInput."""
    form = PromptForm(data)
    if not form.is_valid():
        raise BadInput(str(next(iter(form.errors.values()))[0]))
    return form.cleaned_data["prompt"], form.cleaned_data["form_key"]


def thought_from(data: QueryDict) -> SentThought:
    """What a form hands on, its line ends as LF. Raises BadInput."""
    form = ThoughtForm(data)
    if not form.is_valid():
        raise BadInput(str(next(iter(form.errors.values()))[0]))
    sent = form.cleaned_data
    return SentThought(sent["thought"].replace("\r\n", "\n"), sent["seen"], sent["compare"], sent["form_key"])


def lanes_from(data: QueryDict, catalogue: Catalogue) -> list[Asked]:
    """The models that a composer names, in the order of their numbers `lane-N-…`. Raises BadInput."""
    named = {number_from(key.split("-")[1]) for key in data if key.startswith("lane-")}
    numbers = sorted(number for number in named if number is not None)
    if len(numbers) > MAX_LANES:
        raise BadInput(f"At most {MAX_LANES} models answer one prompt.")
    lanes = [_lane(LaneForm(data, prefix=f"lane-{number}"), catalogue) for number in numbers]
    if not lanes:
        raise BadInput("Choose a model first.")
    return lanes


def wishes_from(data: QueryDict, catalogue: Catalogue) -> list[Asked]:
    """The models that a picker names, and what is wished of each, whether it takes that or not.

    A model that is not there now falls away, and so does what cannot be read.
    """
    wishes = []
    for number in range(MAX_LANES):
        form = LaneForm(data, prefix=f"lane-{number}")
        form.is_valid()
        if offer := catalogue.offer(form.cleaned_data.get("model", "")):
            wishes.append(_asked(form, offer))
    return wishes


def _lane(form: LaneForm, catalogue: Catalogue) -> Asked:
    if not form.is_valid():
        raise BadInput(str(next(iter(form.errors.values()))[0]))
    key = str(form.cleaned_data["model"])
    offer = catalogue.offer(key)
    if offer is None:
        raise BadInput(f"The model “{key}” is not there now. Choose another.")
    return fitting(offer, _asked(form, offer))


def _asked(form: LaneForm, offer: Offer) -> Asked:
    sent = form.cleaned_data
    return Asked(
        offer.provider.name,
        offer.model.id,
        offer.model.name,
        sent.get("effort", ""),
        sent.get("budget"),
        bool(sent.get("exclude")),
        sent.get("summary", ""),
    )


def fitting(offer: Offer, wish: Asked) -> Asked:
    """What is asked of the offered model: of `wish` what it takes."""
    model = offer.model
    effort = wish.effort if wish.effort in model.efforts else ""
    budget = wish.budget if model.takes_budget and effort != "none" else None
    return Asked(
        offer.provider.name,
        model.id,
        model.name,
        "" if budget else effort,  # they exclude each other, and the budget is more exact
        budget,
        wish.exclude and model.takes_exclude,
        wish.summary if wish.summary in model.summaries else "",
    )
