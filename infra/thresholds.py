"""When an alarm goes off: the defaults, cdk.json's `alarms`, and a worker's own `[alarms]`."""

from __future__ import annotations

from dataclasses import dataclass, fields

from infra.toml_table import TomlTable

__all__ = ["DEFAULTS", "Thresholds"]

DAY_S = 24 * 3600
RANGES = {
    "oldest_message_s": (60, 14 * DAY_S),
    "failure_percent": (0, 100),
    "timeout_percent": (1, 100),
}


@dataclass(frozen=True, kw_only=True)
class Thresholds:
    """The figures above which an alarm goes off.

    `oldest_message_s` is the age of the oldest message of a queue. It must leave room for what may be waiting on
    purpose: a delay in SQS takes up to 15 minutes. `failure_percent` is the share of attempts that end in FAILURE,
    `timeout_percent` that of a function's time-out which its longest invocation takes.
    """

    oldest_message_s: int = 1800
    failure_percent: int = 10
    timeout_percent: int = 90

    def changed(self, table: TomlTable) -> Thresholds:
        """These with what the table says, noting in it all that is wrong."""
        values = {
            each.name: table.integer(each.name, *RANGES[each.name], default=getattr(self, each.name))
            for each in fields(self)
        }
        table.finish()
        return Thresholds(**values)


DEFAULTS = Thresholds()
