"""The record in the admin: who, when, which model, how much, how it ended. What was said is read in the review."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.db.models.functions import Length
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse

from chatroom.accounts.cells import NOTHING
from chatroom.accounts.tables import SHOWN_WITHIN, Table, show
from chatroom.conversations.forms import number_from
from chatroom.conversations.models import Conversation, Delta, Exchange, Listing, Message, Part, Received, Run

# Rows of a run's log on a page.
LOG_ROWS = 500
# Names to choose from in a filter.
NAMES = 100


class ConversationPages(Table):
    """Conversations, without their titles."""

    def review_run(self, row: Conversation) -> int | None:
        """The latest."""
        runs = Run.objects.filter(reply__conversation=row).order_by("-pk")
        return runs.values_list("pk", flat=True).first()


class MessagePages(Table):
    """Prompts and replies."""

    def review_run(self, row: Message) -> int | None:
        """A reply's own; a prompt's first."""
        runs = Run.objects.filter(reply__parent=row) if row.role == Message.Role.USER else Run.objects.filter(reply=row)
        return runs.order_by("pk").values_list("pk", flat=True).first()


class OfARun(Table):
    """What belongs to a run."""

    def review_run(self, row: Any) -> int | None:
        """That one."""
        return int(row.run_id)


class RunPages(Table):
    """Runs, and the log of each."""

    people = {"person": "reply__conversation__owner"}

    def review_run(self, row: Run) -> int | None:
        """Itself."""
        return row.pk

    def ways(self, row: Run) -> list[tuple[str, str]]:
        """The log."""
        return [("Log", reverse("admin:conversations_run_log", args=[row.pk]))]

    @admin.display(description="seconds")
    def seconds(self, row: Run) -> str:
        """From the request to the end."""
        return NOTHING if row.seconds is None else f"{row.seconds:.1f}"

    @admin.display(description="share of thinking")
    def thinking(self, row: Run) -> str:
        """Of the output, where the provider said so."""
        if row.reasoning_tokens is None or not row.output_tokens:
            return NOTHING
        return f"{row.reasoning_tokens / row.output_tokens:.0%}"

    def get_urls(self) -> list[Any]:
        """With the log's page."""
        log = path("<int:run_id>/log/", self.admin_site.admin_view(self.log_view), name="conversations_run_log")
        return [log, *super().get_urls()]

    def log_view(self, request: HttpRequest, run_id: int) -> HttpResponse:
        """The rows of a run's log, without what they say; `after`: those after that place.

        The admin has no pages for a table whose key is of two columns, so the log stands with its run.
        """
        run = self.get_object(request, str(run_id))
        if run is None or not self.has_view_permission(request):
            raise Http404
        after = number_from(request.GET.get("after", "")) or 0
        log = Delta.objects.filter(run_id=run_id, seq__gt=after).order_by("seq")
        rows = list(log.annotate(size=Length("text")).values("seq", "part", "kind", "size", "at")[: LOG_ROWS + 1])
        shown = rows[:LOG_ROWS]
        since = Delta.objects.filter(run_id=run_id).order_by("seq").values_list("at", flat=True).first() or 0
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"Log of run {run_id}",
            "run": run_id,
            "rows": [{**row, "ms": row["at"] - since} for row in shown],
            "after": shown[-1]["seq"] if len(rows) > LOG_ROWS else None,
            "is_first": not after,
        }
        return TemplateResponse(request, "admin/conversations/run/log.html", context)


class ProviderFilter(admin.SimpleListFilter):
    """By provider."""

    title = parameter_name = "provider"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Those that runs name."""
        return [(name, name) for name in _each(Run.objects.all(), "provider")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Run]) -> QuerySet[Run]:
        """Its runs."""
        return queryset.filter(provider=self.value()) if self.value() else queryset


class ModelFilter(admin.SimpleListFilter):
    """By model, once a provider is chosen."""

    title = parameter_name = "model"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Those of the provider that runs name."""
        provider = request.GET.get("provider")
        return [(name, name) for name in _each(Run.objects.filter(provider=provider), "model")] if provider else []

    def queryset(self, request: HttpRequest, queryset: QuerySet[Run]) -> QuerySet[Run]:
        """Its runs."""
        return queryset.filter(model=self.value()) if self.value() else queryset


def _each(runs: QuerySet[Run], field: str) -> Iterator[str]:
    """The first values in order: one step in the index `run_last_heard` each, where DISTINCT would read all of it."""

    def steps() -> Iterator[str]:
        value = runs.order_by(field).values_list(field, flat=True).first()
        while value is not None:
            yield value
            later = runs.filter(**{f"{field}__gt": value})
            value = later.order_by(field).values_list(field, flat=True).first()

    return islice(steps(), NAMES)


show(
    Conversation,
    "id owner title pinned created_at touched_at",
    filters="pinned",
    pages=ConversationPages,
)
show(
    Message,
    "id conversation role parent owner lane text created_at",
    hidden="form_key",
    filters="role reasoning_back",
    pages=MessagePages,
)
show(
    Run,
    "id person provider model effort status created_at seconds input_tokens output_tokens reasoning_tokens thinking"
    " cost finish_reason error_kind",
    plain="provider model label effort summary worker finish_reason error_kind",
    filters=("status", ProviderFilter, ModelFilter, "answer_now", "cost_computed", "taken"),
    pages=RunPages,
)
show(
    Part,
    "id run index kind provenance text opaque started_at ended_at owner",
    filters="kind provenance",
    pages=OfARun,
)
show(
    Exchange,
    "id run number status sent_at ended_at request_body",
    pages=OfARun,
)
show(Received, "id exchange number data", plural="batches received")
show(Listing, "provider fetched_at tried_at listed error", plain="provider")
SHOWN_WITHIN[Delta] = Run
