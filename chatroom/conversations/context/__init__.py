"""What a model is shown of a conversation, and the page that tells a person of it."""
