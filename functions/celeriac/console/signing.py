"""Signing calls with the credentials that every AWS SDK on this machine would use.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html
"""

from __future__ import annotations

import threading

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSPreparedRequest, AWSRequest
from botocore.exceptions import NoCredentialsError
from botocore.session import Session, get_session

__all__ = ["Signer"]

SERVICE = "execute-api"


class Signer:
    """Signs for one region; what it raises is botocore's."""

    def __init__(self, region: str) -> None:
        self.region = region
        self._session: Session | None = None
        self._lock = threading.Lock()

    def sign(self, request: AWSRequest) -> AWSPreparedRequest:
        """The request with its signature. Credentials that end by themselves are renewed by themselves."""
        with self._lock:
            self._session = self._session or get_session()
            credentials = self._session.get_credentials()
            if credentials is None:
                raise NoCredentialsError
            SigV4Auth(credentials.get_frozen_credentials(), SERVICE, self.region).add_auth(request)
        return request.prepare()

    def forget(self) -> None:
        """Look for credentials anew at the next call: somebody may have signed in again meanwhile."""
        with self._lock:
            self._session = None
