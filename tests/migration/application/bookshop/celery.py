"""The Celery app."""

from celery import Celery

app = Celery("bookshop")
app.config_from_object("bookshop.celeryconfig")
