"""Addresses of the sockets of shared pages."""

from django.urls import path

from chatroom.sharing.consumers import SharedConsumer

websocket_urlpatterns = [path("s/<str:token>/news/", SharedConsumer.as_asgi())]
