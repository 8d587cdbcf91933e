"""Addresses of activity."""

from django.urls import path

from chatroom.activity import views

urlpatterns = [
    path("activity/", views.own_page, name="activity"),
    path("activity/runs.csv", views.own_runs, name="activity_runs"),
    path("activity/house/", views.house_page, name="house_activity"),
    path("activity/house/runs.csv", views.house_runs, name="house_activity_runs"),
]
