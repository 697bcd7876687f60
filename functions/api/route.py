"""What a route is: which function answers it, who may take it, and what goes in and comes out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from api.parameters import Parameter
from api.problems import Problem
from api.requests import Request
from api.responses import Response

__all__ = ["OPERATE", "READ", "SUBMIT", "Permission", "Route"]

Permission = Literal["submit", "read", "operate"]
SUBMIT: tuple[Permission, ...] = ("submit",)
READ: tuple[Permission, ...] = ("read",)
OPERATE: tuple[Permission, ...] = ("operate",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A function that answers, and what goes in and out: parameters, a JSON body or a file, a document, problems."""

    answer: Callable[[Request], Response]
    permissions: tuple[Permission, ...]
    """Any of these will do; the gateway asks for them (`infra.constructs.http_api`)."""
    status: int
    document: Any
    parameters: tuple[Parameter, ...] = ()
    body: Any = None
    files: tuple[str, ...] = ()
    problems: tuple[type[Problem], ...] = ()
