"""What a worker may be called: its folder's name is a queue's, a function's and a Python package's as well."""

from __future__ import annotations

import keyword
import re
import sys
from collections.abc import Mapping, Sequence

__all__ = ["FUNCTIONS", "name_problem"]

FUNCTIONS: Mapping[str, str] = {
    "api": "the HTTP producer",
    "arrivals": "the function for arrivals in S3",
    "console": "the function for the console",
    "dead_letters": "the function for dead letters",
    "operator": "the function for operators",
}
"""The functions that a deployment has beside its workers."""

_NAME = re.compile(r"[a-z][a-z0-9_]{0,31}")  # a function's name has 64 characters, 25 of them the deployment's
_TAKEN = {"celeriac": "the library", **FUNCTIONS}
# What Lambda's Python has on its path beside the standard library: /var/task comes before it.
_IN_THE_RUNTIME = {"boto3", "botocore", "s3transfer", "jmespath", "dateutil", "urllib3", "six", "awslambdaric"}


def name_problem(name: str, installed: Mapping[str, Sequence[str]]) -> str | None:
    """Why no worker can have this name, or None; `installed` has the distributions by the modules that they bring."""
    if not _NAME.fullmatch(name):
        return f"must match {_NAME.pattern}, not {name!r:.100}"
    if name in _TAKEN:
        return f"{name!r} is taken by {_TAKEN[name]}"
    if keyword.iskeyword(name):
        return f"{name!r} is a word of Python's"
    if name in sys.stdlib_module_names:
        return f"{name!r} would hide the standard library's module"
    if name in _IN_THE_RUNTIME or name in installed:
        return f"{name!r} would hide the installed package {', '.join(installed.get(name, [name]))}"
    return None
