"""Calls as data, and what can be made of them: chains, groups, chords, maps and chunks.

Source: https://docs.celeryq.dev/en/stable/userguide/canvas.html
"""

from celeriac.canvas.chain import _chain, chain
from celeriac.canvas.chord import _chord, chord
from celeriac.canvas.group import group
from celeriac.canvas.maps import chunks, xmap, xstarmap
from celeriac.canvas.signature import Signature, maybe_signature, signature
from celeriac.canvas.stamping import StampingVisitor

subtask = signature
maybe_subtask = maybe_signature

__all__ = [
    "Signature",
    "StampingVisitor",
    "_chain",
    "_chord",
    "chain",
    "chord",
    "chunks",
    "group",
    "maybe_signature",
    "maybe_subtask",
    "signature",
    "subtask",
    "xmap",
    "xstarmap",
]
