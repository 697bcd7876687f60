"""Where a deployment's HTTP API answers: as it was told, or as the deployment's SSM parameter says."""

from __future__ import annotations

import ipaddress
import json
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import SplitResult, quote, urlsplit

from celeriac import aws
from celeriac.deployment_names import deployment_here
from celeriac.exceptions import ImproperlyConfigured

__all__ = ["ApiAddress"]

_OF_AWS = re.compile(r"[a-z0-9]+\.execute-api\.([a-z0-9-]+)\.amazonaws\.com(\.cn)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiAddress:
    """The API's URL without a slash at its end, the deployment's name, and the local cloud that it is in, if any."""

    url: str
    deployment: str = ""
    endpoint: str | None = None

    @classmethod
    def find(
        cls,
        told: str | None = None,
        read_parameter: Callable[[str], str] = aws.parameter,
        environ: Mapping[str, str] = os.environ,
    ) -> Self:
        """What was told, else CELERIAC_API, else what the deployment wrote down; raises ImproperlyConfigured."""
        deployment, endpoint = deployment_here(environ), environ.get("AWS_ENDPOINT_URL", "").rstrip("/")
        if url := told or environ.get("CELERIAC_API"):
            return cls(url=_checked(url), deployment=deployment, endpoint=endpoint or None)
        if not deployment:
            raise ImproperlyConfigured(
                "set CELERIAC_DEPLOYMENT to a deployment's name, such as celeriac-dev, or name the API: --api URL"
            )
        stored = _stored(f"/celeriac/{deployment}/api", read_parameter)
        if endpoint:  # the URL that a local cloud's CloudFormation knows is at amazonaws.com
            url = f"{endpoint}/_aws/execute-api/{quote(stored['id'], safe='')}/{quote(stored['stage'], safe='')}"
            return cls(url=url, deployment=deployment, endpoint=endpoint)
        return cls(url=_checked(stored["url"]), deployment=deployment)

    @property
    def region(self) -> str | None:
        """The region that AWS's own host names have in them."""
        found = _OF_AWS.fullmatch(urlsplit(self.url).hostname or "")
        return found[1] if found else None


def _stored(name: str, read_parameter: Callable[[str], str]) -> dict[str, str]:
    text = read_parameter(name)
    try:
        stored: Any = json.loads(text)
    except ValueError:
        stored = None
    if not isinstance(stored, dict) or not all(isinstance(stored.get(key), str) for key in ("id", "stage", "url")):
        raise ImproperlyConfigured(
            f"SSM parameter {name} must have id, stage and url, as the stack writes it: deploy again"
        )
    return stored


def _checked(url: str) -> str:
    """The URL, if a signed call may go there: over TLS, or to this machine."""
    parts = _split(url)
    if parts is None or parts.query or parts.fragment or parts.username is not None:
        raise ImproperlyConfigured(f"the API's address must be a URL such as https://example.com/v1, not {url!r:.200}")
    if parts.scheme != "https" and not _is_this_machine(parts.hostname or ""):
        raise ImproperlyConfigured(
            f"the API's address must begin with https://, for it is not on this machine: {url!r:.200}"
        )
    return url.rstrip("/")


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        _ = parts.port  # which is where a bad one is noticed
    except ValueError:
        return None
    return (
        parts if parts.scheme in {"http", "https"} and parts.hostname and not re.search(r"[\s\x00-\x1f]", url) else None
    )


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
