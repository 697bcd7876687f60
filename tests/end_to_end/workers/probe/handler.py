"""The function's entry point."""

from celeriac.worker import Worker

from .tasks import app

handler = Worker(app)
