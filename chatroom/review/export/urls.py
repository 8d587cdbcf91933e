"""Addresses of the export, below the review's."""

from django.urls import path

from chatroom.review.export import views

urlpatterns = [
    path("", views.export, name="review_export"),
    path("<str:key>/progress/", views.progress, name="review_export_progress"),
]
