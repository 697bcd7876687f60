"""Callbacks: what a call has to do when it has succeeded or failed, as options of its signature.

Source: https://docs.celeryq.dev/en/stable/userguide/canvas.html#callbacks
"""

from __future__ import annotations

from typing import Any, Self

__all__ = ["Linking", "listed"]


class Linking(dict[str, Any]):
    """A signature's part that takes callbacks."""

    options: Any

    def link(self, callback: Any) -> Any:
        """Call this with the result when the task has succeeded; returns the callback."""
        return self.append_to_list_option("link", callback)

    def link_error(self, errback: Any) -> Any:
        """Call this when the task has failed; returns the errback."""
        return self.append_to_list_option("link_error", errback)

    def on_error(self, errback: Any) -> Self:
        """As `link_error`, but returns the signature itself."""
        self.link_error(errback)
        return self

    def append_to_list_option(self, option: str, value: Any) -> Any:
        """Add to an option that is a list, unless it is there already."""
        items = self.options[option] = listed(self.options.get(option))
        if value not in items:
            items.append(value)
        return value

    def extend_list_option(self, option: str, values: Any) -> None:
        """Add several things to an option that is a list."""
        self.options[option] = [*listed(self.options.get(option)), *listed(values)]


def listed(value: Any) -> list[Any]:
    """An option that may be one thing, several, or none, as a list."""
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]
