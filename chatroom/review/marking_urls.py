"""Addresses of marking and rounds, below /review/."""

from django.urls import path

from chatroom.review import labels, panel_views, round_views

urlpatterns = [
    path("<int:run_id>/marks/", panel_views.make_mark, name="review_make_mark"),
    path("<int:run_id>/verdict/", panel_views.give_verdict, name="review_verdict"),
    path("<int:run_id>/assign/", panel_views.assign, name="review_assign"),
    path("assignments/<int:assignment_id>/drop/", panel_views.unassign, name="review_unassign"),
    path("marks/<int:mark_id>/", panel_views.mark, name="review_mark"),
    path("marks/<int:mark_id>/comments/", panel_views.comment, name="review_comment"),
    path("marks/<int:mark_id>/withdraw/", panel_views.withdraw, name="review_withdraw"),
    path("rounds/", round_views.rounds, name="review_rounds"),
    path("rounds/new/", round_views.new_round, name="review_new_round"),
    path("rounds/<int:round_id>/", round_views.round_page, name="review_round"),
    path("labels/", labels.labels, name="review_labels"),
    path("labels/<int:label_id>/", labels.change_label, name="review_label"),
]
