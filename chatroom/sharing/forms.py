"""The form of a link: what is shown, to whom, for how long."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone

from chatroom.sharing.models import Link

_HOUR = 3600
TIMES = {"": "Until I end it", str(_HOUR): "An hour", str(24 * _HOUR): "A day", str(7 * 24 * _HOUR): "A week",
         str(30 * 24 * _HOUR): "30 days"}  # fmt: skip


class LinkForm(forms.ModelForm):  # type: ignore[type-arg]
    """A new link, or one that is changed. Its scope is fixed by where it was begun."""

    live = forms.TypedChoiceField(
        choices=[("0", "As it is now"), ("1", "As it goes on")], coerce=lambda value: value == "1", required=False
    )
    lasts = forms.ChoiceField(choices=[*TIMES.items(), ("keep", "As it is")], required=False)
    password = forms.CharField(max_length=128, required=False, strip=False)
    no_password = forms.BooleanField(required=False)
    views_limit = forms.IntegerField(
        label="How often it can be opened",
        min_value=1,
        max_value=1_000_000,
        required=False,
        error_messages={"min_value": "It must be opened once at least."},
    )
    note = forms.CharField(max_length=2000, required=False)

    class Meta:
        model = Link
        fields = (
            "scope", "live", "reasoning", "shows_owner", "shows_models", "shows_settings", "shows_numbers", "note",
            "members_only", "views_limit", "may_take", "indexed", "embeddable",
        )  # fmt: skip

    def clean(self) -> dict[str, Any] | None:
        """A reply alone, or a branch, needs to be told which."""
        cleaned = super().clean() or {}
        scope = cleaned.get("scope")
        if scope in {Link.Scope.BRANCH, Link.Scope.REPLY} and self.instance.message_id is None:
            self.add_error("scope", "Say which reply, by the share button below it.")
        if scope == Link.Scope.CONVERSATION:
            self.instance.message = None
        return cleaned

    def apply(self) -> Link:
        """The link as the form says, not yet saved."""
        link: Link = self.save(commit=False)
        if (lasts := self.cleaned_data["lasts"]) != "keep":
            link.expires_at = timezone.now() + timedelta(seconds=int(lasts)) if lasts else None
        if password := self.cleaned_data["password"]:
            link.set_password(password)
        elif self.cleaned_data["no_password"]:
            link.set_password("")
        return link
