"""The house's addresses."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path

# The admin's own form knows no limit on attempts: who is not signed in goes through the house's.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

handler400 = "chatroom.errors.bad_request"
handler429 = "chatroom.errors.too_many"  # allauth asks for it
handler500 = "chatroom.errors.broken"

urlpatterns = [
    path("", include("chatroom.conversations.urls")),
    path("", include("chatroom.sharing.urls")),
    path("", include("chatroom.accounts.urls")),
    path("admin/", admin.site.urls),
]
