"""Addresses of conversations."""

from django.urls import path

from chatroom.conversations import commands, thought_views, views
from chatroom.conversations.context import views as sent_views
from chatroom.conversations.offers import views as model_views
from chatroom.conversations.wire import views as wire_views

urlpatterns = [
    path("", views.home, name="home"),
    path("c/<int:conversation_id>/", views.conversation, name="conversation"),
    path("rail/", views.rail_list, name="rail"),
    path("lanes/", views.lanes, name="lanes"),
    path("models/", model_views.models, name="models"),
    path("models/refresh/", model_views.refresh, name="refresh_models"),
    path("m/<int:message_id>/", thought_views.message, name="message"),
    path("m/<int:message_id>/text/", views.message_text, name="message_text"),
    path("m/<int:message_id>/prompt/", views.prompt, name="prompt"),
    path("m/<int:message_id>/edit/", views.edit_form, name="edit_form"),
    path("runs/<int:run_id>/parts/<int:index>/hand-over/", thought_views.hand_over_form, name="hand_over_form"),
    path("runs/<int:run_id>/replay/", views.replayed, name="replay"),
    path("runs/<int:run_id>/sent/", sent_views.of_run, name="run_sent"),
    path("m/<int:message_id>/sent/", sent_views.of_prompt, name="prompt_sent"),
    path("c/<int:conversation_id>/sent/", sent_views.of_next, name="next_sent"),
    path("runs/<int:run_id>/wire/", wire_views.wire, name="wire"),
    path("runs/<int:run_id>/wire/<int:number>/curl/", wire_views.wire_curl, name="wire_curl"),
    path("runs/<int:run_id>/wire/<int:number>/body/", wire_views.wire_body, name="wire_body"),
    path("runs/<int:run_id>/wire/<int:number>/json/", wire_views.wire_json, name="wire_json"),
    path("begin/", commands.begin, name="begin"),
    path("c/<int:conversation_id>/ask/", commands.ask, name="ask"),
    path("c/<int:conversation_id>/stop/", commands.stop_all, name="stop_all"),
    path("c/<int:conversation_id>/title/", commands.rename, name="rename"),
    path("c/<int:conversation_id>/pin/", commands.pin, name="pin"),
    path("c/<int:conversation_id>/delete/", commands.delete, name="delete"),
    path("m/<int:message_id>/edited/", commands.edit, name="edit"),
    path("m/<int:message_id>/select/", commands.select, name="select"),
    path("m/<int:message_id>/choose/", commands.choose, name="choose"),
    path("m/<int:message_id>/reasoning-back/", sent_views.reasoning_back, name="reasoning_back"),
    path("runs/<int:run_id>/stop/", commands.stop, name="stop"),
    path("runs/<int:run_id>/retry/", commands.retry, name="retry"),
    path("runs/<int:run_id>/continue/", commands.go_on, name="continue"),
    path("runs/<int:run_id>/answer-now/", commands.answer_now, name="answer_now"),
    path("runs/<int:run_id>/parts/<int:index>/handed-over/", commands.hand_over, name="hand_over"),
]
