"""Why things of Celery's are not here, or are so for all: the sentences that are told in more than one place."""

from __future__ import annotations

__all__ = ["ERRORS_KEPT", "LATE", "LOST", "NO_COMPRESSION", "NO_EVENTS", "NO_SIGNATURES", "OWN_RESULT", "REDELIVERED"]

LATE = "a message is deleted when its outcome is recorded"
REDELIVERED = "the message comes back, up to `max_receives` times"
LOST = "what is lost comes back from SQS, uncounted, up to `max_receives` times"
ERRORS_KEPT = "an error is never lost, so that it can be listed and tried again"
OWN_RESULT = "an eager result is the caller's alone"
NO_COMPRESSION = "what is long goes through S3; nothing is compressed"
NO_EVENTS = "there are no events; the log has a line for each task, and the table a row"
NO_SIGNATURES = "messages are not signed: IAM says who may send to a queue, and SQS encrypts what is in it"
