"""How often what happened, counted by signals."""

from collections import Counter

from celery.signals import before_task_publish, task_failure, task_retry, task_success

COUNTS = Counter()


@before_task_publish.connect
def on_publish(sender=None, headers=None, **kwargs):
    headers["tenant"] = "bookshop"
    COUNTS["sent", sender] += 1


@task_success.connect
def on_success(sender=None, **kwargs):
    COUNTS["success", sender.name] += 1


@task_failure.connect
def on_failure(sender=None, exception=None, **kwargs):
    COUNTS["failure", sender.name, type(exception).__name__] += 1


@task_retry.connect
def on_retry(sender=None, **kwargs):
    COUNTS["retry", sender.name] += 1
