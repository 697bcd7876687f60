"""Why a mail was not sent, or why nobody can tell.

NotifyError               the root
├── InvalidMessage        there is nothing to send, or too much of it (a ValueError, too)
├── UnknownUser           the users table has no such user
├── NoAddress             the user has no address that mail can be sent to
├── MailRejected          SES refused the mail for good
├── MailNotSent           SES did not take the mail this time: worth a retry
├── MailInProgress        another delivery of the same task is sending it now
└── MailUncertain         the mail may have left or not; it is not sent again, so that nobody gets it twice
"""

from __future__ import annotations

__all__ = [
    "InvalidMessage",
    "MailInProgress",
    "MailNotSent",
    "MailRejected",
    "MailUncertain",
    "NoAddress",
    "NotifyError",
    "UnknownUser",
]


class NotifyError(Exception):
    """The root of the reasons why a mail was not sent."""


class InvalidMessage(NotifyError, ValueError):
    """Raised when there is nothing to send, or too much of it."""


class UnknownUser(NotifyError):
    """Raised when the users table has no such user."""


class NoAddress(NotifyError):
    """Raised when a user has no address that mail can be sent to."""


class MailRejected(NotifyError):
    """Raised when SES refused a mail for good."""


class MailNotSent(NotifyError):
    """Raised when SES certainly did not take a mail, but may the next time."""


class MailInProgress(NotifyError):
    """Raised when another delivery of the same task has begun to send the mail and may still be at it."""


class MailUncertain(NotifyError):
    """Raised when nobody can tell whether a mail left."""
