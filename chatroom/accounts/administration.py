"""The admin with the house's own site in it. Alone here: apps are configured before models can be imported."""

from django.contrib.admin.apps import AdminConfig


class Administration(AdminConfig):
    """Django's admin, entered as `admin_site` says."""

    default_site = "chatroom.accounts.admin_site.House"
