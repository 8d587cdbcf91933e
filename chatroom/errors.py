"""Errors that Django would explain to a developer, told to a person."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form came from an old page or another site: say so, and how to go on."""
    return render(request, "403_csrf.html", status=403)
