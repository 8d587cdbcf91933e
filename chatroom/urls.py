"""The house's addresses."""

from django.contrib import admin
from django.urls import include, path

handler400 = "chatroom.errors.bad_request"
handler429 = "chatroom.errors.too_many"  # allauth asks for it
handler500 = "chatroom.errors.broken"

urlpatterns = [
    path("", include("chatroom.conversations.urls")),
    path("", include("chatroom.sharing.urls")),
    path("", include("chatroom.activity.urls")),
    path("", include("chatroom.review.urls")),
    path("", include("chatroom.accounts.urls")),
    path("admin/", admin.site.urls),
]
