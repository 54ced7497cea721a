"""Self-hosted live audio rooms that do not fail."""

__version__ = "0.1.0"
