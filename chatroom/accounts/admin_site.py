"""Who enters the admin: administrators. Strangers and reviewers are answered as by an empty house."""

from __future__ import annotations

from functools import update_wrapper
from typing import Any

from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, reverse

from chatroom.accounts.roles import is_administrator, is_reviewer


class House(AdminSite):
    """The tables of the house, to be looked at; and the accounts, which are made here."""

    site_header = "Chatroom"
    site_title = "Chatroom"
    index_title = "Administration"
    # The tables are wide; they are all on the first page.
    enable_nav_sidebar = False
    order = ("accounts", "conversations", "sharing", "review", "ledger", "activity")

    def has_permission(self, request: HttpRequest) -> bool:
        """Django's mark `is_staff` says nothing here: the group does."""
        return is_administrator(request.user)

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """To who is signed in and no administrator there is nothing here; who is not is asked to sign in."""
        inner = super().admin_view(view, cacheable)

        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if request.user.is_authenticated and not self.has_permission(request):
                raise Http404
            return inner(request, *args, **kwargs)

        return update_wrapper(guarded, inner)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The admin's own form knows no limit on attempts: people come in by the house's door."""
        if not request.user.is_authenticated:
            return redirect_to_login(request.GET.get("next") or reverse("admin:index"), settings.LOGIN_URL)
        if not self.has_permission(request):
            raise Http404
        return redirect("admin:index")

    def autocomplete_view(self, request: HttpRequest) -> HttpResponse:
        """Not here: it would tell the names of rows, and a conversation's name is its title."""
        raise Http404

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """The house's own first, from people on."""
        found = super().get_app_list(request, app_label)
        place = {label: number for number, label in enumerate(self.order)}
        return sorted(found, key=lambda app: place.get(app["app_label"], len(place)))

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """With the ways to the review and the activity, for those whom they let in."""
        ways = {
            "review_url": address_of("review") if settings.REVIEW and is_reviewer(request.user) else "",
            "activity_url": address_of("activity"),
        }
        return super().index(request, {**ways, **(extra_context or {})})


def address_of(name: str, *arguments: object) -> str:
    """A page of a floor above, by its name; empty where this room has no such page."""
    try:
        return reverse(name, args=arguments)
    except NoReverseMatch:
        return ""
