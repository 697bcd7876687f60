"""Calls to the HTTP API: signed, bounded in size and time, and answered in JSON whatever happens on the way."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING

from botocore.awsrequest import AWSRequest
from botocore.exceptions import BotoCoreError, ReadTimeoutError
from botocore.httpsession import URLLib3Session
from botocore.session import get_session
from botocore.utils import get_environ_proxies
from urllib3 import exceptions  # which botocore does not translate while a body is read

from celeriac.console.answer import Answer
from celeriac.console.problems import PROBLEM_JSON, Refused
from celeriac.console.signing import Signer
from celeriac.exceptions import ImproperlyConfigured

if TYPE_CHECKING:
    from collections.abc import Mapping

    from botocore.awsrequest import AWSPreparedRequest

    from celeriac.console.address import ApiAddress

__all__ = ["Upstream"]

CONNECT_TIMEOUT_S = 5
READ_TIMEOUT_S = 30
"""A second more than API Gateway waits for a function."""
ANSWER_BYTES = 10 * 1024 * 1024
"""What API Gateway lets through: https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html"""
CONNECTIONS = 16
"""A page asks for several things at a time."""
JSON = "application/json"
AS_TOLD = {
    JSON: JSON,
    PROBLEM_JSON: PROBLEM_JSON,
    "application/x-amz-json-1.0": JSON,
    "application/x-amz-json-1.1": JSON,
}
"""The content types of JSON, with those that AWS itself refuses with, and what the page is told."""
CREDENTIALS_REFUSED = {"ExpiredTokenException", "InvalidSignatureException", "UnrecognizedClientException"}
"""What the gateway's `x-amzn-ErrorType` says where it is not a right that is missing."""


class Upstream:
    """The API at an address, called as the holder of this process's AWS credentials."""

    def __init__(self, address: ApiAddress, *, read_timeout_s: float = READ_TIMEOUT_S) -> None:
        session = get_session()
        region = address.region or session.get_config_variable("region")
        if not region:
            raise ImproperlyConfigured("the API's region is not known: set AWS_DEFAULT_REGION")
        self.address, self._signer = address, Signer(str(region))
        self._http = URLLib3Session(
            verify=session.get_config_variable("ca_bundle") or True,
            proxies=get_environ_proxies(address.url),
            timeout=(CONNECT_TIMEOUT_S, read_timeout_s),  # type: ignore[arg-type]  # the stubs know no pair
            max_pool_connections=CONNECTIONS,
        )

    @property
    def region(self) -> str:
        """The region that calls are signed for."""
        return self._signer.region

    def call(self, method: str, path: str, query: str = "", body: bytes = b"") -> Answer:
        """Send one call and hand its answer on; raises Refused where there is none, or none that is JSON.

        `path` and `query` are encoded. A redirect is not followed: its target would get a signed call.
        """
        url = f"{self.address.url}/{path}" + (f"?{query}" if query else "")
        headers = {"Accept": f"{JSON}, {PROBLEM_JSON}", **({"Content-Type": JSON} if body else {})}
        status, told, content = self._sent(self._signed(AWSRequest(method, url, headers, body, stream_output=True)))
        if (reason := told.get("x-amzn-ErrorType", "").partition(":")[0]) in CREDENTIALS_REFUSED:
            raise self._without_credentials(f"AWS says {reason}.")
        return _checked(status, told.get("Content-Type", ""), content)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def _signed(self, request: AWSRequest) -> AWSPreparedRequest:
        try:
            return self._signer.sign(request)
        except BotoCoreError as error:
            raise self._without_credentials(str(error)) from error

    def _sent(self, request: AWSPreparedRequest) -> tuple[int, Mapping[str, str], bytes]:
        try:
            response = self._http.send(request)
            with response.raw:
                content = response.raw.read(ANSWER_BYTES + 1, decode_content=False)
        except (ReadTimeoutError, exceptions.ReadTimeoutError) as error:
            raise Refused(HTTPStatus.GATEWAY_TIMEOUT, "api-slow", "The API did not answer in time.") from error
        except (BotoCoreError, exceptions.HTTPError, OSError) as error:
            raise _bad_gateway("api-unreachable", f"The API could not be reached: {error}") from error
        return response.status_code, response.headers, content

    def _without_credentials(self, why: str) -> Refused:
        self._signer.forget()
        return _bad_gateway("credentials", f"Your AWS credentials do not work; sign in again, then go on here. {why}")


def _checked(status: int, content_type: str, content: bytes) -> Answer:
    """The answer, if the page can read it."""
    media_type = content_type.partition(";")[0].strip().lower()
    if len(content) > ANSWER_BYTES:
        raise _bad_gateway("api-not-json", f"The API's answer has more than {ANSWER_BYTES:,} bytes.")
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        raise _bad_gateway("api-redirects", f"Instead of the API something answered that redirects ({status}).")
    if media_type not in AS_TOLD or not _is_json(content):
        raise _bad_gateway("api-not-json", f"Instead of the API something answered that is not JSON ({status}).")
    return Answer(status, AS_TOLD[media_type], content)


def _is_json(content: bytes) -> bool:
    """Whether it is JSON, which what breaks off is not."""
    try:
        json.loads(content)
    except (ValueError, RecursionError):
        return False
    return True


def _bad_gateway(kind: str, detail: str) -> Refused:
    return Refused(HTTPStatus.BAD_GATEWAY, kind, detail)
