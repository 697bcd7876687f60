"""The CDK context, read key by key; what is wrong with it is told all at once."""

from __future__ import annotations

import re

from constructs import Node

__all__ = ["Context", "SettingsError"]

SWITCH = ("on", "off")


class SettingsError(ValueError):
    """Raised when the context is wrong; the message lists all that is."""


class Context:
    """What `cdk.json` and `-c KEY=VALUE` say; a value that is wrong is added to `problems`."""

    def __init__(self, node: Node) -> None:
        self.node, self.problems = node, list[str]()

    def value(self, key: str) -> object:
        """What is said, as it is."""
        return self.node.try_get_context(key)

    def text(self, key: str, pattern: re.Pattern[str], wanted: str) -> str:
        """A text that must match."""
        value = self.value(key)
        if not pattern.fullmatch(str(value)):
            self.problems.append(f"{key}: must be {wanted}, not {value!r}")
        return str(value)

    def text_or_none(self, key: str, pattern: re.Pattern[str], wanted: str) -> str | None:
        """A text that must match, or nothing."""
        return self.text(key, pattern, wanted) if self.value(key) else None

    def choice(self, key: str, *choices: str) -> str:
        """One of a few words."""
        value = self.value(key)
        if value not in choices:
            self.problems.append(f"{key}: must be one of {', '.join(choices)}, not {value!r}")
        return str(value)

    def switch(self, key: str) -> bool:
        """Whether it is on."""
        return self.choice(key, *SWITCH) == SWITCH[0]

    def finish(self) -> None:
        """Raise SettingsError if anything is wrong."""
        if self.problems:
            raise SettingsError("\n".join(["the context (cdk.json or -c KEY=VALUE) is wrong:", *self.problems]))
