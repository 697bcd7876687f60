"""The loggers of the process that tests run in, which a worker sets up where it takes itself to be in Lambda."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["left_as_they_were"]

NAMES = (None, "botocore", "celeriac.worker.strategy")


@contextmanager
def left_as_they_were() -> Iterator[None]:
    """Undo at the end what sets them up in here: pytest's own handlers are the same ones for all tests of a process."""
    levels = [(logger, logger.level) for logger in map(logging.getLogger, NAMES)]
    formatters = [(handler, handler.formatter) for handler in logging.getLogger().handlers]
    try:
        yield
    finally:
        for logger, level in levels:
            logger.setLevel(level)
        for handler, formatter in formatters:
            handler.setFormatter(formatter)
