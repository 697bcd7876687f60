"""botocore clients, one a service, made when first used: a worker that never stores a file never builds an S3 client.

`AWS_ENDPOINT_URL` points all of them at a local cloud, as it does for every AWS SDK.
"""

from __future__ import annotations

import functools
import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any

from celeriac.exceptions import CeleriacError, ImproperlyConfigured, OperationalError

__all__ = ["client", "error_code", "forget_clients", "parameter", "translated"]

_lock = threading.Lock()
_NO_PARAMETER = {"ParameterNotFound": ImproperlyConfigured}

CONNECT_TIMEOUT_S = 3
READ_TIMEOUT_S = 8
ATTEMPTS = 3
"""Tries of one call, the first included, with the back-off of botocore's standard mode."""
CONNECTIONS = 32
"""As many as one batch's threads may want at a time."""


def client(service: str) -> Any:
    """The process's client of an AWS service, such as "sqs"; botocore clients may be shared by threads."""
    with _lock:
        return _client(service)


@functools.cache
def _client(service: str) -> Any:
    import botocore.session  # a process that only declares tasks must not pay for it
    from botocore.config import Config

    config = Config(
        connect_timeout=CONNECT_TIMEOUT_S,
        read_timeout=READ_TIMEOUT_S,
        retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
        max_pool_connections=CONNECTIONS,
        s3={"addressing_style": "path" if _is_local() else "virtual"},
        # Else links and forms are signed with version 2 in the oldest regions, which newer buckets refuse.
        signature_version="s3v4" if service == "s3" else None,
    )
    return botocore.session.get_session().create_client(service, config=config)


def _is_local() -> bool:
    return bool(os.environ.get("AWS_ENDPOINT_URL"))


def forget_clients() -> None:
    """Make new clients from now on: for tests that change the endpoint, and for a process that has forked."""
    _client.cache_clear()


def parameter(name: str) -> str:
    """The value of an SSM parameter; raises ImproperlyConfigured where there is none, or no place to ask."""
    try:
        with translated(f"SSM parameter {name:.200}", _NO_PARAMETER):
            return str(client("ssm").get_parameter(Name=name)["Parameter"]["Value"])
    except ImproperlyConfigured as error:
        raise ImproperlyConfigured(
            f"there is no SSM parameter {name:.200}: no deployment of that name is in this account and region"
        ) from error
    except ValueError as error:  # what botocore has to say of an AWS_ENDPOINT_URL
        raise ImproperlyConfigured(f"SSM parameter {name:.200}: {error}") from error


@contextmanager
def translated(what: str, kinds: Mapping[str, type[CeleriacError]] = MappingProxyType({})) -> Iterator[None]:
    """Turn botocore's errors into Celeriac's: the kind that belongs to AWS's error code, else OperationalError."""
    from botocore.exceptions import BotoCoreError, ClientError  # as above

    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise kinds.get(error_code(error), OperationalError)(f"{what}: {error}") from error


def error_code(error: BaseException | None) -> str:
    """AWS's code of an error, such as "ConditionalCheckFailedException"; "" where there is none."""
    response = getattr(error, "response", None) or {}
    return str(response.get("Error", {}).get("Code", ""))
