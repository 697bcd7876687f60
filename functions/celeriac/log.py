"""JSON lines: one a task, with its id, name, attempt, queue and duration, as CloudWatch Logs Insights reads them.

Arguments and results are not logged; they may hold what nobody should read.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

__all__ = ["configure", "logger", "task_line"]

logger = logging.getLogger("celeriac")


class JSONFormatter(logging.Formatter):
    """A record as one line of JSON; `extra={"fields": {…}}` adds fields."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps({key: value for key, value in line.items() if value is not None}, default=str)


def configure(environ: Mapping[str, str], level: int = logging.INFO) -> None:
    """In Lambda, write JSON lines to the root logger's handler, which the runtime set up; elsewhere, leave it alone."""
    if "AWS_LAMBDA_FUNCTION_NAME" not in environ:
        return
    root = logging.getLogger()
    if not root.handlers:
        root.addHandler(logging.StreamHandler())
    for handler in root.handlers:
        handler.setFormatter(JSONFormatter())
    root.setLevel(level)
    logging.getLogger("botocore").setLevel(max(level, logging.WARNING))  # it tells of its credentials at every start


def task_line(level: int, text: str, **fields: Any) -> None:
    """One line about a task."""
    logger.log(level, text, extra={"fields": fields})
