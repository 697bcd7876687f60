"""The worker that makes thumbnails of pictures."""
