"""Chatroom: a self-hosted room in which language models think in the open."""
