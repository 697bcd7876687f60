"""The worker that writes to people."""
