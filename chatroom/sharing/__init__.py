"""Sharing: links by which strangers see a conversation."""
