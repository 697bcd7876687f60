"""Celeriac in a Django project; nothing has to be set up beyond what Celery's own pages say.

Source: https://docs.celeryq.dev/en/stable/django/first-steps-with-django.html
"""

__all__: list[str] = []
