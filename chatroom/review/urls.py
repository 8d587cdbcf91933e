"""Addresses of the review."""

from django.urls import include, path

from chatroom.review import owning, queue_views, reading

urlpatterns = [
    path("review/", queue_views.review, name="review"),
    path("review/count/", queue_views.count, name="review_count"),
    path("review/sample/", queue_views.draw, name="review_sample"),
    path("review/filters/", queue_views.save, name="review_save"),
    path("review/filters/<int:filter_id>/forget/", queue_views.forget, name="review_forget"),
    path("review/<int:run_id>/", reading.reply, name="review_reply"),
    path("review/<int:run_id>/why/", reading.why, name="review_why"),
    path("review/<int:run_id>/replies/", reading.replies, name="review_replies"),
    path("review/<int:run_id>/<int:message_id>/text/", reading.text, name="review_text"),
    path("review/<int:run_id>/<int:shown_id>/replay/", reading.replayed, name="review_replay"),
    path("review/<int:run_id>/wire/", reading.wire, name="review_wire"),
    path("review/<int:run_id>/wire/<int:number>/curl/", reading.wire_curl, name="review_wire_curl"),
    path("review/<int:run_id>/wire/<int:number>/body/", reading.wire_body, name="review_wire_body"),
    path("review/<int:run_id>/wire/<int:number>/json/", reading.wire_json, name="review_wire_json"),
    path("review/", include("chatroom.review.marking_urls")),
    path("review/export/", include("chatroom.review.export.urls")),
    path("runs/<int:run_id>/flag/", owning.flag, name="flag"),
    path("c/<int:conversation_id>/reviewed/", owning.reviewed, name="reviewed"),
]
