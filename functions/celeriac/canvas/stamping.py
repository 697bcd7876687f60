"""Stamps: headers of one's own on every task of a canvas, put there by a visitor or by hand.

A stamp is an option of a signature whose name is in its `stamped_headers`. It travels in the message's `stamps`,
through retries and replacements, and is in `request.stamps` where the task runs.
Source: https://docs.celeryq.dev/en/stable/userguide/canvas.html#stamping
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

__all__ = ["STAMPED", "StampingVisitor", "merged_stamps", "stamps_of"]

STAMPED = "stamped_headers"
Stamps = dict[str, Any]


class StampingVisitor(ABC):
    """Says which stamps each part of a canvas gets; a method returns them as a dictionary.

    A dictionary may name in `stamped_headers` which of its entries are stamps; otherwise all are.
    """

    @abstractmethod
    def on_signature(self, sig: Any, **headers: Any) -> Stamps:
        """The stamps of a task."""

    def on_group_start(self, group: Any, **headers: Any) -> Stamps:
        """The stamps of all members of a group."""
        return {}

    def on_group_end(self, group: Any, **headers: Any) -> None:
        """Called after a group's members."""

    def on_chain_start(self, chain: Any, **headers: Any) -> Stamps:
        """The stamps of all steps of a chain."""
        return {}

    def on_chain_end(self, chain: Any, **headers: Any) -> None:
        """Called after a chain's steps."""

    def on_chord_header_start(self, sig: Any, **header: Any) -> Stamps:
        """The stamps of all members of a chord's header; as of a group, unless overridden."""
        return self.on_group_start(sig.header, **header) or {}

    def on_chord_header_end(self, sig: Any, **header: Any) -> None:
        """Called after a chord's header."""
        self.on_group_end(sig.header, **header)

    def on_chord_body(self, sig: Any, **header: Any) -> Stamps:
        """The stamps of a chord's body."""
        return {}

    def on_callback(self, callback: Any, **header: Any) -> Stamps:
        """The stamps of a callback."""
        return {}

    def on_errback(self, errback: Any, **header: Any) -> Stamps:
        """The stamps of an error callback."""
        return {}


def merged_stamps(first: Mapping[str, Any], *others: Mapping[str, Any] | None, append: bool) -> Stamps:
    """The stamps of several dictionaries; of one name the first counts, or with `append` the list of all."""
    stamps = {name: first[name] for name in first.get(STAMPED, [*first]) if name in first}
    for other in others:
        for name, value in stamps_of(other or {}, all_by_default=True).items():
            if name not in stamps:
                stamps[name] = value
            elif append:
                stamps[name] = [*_listed(stamps[name]), *_listed(value)]
    stamps = {name: _listed(value) if isinstance(value, set | frozenset) else value for name, value in stamps.items()}
    return {**stamps, STAMPED: list(stamps)}


def stamps_of(options: Mapping[str, Any], *, all_by_default: bool = False) -> Stamps:
    """The stamps among some options."""
    names = options.get(STAMPED, [*options] if all_by_default else [])
    return {name: options[name] for name in names if name in options and name != STAMPED}


def _listed(value: Any) -> list[Any]:
    """A value as a list; a set is sorted, for JSON has none and a message is the same text each time."""
    if isinstance(value, set | frozenset):
        return sorted(value, key=repr)
    return list(value) if isinstance(value, list | tuple) else [value]
