"""The task by which a test sees that its worker works."""

from celeriac.registry import shared_task

__all__ = ["ping"]


@shared_task(name="celery.ping")
def ping() -> str:
    """Return "pong"."""
    return "pong"
