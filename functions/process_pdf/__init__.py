"""The worker that reads PDFs."""
