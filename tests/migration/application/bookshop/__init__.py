"""A bookshop's back office, written for Celery."""
