"""Lists in the admin that are quick with millions of rows: none is counted to its end, and none is sorted anew."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import Max, QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property

# So many rows can be paged through; what is older is found by a filter, by number, or from a row that it belongs to.
PAGED = 10_000
# A filter looks at so many of the latest rows, unless it is told to look at all.
REACH = 100_000


class BoundedPaginator(Paginator):  # type: ignore[type-arg]
    """Pages through the newest rows only."""

    @cached_property
    def count(self) -> int:
        """How many rows can be paged through."""
        rows: Any = self.object_list
        found = rows.order_by().values("pk")[: PAGED + 1].count()
        self.is_cut = found > PAGED
        return int(min(found, PAGED))


class Reach(admin.SimpleListFilter):
    """How far back the filters look. Where all of it is quick, it does not stand on the page."""

    title = "rows looked at"
    parameter_name = "reach"

    def __init__(self, request: HttpRequest, params: dict[str, Any], model: Any, model_admin: Any) -> None:
        self._newest = model._base_manager.aggregate(newest=Max("pk"))["newest"] or 0
        filtering = {*model_admin.filter_parameters()} - {self.parameter_name}
        # Without a filter the newest rows are at hand; and of the rows that belong to one other, an index knows all.
        self._is_quick = not filtering & {*request.GET} or bool(model_admin.relations & {*request.GET})
        super().__init__(request, params, model, model_admin)

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The choice beside the usual one."""
        return [] if self._is_quick or self._newest <= REACH else [("all", "All: slow with filters")]

    def choices(self, changelist: Any) -> Any:
        """The usual one under its name."""
        usual, *others = super().choices(changelist)
        yield {**usual, "display": f"The latest {REACH:,}"}
        yield from others

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The latest, by number."""
        return queryset if self.value() == "all" else queryset.filter(pk__gt=self._newest - REACH)
