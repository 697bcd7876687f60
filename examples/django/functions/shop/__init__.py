"""A shop: orders come in over HTTP, receipts are written by a worker."""

from shop.celery import app as celery_app

__all__ = ["celery_app"]
