"""Celery's programming model on AWS."""
