"""Getting in by the link on the terminal, and one's preferences."""

from __future__ import annotations

from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from chatroom.accounts.forms import PreferencesForm
from chatroom.accounts.models import SignInLink


@require_safe
@never_cache
def sign_in(request: HttpRequest, token: str) -> HttpResponseBase:
    """Sign in whoever holds the link. Used up, it still brings home someone who is signed in already."""
    user = SignInLink.redeem(token)
    if user is not None:
        login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    elif not request.user.is_authenticated:
        return render(request, "accounts/link_used.html", status=410)
    return redirect("home")


@require_POST
@login_required
def preferences(request: HttpRequest) -> HttpResponse:
    """Keep the preferences that were sent, and go back to where the person was."""
    form = PreferencesForm(request.POST, instance=request.user)
    if not form.is_valid():
        return HttpResponse("That is not one of the choices.", status=422, content_type="text/plain")
    form.save()
    back = request.POST.get("back", "/")
    return redirect(back if url_has_allowed_host_and_scheme(back, {request.get_host()}) else "/")
