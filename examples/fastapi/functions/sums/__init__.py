"""The worker that adds."""
