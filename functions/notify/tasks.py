"""The tasks of the worker "notify".

Each sends one mail a task, and never two: a redelivered task finds in the ledger that its mail has left (`delivery`).
Throttling and an unreachable SES are retried with back-off, everything else is a failure with its reason (`errors`).
"""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from celeriac import Celeriac, Task, clock
from celeriac.exceptions import OperationalError
from celeriac.storage import Bucket
from notify.errors import MailInProgress, MailNotSent
from notify.figures import report
from notify.letter import Letter, Person, letter_to
from notify.settings import Settings

__all__ = ["app", "daily_report", "send_email", "send_notification"]

app = Celeriac("notify")

PATIENCE: dict[str, Any] = {
    "autoretry_for": (MailNotSent, OperationalError),
    "retry_backoff": 2,
    "retry_backoff_max": 600,
    "max_retries": 10,
}
"""A quarter of an hour in all, on average: any part of 2, 4, 8 … 600 s before each try."""


@app.task(bind=True, **PATIENCE)
def send_email(self: Task, user_id: str, message: str) -> dict[str, str]:
    """Mail a user a message; its first line is the subject. Returns SES's id of the mail and the address."""
    settings = Settings.load()
    return _mailed(self, settings, letter_to(_person(settings, user_id), message))


@app.task(bind=True, **PATIENCE)
def send_notification(self: Task, user_id: str, message: str = "Your image has arrived") -> dict[str, str]:
    """Tell a user that something happened, by mail. Returns SES's id of the mail and the address."""
    settings = Settings.load()
    return _mailed(self, settings, letter_to(_person(settings, user_id), message, subject=f"Notification: {message}"))


@app.task(bind=True, **PATIENCE)
def daily_report(self: Task) -> dict[str, str]:
    """Mail the figures of today, so far, and of yesterday to the operator; days are UTC's."""
    from notify.day import day_of

    settings = Settings.load()
    files, now = Bucket(settings.files_bucket), clock.now()
    today, yesterday = (day_of(files, app.services.backend, (now - timedelta(days=age)).date()) for age in (0, 1))
    subject, text = report(settings.deployment, today, yesterday, until=now)
    operator = Person(settings.report_to) if "@" in settings.report_to else _person(settings, settings.report_to)
    return _mailed(self, settings, letter_to(operator, text, subject))


def _person(settings: Settings, user_id: str) -> Person:
    from notify.users import person

    return person(settings.users_table, user_id)


def _mailed(task: Task, settings: Settings, letter: Letter) -> dict[str, str]:
    from notify.delivery import SENDING_TAKES, deliver
    from notify.ledger import Ledger

    task_id = task.request.id or str(uuid.uuid4())
    try:
        message_id = deliver(Ledger(settings.mail_ledger), task_id, settings.mail_from, letter)
    except MailInProgress as error:
        raise task.retry(exc=error, countdown=SENDING_TAKES.total_seconds()) from error
    return {"message_id": message_id, "to": letter.to}
