"""The labels that a mark can have: reviewers edit the set."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from chatroom.accounts.models import User
from chatroom.conversations.http import PersonRequest
from chatroom.conversations.refusals import BadInput
from chatroom.review.access import reviewers_only
from chatroom.review.blind import blind_runs
from chatroom.review.models import Label
from chatroom.review.panel import colour_of

MOST_LABELS = 100
_NAME = 40


@require_http_methods(["GET", "HEAD", "POST"])
@reviewers_only
def labels(request: PersonRequest) -> HttpResponse:
    """The set, with how often each is used; POST adds one."""
    if request.method == "POST":
        add(request.POST.get("name", ""))
        return redirect("review_labels")
    context = {"labels": used(request.user), "longest": _NAME, "place": "labels"}
    return render(request, "review/labels.html", context)


@require_POST
@reviewers_only
def change_label(request: PersonRequest, label_id: int) -> HttpResponse:
    """Rename one (`name`), `retire` it, or bring it `back`."""
    label = get_object_or_404(Label, pk=label_id)
    if "retire" in request.POST or "back" in request.POST:
        label.retired = "retire" in request.POST
        label.save(update_fields=["retired"])
    else:
        rename(label, request.POST.get("name", ""))
    return redirect("review_labels")


def used(user: User) -> list[tuple[Label, int, int]]:
    """Each label with its colour and how many marks have it, of those that `user` may know."""
    stands = Q(marks__isnull=False, marks__withdrawn_at=None)
    known = Q(marks__reviewer=user) | ~Q(marks__run__in=blind_runs(user))
    counted = Label.objects.annotate(uses=Count("marks", filter=stands & known)).order_by("retired", "pk")
    return [(label, colour_of(label.pk), label.uses) for label in counted]


@transaction.atomic
def add(name: str) -> Label:
    """One more. Raises BadInput."""
    name = _name(name, None)
    if Label.objects.filter(retired=False).count() >= MOST_LABELS:
        raise BadInput(f"There are {MOST_LABELS} labels already. Retire some first.")
    return Label.objects.create(name=name)


@transaction.atomic
def rename(label: Label, name: str) -> None:
    """Another name for it, on the marks that have it too. Raises BadInput."""
    label.name = _name(name, label)
    label.save(update_fields=["name"])


def _name(name: str, label: Label | None) -> str:
    """A name as it is kept, that no other label has."""
    name = " ".join(name.replace("\0", "").split())
    if not name or len(name) > _NAME:
        raise BadInput(f"A label has a name of up to {_NAME} characters.")
    for other in Label.objects.all():
        if other != label and other.name.casefold() == name.casefold():
            state = ", retired; bring it back instead" if other.retired else ""
            raise BadInput(f"There is a label “{other.name}” already{state}.")
    return name
