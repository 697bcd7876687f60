"""Placeholders in a worker.toml: names that only a deployment knows, such as {files_bucket}."""

from __future__ import annotations

import re
from collections.abc import Mapping

__all__ = ["PLACEHOLDERS", "fill", "unknown_placeholders"]

PLACEHOLDERS = ("deployment", "partition", "region", "account", "files_bucket", "users_table", "results_table")
# Only a bare word in braces: JSON in an environment value keeps its own.
PATTERN = re.compile(r"\{([A-Za-z_]\w*)\}")


def unknown_placeholders(text: str) -> list[str]:
    """The placeholders in `text` that no deployment fills."""
    return [name for name in PATTERN.findall(text) if name not in PLACEHOLDERS]


def fill(text: str, values: Mapping[str, str]) -> str:
    """Put the deployment's names in place of the placeholders."""
    return PATTERN.sub(lambda match: values[match[1]], text)
