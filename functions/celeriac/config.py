"""Where a process finds its deployment, read once into a frozen object.

In Lambda the stack sets every variable. Elsewhere one name is enough: `CELERIAC_DEPLOYMENT=celeriac-dev` reads the rest
from the SSM parameter `/celeriac/celeriac-dev`, which the stack writes.
"""

from __future__ import annotations

import functools
import json
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from celeriac import aws, lanes
from celeriac.deployment_names import deployment_here
from celeriac.exceptions import ImproperlyConfigured
from celeriac.lanes import Lane

__all__ = ["Config", "of_this_process"]

_VARIABLES = {"table": "CELERIAC_TABLE", "payloads": "CELERIAC_PAYLOADS", "queues": "CELERIAC_QUEUES"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """One process's view of a deployment.

    `worker` is the folder that runs here, "" outside Lambda; `queues` maps the workers and lanes that this process may
    send to onto their queues' URLs, and `lanes` says what is particular about some of them; `concurrency` is the number
    of tasks of one batch that run side by side, `max_receives` that of deliveries after which a message is a dead
    letter; `etas` is the group of EventBridge schedules for far ETAs, "" where there is none and messages hop;
    `list_tasks` says whether every outcome is listed, or failures only.
    """

    deployment: str
    table: str
    payloads: str
    queues: Mapping[str, str]
    worker: str = ""
    concurrency: int = 1
    max_receives: int = 5
    lanes: Mapping[str, Lane] = field(default_factory=dict)
    etas: str = ""
    list_tasks: bool = False

    @classmethod
    def load(cls, read_parameter: Callable[[str], str], environ: Mapping[str, str] = os.environ) -> Self:
        """Read the environment, and SSM for what it lacks; raises ImproperlyConfigured listing all that is missing."""
        deployment = deployment_here(environ)
        settings: dict[str, Any] = {name: environ[key] for name, key in _VARIABLES.items() if environ.get(key)}
        if deployment and len(settings) < len(_VARIABLES):
            settings = {**_stored(f"/celeriac/{deployment}", read_parameter), **settings}
        if missing := [key for name, key in _VARIABLES.items() if not settings.get(name)]:
            raise ImproperlyConfigured(
                f"set CELERIAC_DEPLOYMENT to a deployment's name, such as celeriac-dev, or set {', '.join(missing)}"
            )
        queues, particular = _queues(settings["queues"])
        return cls(
            deployment=deployment,
            table=settings["table"],
            payloads=settings["payloads"],
            queues=queues,
            lanes=particular,
            etas=_group(environ.get("CELERIAC_ETAS", settings.get("etas", ""))),
            worker=environ.get("CELERIAC_WORKER", ""),
            concurrency=_count(environ, "CELERIAC_CONCURRENCY", 1),
            max_receives=_count(environ, "CELERIAC_MAX_RECEIVES", 5),
            list_tasks=_is_on(environ, "CELERIAC_LIST_TASKS"),
        )


def _stored(name: str, read_parameter: Callable[[str], str]) -> dict[str, Any]:
    text = read_parameter(name)
    try:
        stored = json.loads(text)
    except ValueError:
        stored = None
    if not isinstance(stored, dict):
        raise ImproperlyConfigured(f"SSM parameter {name} must be a JSON object, as the stack writes it: deploy again")
    return stored


def _queues(value: str | dict[str, Any]) -> tuple[dict[str, str], dict[str, Lane]]:
    try:
        queues = json.loads(value) if isinstance(value, str) else value
    except ValueError:
        queues = None
    return lanes.read(queues, "CELERIAC_QUEUES")


def _group(value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[0-9A-Za-z_.-]{0,64}", value):
        raise ImproperlyConfigured(f"CELERIAC_ETAS must be the name of a group of schedules, not {value!r:.100}")
    return value


def _count(environ: Mapping[str, str], variable: str, default: int) -> int:
    text = environ.get(variable, str(default))
    if not (text.isascii() and text.isdigit()) or int(text) < 1:
        raise ImproperlyConfigured(f"{variable} must be a whole number of 1 or more, not {text!r}")
    return int(text)


def _is_on(environ: Mapping[str, str], variable: str) -> bool:
    text = environ.get(variable, "off")
    if text not in {"on", "off"}:
        raise ImproperlyConfigured(f"{variable} must be on or off, not {text!r:.100}")
    return text == "on"


@functools.cache
def of_this_process() -> Config:
    """The configuration that the environment names, read once."""
    return Config.load(aws.parameter)
