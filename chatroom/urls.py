"""The house's addresses."""

from django.contrib import admin
from django.urls import include, path

from chatroom import health

urlpatterns = [
    path("", include("chatroom.conversations.urls")),
    path("", include("chatroom.accounts.urls")),
    path("admin/", admin.site.urls),
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
]
