"""A worker that the end-to-end tests deploy beside the real ones."""
