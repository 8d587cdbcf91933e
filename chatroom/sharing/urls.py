"""Addresses of links: for their owners, and for who was sent one."""

from django.urls import path

from chatroom.sharing import owning, reading, taking

urlpatterns = [
    path("c/<int:conversation_id>/share/", owning.share, name="share"),
    path("m/<int:message_id>/share/", owning.share_reply, name="share_reply"),
    path("links/", owning.links, name="links"),
    path("links/<int:link_id>/", owning.link, name="link"),
    path("links/<int:link_id>/renew/", owning.renew, name="renew_link"),
    path("links/<int:link_id>/revoke/", owning.revoke, name="revoke_link"),
    path("s/<str:token>/", reading.shared, name="shared"),
    path("s/<str:token>/knock/", reading.knock, name="knock"),
    path("s/<str:token>/<int:number>/text/", reading.message_text, name="shared_text"),
    path("s/<str:token>/<int:number>/replay/", reading.replayed, name="shared_replay"),
    path("s/<str:token>/conversation.md", reading.markdown, name="shared_markdown"),
    path("s/<str:token>/conversation.json", reading.data, name="shared_data"),
    path("s/<str:token>/card.png", reading.card, name="shared_card"),
    path("s/<str:token>/take/", taking.take, name="take"),
]
