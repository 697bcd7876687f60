"""Calls to the HTTP API, signed as AWS wants them signed."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from local import web
from local.endpoint import KEY_ID, REGION, SECRET


class Api:
    """The API at a base URL, and who calls it: at first the emulator's dummy key."""

    def __init__(self, url: str, key_id: str = KEY_ID, secret: str = SECRET) -> None:
        self.url, self._credentials = url, Credentials(key_id, secret)

    def get(self, path: str, **query: str) -> web.Answer:
        """GET it."""
        return self.call("GET", path, query=query)

    def post_json(self, path: str, content: Any, **headers: str) -> web.Answer:
        """POST a JSON document."""
        return self.call("POST", path, json.dumps(content).encode(), {"Content-Type": "application/json", **headers})

    def call(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
    ) -> web.Answer:
        """Send one request with a SigV4 signature."""
        url = self.url + quote(path) + (f"?{urlencode(query)}" if query else "")
        signed = AWSRequest(method, url, dict(headers or {}), body or b"")
        SigV4Auth(self._credentials, "execute-api", REGION).add_auth(signed)
        return web.request(method, url, body, dict(signed.headers.items()))
