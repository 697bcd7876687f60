"""A reusable part of the application, which does not know its app."""

from celery import shared_task
from celery.utils.log import get_task_logger

logger = get_task_logger(__name__)
OUTBOX = []


@shared_task(ignore_result=True)
def send(to, text):
    """Send a mail."""
    logger.info("a mail to %s", to)
    OUTBOX.append((to, text))


@shared_task
def apologise(request, exc, traceback, to):
    """An error callback."""
    OUTBOX.append((to, f"{request.id} failed: {exc}"))
