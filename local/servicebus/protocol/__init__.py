"""Connections, sessions and links: from frames to what the broker does."""
