"""Addresses of the sockets."""

from django.urls import path

from chatroom.conversations.consumers import NewsConsumer

websocket_urlpatterns = [
    path("news/", NewsConsumer.as_asgi()),
    path("news/<int:conversation_id>/", NewsConsumer.as_asgi()),
]
