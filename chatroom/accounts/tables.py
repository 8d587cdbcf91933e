"""Pages of a table in the admin, to be looked at only. A table is shown by one line in its app's `admin.py`:

    show(Mark, "id reply reviewer label created_at comment", plain="label", filters="label")

`columns` of the list, in order: names of fields, or of methods of `pages`. A row's own page has all its fields.
Columns of text are shown by their length (see `cells`), those in `plain` as they are, those in `hidden` not at all.
`filters` are fields with choices, booleans, or classes of filters; `plural` is what the table is called where an “s” is
not enough. Nobody adds, changes or deletes a row here.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import admin
from django.core.exceptions import ImproperlyConfigured
from django.db import models
from django.db.models import F, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import urlencode

from chatroom.accounts.admin_site import address_of
from chatroom.accounts.cells import NOTHING, Cell, is_open, link_cell, person_cell, row_name, size_cell, size_of
from chatroom.accounts.listing import BoundedPaginator, Reach
from chatroom.accounts.models import User
from chatroom.accounts.roles import is_administrator, is_reviewer

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
else:
    ModelAdmin = admin.ModelAdmin

# Tables without pages of their own, and the table on whose rows' pages they are shown.
SHOWN_WITHIN: dict[type[models.Model], type[models.Model]] = {}


class Table(ModelAdmin):
    """A list and a page for each row. What `show` works out of a table stands in the attributes."""

    ordering = ("-pk",)
    sortable_by = ()
    actions = None
    list_per_page = 100
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    paginator = BoundedPaginator
    search_help_text = "By number"
    change_form_template = "admin/row.html"
    empty_value_display = NOTHING

    words: tuple[models.Field[Any, Any], ...] = ()
    # Fields that point to one other row, by which a list may be narrowed.
    relations: frozenset[str] = frozenset()
    # A person beside those whom a field names: what rows bring them as, and the way there.
    people: dict[str, str] = {}

    def review_run(self, row: Any) -> int | None:
        """The run by which a row is read in the review, where there is something to be read."""
        return None

    def ways(self, row: Any) -> list[tuple[str, str]]:
        """Further pages of a row: what they are called, and their addresses."""
        return []

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Administrators look at all tables."""
        return is_administrator(request.user)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Administrators look at all rows."""
        return is_administrator(request.user)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Rows without the words, and with their lengths."""
        people = {f.name: f.name for f in self.opts.fields if f.related_model is User} | self.people
        rows: QuerySet[Any] = super().get_queryset(request)
        rows = rows.defer(*(field.name for field in self.words))
        rows = rows.annotate(**{f"size_of_{field.name}": size_of(field) for field in self.words})
        rows = rows.annotate(**{name: F(f"{way}_id") for name, way in self.people.items()})
        rows = rows.annotate(**{f"name_of_{name}": F(f"{way}__username") for name, way in people.items()})
        return rows

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """By number, and by nothing else."""
        term = search_term.strip()
        if not term:
            return queryset, False
        is_number = term.isascii() and term.isdigit() and len(term) < 19
        return (queryset.filter(pk=int(term)) if is_number else queryset.none()), False

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Only what the page offers: by `?text__startswith=` one could guess any word."""
        return lookup in self.relations or lookup in self.filter_parameters()

    def filter_parameters(self) -> Iterable[str]:
        """What the list's filters write into its address."""
        for chosen in self.list_filter:
            if isinstance(chosen, str):
                yield from (f"{chosen}__exact", f"{chosen}__isnull")
            else:
                yield str(getattr(chosen, "parameter_name", ""))

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Nothing is changed here, so there is none."""
        raise Http404

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """The list; where it is of the rows of one other, it says of which."""
        of = [f"{name.replace('_', ' ')} {request.GET[name]}" for name in request.GET if name in self.relations]
        context = {"title": str(self.opts.verbose_name_plural).capitalize(), "subtitle": ", ".join(of)}
        return super().changelist_view(request, {**context, **(extra_context or {})})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """One row. Its name is its number: what Django would call it may be somebody's words."""
        row = self.get_object(request, object_id)
        context: dict[str, Any] = {"subtitle": "", "row_name": row_name(self.model, object_id)}
        if row is not None:
            run = self.review_run(row)
            context |= {
                "title": row_name(self.model, row.pk).capitalize(),
                "has_review": run is not None,
                "review_url": address_of("review_reply", run)
                if run and settings.REVIEW and is_reviewer(request.user)
                else "",
                "ways": self.ways(row),
                "belonging": belonging_to(self.admin_site, row),
            }
        return super().change_view(request, object_id, form_url, {**context, **(extra_context or {})})


def show(
    model: type[models.Model],
    columns: str,
    *,
    plain: str = "",
    hidden: str = "",
    filters: str | tuple[Any, ...] = (),
    pages: type[Table] = Table,
    plural: str = "",
) -> None:
    """Give a table its pages in the admin. What the words mean stands at the head of this module."""
    opts = model._meta
    fields = [field for field in opts.concrete_fields if field.name not in hidden.split()]
    words = tuple(field for field in opts.concrete_fields if not _is_shown(field, plain.split()))
    if opts.pk in words:
        raise ImproperlyConfigured(f"{model.__name__}: rows are called by their key, so it has to be plain")

    def cell(name: str) -> Cell:
        field = next((field for field in opts.concrete_fields if field.name == name), None)
        if name in pages.people:
            return person_cell(name, name)
        if isinstance(field, models.ForeignKey):
            return link_cell(field)
        return size_cell(field) if field in words and field is not None else name

    further = [name for name in columns.split() if name not in {field.name for field in opts.concrete_fields}]
    details = tuple(map(cell, [*(field.name for field in fields), *further]))
    numbered = isinstance(opts.pk, models.IntegerField)
    chosen = tuple(filters.split()) if isinstance(filters, str) else filters
    made = {
        "list_display": tuple(map(cell, columns.split())),
        "list_filter": (*chosen, Reach) if numbered else chosen,
        "search_fields": ("pk",) if numbered else (),
        "fields": details,
        "readonly_fields": details,
        "words": words,
        "relations": frozenset(field.name for field in opts.concrete_fields if _is_way(field)),
    }
    if plural:  # what the admin calls the table; the model's own options, and so its migrations, stay as they are
        opts.verbose_name_plural = plural
    admin.site.register(model, type(f"{model.__name__}Pages", (pages,), made))


def _is_shown(field: models.Field[Any, Any], plain: list[str]) -> bool:
    return field.name in plain or field.is_relation or is_open(field)


def _is_way(field: models.Field[Any, Any]) -> bool:
    """Whether rows are found by it, through an index."""
    return isinstance(field, models.ForeignKey) and bool(getattr(field, "db_index", False) or field.unique)


def belonging_to(site: admin.AdminSite, row: models.Model) -> list[tuple[str, str]]:
    """The rows of other tables that point to this one: how each such list is called, and its address."""
    found = []
    for relation in row._meta.related_objects:
        table: type[models.Model] = relation.related_model
        pages = site._registry.get(table)
        if isinstance(pages, Table) and relation.field.name in pages.relations:
            name = f"admin:{table._meta.app_label}_{table._meta.model_name}_changelist"
            of = f"{table._meta.verbose_name_plural}, by {relation.field.verbose_name}".capitalize()
            found.append((of, f"{reverse(name)}?{urlencode({relation.field.name: row.pk})}"))
    return found
