"""Forms about people."""

from __future__ import annotations

from django import forms

from chatroom.accounts.models import User


class PreferencesForm(forms.ModelForm):  # type: ignore[type-arg]
    """How a person wants the thinking pane. What is not sent stays as it is."""

    class Meta:
        model = User
        fields = ("pane", "pane_place")

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        for name in list(self.fields):
            if name not in self.data:
                del self.fields[name]
