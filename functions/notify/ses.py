"""Send one mail by SES, once: what SES's answer, or its silence, says about the mail.

SES has no idempotency token, so nothing here repeats a send by itself. `MailNotSent` is raised only where the mail
certainly was not taken; where nobody can tell, it is `MailUncertain`.
"""

from __future__ import annotations

import functools
from typing import Any

from celeriac import aws
from notify.errors import MailNotSent, MailRejected, MailUncertain
from notify.letter import Letter

__all__ = ["send"]

THROTTLED = frozenset({"Throttling", "ThrottlingException", "TooManyRequestsException", "RequestLimitExceeded"})
"""SES says "Maximum sending rate exceeded" and "Daily message quota exceeded" with the first of these."""
REFUSED_BEFORE_WORK = frozenset({429, 503})
SERVER_ERROR = 500


def send(sender: str, letter: Letter) -> str:
    """Hand a letter to SES; returns SES's id of the mail."""
    from botocore import exceptions  # a producer that only sends tasks must not pay for it

    before_connecting = (
        exceptions.EndpointConnectionError,
        exceptions.ConnectTimeoutError,
        exceptions.ProxyConnectionError,
        exceptions.NoCredentialsError,
    )
    try:
        answer = _sending_once(aws.client("ses")).send_email(
            Source=sender,
            Destination={"ToAddresses": [letter.to]},
            Message={"Subject": _utf8(letter.subject), "Body": {"Text": _utf8(letter.text)}},
        )
    except exceptions.ClientError as error:
        raise _judged(error, letter.to) from error
    except before_connecting as error:
        raise MailNotSent(f"SES could not be reached: {error}") from error
    except exceptions.BotoCoreError as error:
        raise MailUncertain(f"the connection to SES broke: whether the mail left is unknown: {error}") from error
    return str(answer["MessageId"])


@functools.lru_cache(maxsize=1)
def _sending_once(client: Any) -> Any:
    """The client, made to send each request once and over a connection of its own.

    botocore repeats a request whose answer was lost, and would so mail twice; and a connection that slept as long as
    the function did may break under a request, which says nothing about the mail.
    """
    client.meta.events.unregister("needs-retry.ses", unique_id="retry-config-ses")
    client.meta.events.register("before-send.ses", _without_keep_alive)
    return client


def _without_keep_alive(request: Any, **_: object) -> None:
    request.headers["Connection"] = "close"


def _utf8(text: str) -> dict[str, str]:
    return {"Data": text, "Charset": "UTF-8"}


def _judged(error: Any, address: str) -> Exception:
    """What an error that SES itself returned says about the mail."""
    status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    message = error.response.get("Error", {}).get("Message") or str(error)
    if aws.error_code(error) in THROTTLED or status in REFUSED_BEFORE_WORK:
        return MailNotSent(f"SES asks to send more slowly: {message}")
    if status >= SERVER_ERROR:
        return MailUncertain(f"SES had an internal error: whether the mail left is unknown: {message}")
    return MailRejected(f"SES refused the mail to {address}: {message}")
