"""People in the admin: here an administrator makes accounts."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin

from chatroom.accounts.models import User


@admin.register(User)
class UserAdmin(DjangoUserAdmin):  # type: ignore[type-arg]
    """Django's own, with the preferences."""

    fieldsets = (*(DjangoUserAdmin.fieldsets or ()), ("Preferences", {"fields": ("pane", "pane_place")}))
