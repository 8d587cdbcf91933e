"""Addresses of the accounts."""

from django.urls import include, path

from chatroom.accounts import views

urlpatterns = [
    path("sign-in/<str:token>/", views.sign_in, name="sign_in"),
    path("preferences/", views.preferences, name="preferences"),
    path("accounts/login/", views.SignIn.as_view(), name="account_login"),
    path("accounts/", include("allauth.account.urls")),
]
