"""The task, which takes its sender from the application's configuration."""

from flask import current_app

from celeriac import shared_task


@shared_task(ignore_result=False)
def write(to: str) -> str:
    """Write a postcard."""
    return f"Dear {to}, greetings from {current_app.config['SENDER']}!"
