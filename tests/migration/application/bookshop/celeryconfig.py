"""Celery's settings."""

import os

broker_url = os.environ.get("BROKER_URL", "redis://localhost:6379/0")
result_backend = os.environ.get("RESULT_BACKEND", "redis://localhost:6379/1")
accept_content = ["json"]
task_serializer = "json"
result_serializer = "json"
result_expires = 3600
timezone = "Europe/Berlin"
enable_utc = True
imports = ("bookshop.tasks", "bookshop.mail")
task_annotations = {"bookshop.tasks.fetch_price": {"max_retries": 2}}
currency = "EUR"
