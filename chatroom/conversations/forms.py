"""What people send: a prompt, and which models it goes to with which settings."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django import forms
from django.http import QueryDict

from chatroom.conversations.catalogue import Catalogue, Offer
from chatroom.conversations.models import Run
from chatroom.conversations.refusals import BadInput
from chatroom.providers.request import EFFORTS

MAX_LANES = 6
MAX_PROMPT = 400_000
MAX_BUDGET = 1_000_000


@dataclass(frozen=True, slots=True)
class Asked:
    """A model and how hard it is to think; `label` is its name for people."""

    provider: str
    model: str
    label: str
    effort: str = ""
    budget: int | None = None
    exclude: bool = False

    @property
    def key(self) -> str:
        """What names the model in a form."""
        return f"{self.provider}/{self.model}"

    @classmethod
    def again(cls, run: Run) -> Asked:
        """The same as was asked before."""
        return cls(run.provider, run.model, run.label, run.effort, run.budget, run.exclude)


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


def number_from(text: str) -> int | None:
    """The number that a query or a field's name holds, if it is one of a sensible size."""
    return int(text) if text.isdecimal() and len(text) < 19 else None


def prompt_from(data: QueryDict) -> tuple[str, uuid.UUID | None]:
    """What a composer says, and the key of the form. Raises BadInput."""
    form = PromptForm(data)
    if not form.is_valid():
        raise BadInput(str(next(iter(form.errors.values()))[0]))
    return form.cleaned_data["prompt"], form.cleaned_data["form_key"]


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


def _lane(form: LaneForm, catalogue: Catalogue) -> Asked:
    if not form.is_valid():
        raise BadInput(str(next(iter(form.errors.values()))[0]))
    key = str(form.cleaned_data["model"])
    offer = catalogue.offer(key)
    if offer is None:
        raise BadInput(f"The model “{key}” is not there now. Choose another.")
    return fitting(
        offer, form.cleaned_data["effort"], form.cleaned_data["budget"], exclude=bool(form.cleaned_data["exclude"])
    )


def fitting(offer: Offer, effort: str, budget: int | None, *, exclude: bool) -> Asked:
    """The settings, less what the model does not take."""
    model = offer.model
    takes_effort = effort in model.efforts
    return Asked(
        offer.provider.name,
        model.id,
        model.name,
        effort if takes_effort else "",
        budget if model.takes_budget and not (takes_effort and effort == "none") else None,
        exclude and model.reasoning != "none",
    )
