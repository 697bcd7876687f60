"""What a deployment may be called: `celeriac-` and its stage; the names of all that it has go on with a hyphen.

A stage has none. Rights to a deployment are rights to `celeriac-dev-*`, and would reach a stage "dev-2", too.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping

from celeriac.exceptions import ImproperlyConfigured

__all__ = ["deployment_here", "deployment_of", "stage_problem"]

_PREFIX = "celeriac-"
_STAGE = re.compile(r"[a-z][a-z0-9]{0,15}")  # names of 64 characters leave this much beside the prefix and a worker's


def deployment_of(stage: str) -> str:
    """The name of a stage's deployment."""
    return f"{_PREFIX}{stage}"


def stage_problem(stage: object) -> str | None:
    """Why no stage can be called this, or None."""
    text = stage if isinstance(stage, str) else ""
    if _STAGE.fullmatch(text):
        return None
    wanted = f"must be a letter and up to 15 more of a-z and 0-9, not {stage!r:.100}"
    if "-" not in text:
        return wanted
    within = _PREFIX + text.split("-")[0]
    return f"{wanted}: it has no hyphen, for who has a right to {within}-* would have it here, too"


def deployment_here(environ: Mapping[str, str] = os.environ) -> str:
    """The deployment that CELERIAC_DEPLOYMENT names, "" where it names none; raises ImproperlyConfigured."""
    name = environ.get("CELERIAC_DEPLOYMENT", "")
    if name and (not name.startswith(_PREFIX) or stage_problem(name.removeprefix(_PREFIX))):
        raise ImproperlyConfigured(
            f"CELERIAC_DEPLOYMENT must be {_PREFIX} and a stage of a letter and up to 15 more of a-z and 0-9, "
            f"such as celeriac-dev, not {name!r:.100}"
        )
    return name
