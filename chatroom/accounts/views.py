"""Getting in by the link on the terminal, and one's preferences."""

from __future__ import annotations

from allauth.account.views import LoginView
from django import forms
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from chatroom.accounts.adapter import TOO_MANY
from chatroom.accounts.forms import PreferencesForm
from chatroom.accounts.models import SignInLink
from chatroom.watching import metrics

# As long as failed attempts count (ACCOUNT_RATE_LIMITS).
WAIT_SECONDS = 300


class SignIn(LoginView):  # type: ignore[misc]
    """Name and password. Who tries too often hears so in the form, which keeps the name, and with the right status."""

    def form_invalid(self, form: forms.Form) -> HttpResponse:
        """As allauth's, but for the status."""
        response: HttpResponse = super().form_invalid(form)
        if form.has_error("__all__", TOO_MANY):
            metrics.REFUSED.labels("sign_in").inc()
            response.status_code = 429
            response["Retry-After"] = str(WAIT_SECONDS)
        return response


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
