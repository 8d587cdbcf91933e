"""What passed between the room and a provider, kept and shown for developers."""
