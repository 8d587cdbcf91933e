"""People in the admin: here an administrator makes accounts and puts people into groups. The rest is read-only."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.http import HttpRequest

from chatroom.accounts.models import KeyMark, SignInLink, User
from chatroom.accounts.roles import is_administrator
from chatroom.accounts.tables import Table, belonging_to, show

PERSON = ("Person", {"fields": ("first_name", "last_name", "email")})
TIMES = ("Times", {"fields": ("last_login", "date_joined")})
PREFERENCES = ("Preferences", {"fields": ("pane", "pane_place")})


@admin.register(User)
class UserAdmin(DjangoUserAdmin):  # type: ignore[type-arg]
    """Django's own, with the house's rules.

    No account is deleted here: what people said, and the record of what they did, would go with it. One that is not
    active lets nobody in. Superusers are made and changed by superusers only.
    """

    list_display = ("username", "first_name", "last_name", "is_active", "is_superuser", "last_login", "date_joined")
    list_filter = ("is_active", "is_superuser", "groups")
    readonly_fields = ("last_login", "date_joined")
    filter_horizontal = ("groups",)
    show_full_result_count = False
    actions = None
    change_form_template = "admin/person.html"

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Who may make superusers is asked whether this is one."""
        if obj is None:
            return self.add_fieldsets
        password = ("password",) if self.has_change_permission(request, obj) else ()
        name = (None, {"fields": ("username", *password)})
        superuser = ("is_superuser",) if request.user.is_superuser else ()
        return (name, PERSON, ("May do", {"fields": ("is_active", "groups", *superuser)}), PREFERENCES, TIMES)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Administrators."""
        return is_administrator(request.user)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Administrators."""
        return is_administrator(request.user)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Administrators."""
        return is_administrator(request.user)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Administrators; of superusers, superusers: by another's password one would be one."""
        return is_administrator(request.user) and (request.user.is_superuser or not (obj and obj.is_superuser))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> Any:
        """With the ways to what is theirs."""
        person = self.get_object(request, object_id)
        belonging = belonging_to(self.admin_site, person) if person else []
        return super().change_view(request, object_id, form_url, {"belonging": belonging, **(extra_context or {})})


class ActionPages(Table):
    """What was done in the admin."""

    @admin.display(description="what")
    def said(self, row: LogEntry) -> str:
        """As the admin says it."""
        return str(row.get_change_message())


# The groups are the house's own: their names mean something. Mail addresses belong to their people.
admin.site.unregister((Group, EmailAddress))
show(Group, "id name", plain="name")
show(EmailAddress, "id user email primary verified", plain="email", filters="verified primary")
show(SignInLink, "id user maker created_at used_at", plain="maker", hidden="digest")
show(KeyMark, "id", hidden="digest")
show(
    LogEntry,
    "id action_time user action_flag object_repr said",
    plain="object_repr object_id",
    hidden="change_message",
    filters="action_flag",
    pages=ActionPages,
)
