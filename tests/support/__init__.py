"""What tests share: a provider that we play, and the room as a real server."""
