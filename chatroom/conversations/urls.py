"""Addresses of conversations."""

from django.urls import path

from chatroom.conversations import commands, views

urlpatterns = [
    path("", views.home, name="home"),
    path("c/<int:conversation_id>/", views.conversation, name="conversation"),
    path("rail/", views.rail_list, name="rail"),
    path("lanes/", views.lanes, name="lanes"),
    path("m/<int:message_id>/text/", views.message_text, name="message_text"),
    path("m/<int:message_id>/prompt/", views.prompt, name="prompt"),
    path("m/<int:message_id>/edit/", views.edit_form, name="edit_form"),
    path("begin/", commands.begin, name="begin"),
    path("c/<int:conversation_id>/ask/", commands.ask, name="ask"),
    path("c/<int:conversation_id>/stop/", commands.stop_all, name="stop_all"),
    path("c/<int:conversation_id>/title/", commands.rename, name="rename"),
    path("c/<int:conversation_id>/pin/", commands.pin, name="pin"),
    path("c/<int:conversation_id>/delete/", commands.delete, name="delete"),
    path("m/<int:message_id>/edited/", commands.edit, name="edit"),
    path("m/<int:message_id>/select/", commands.select, name="select"),
    path("m/<int:message_id>/choose/", commands.choose, name="choose"),
    path("runs/<int:run_id>/stop/", commands.stop, name="stop"),
    path("runs/<int:run_id>/retry/", commands.retry, name="retry"),
    path("runs/<int:run_id>/continue/", commands.go_on, name="continue"),
]
