"""The HTTP producer on the twin: API Gateway's events in, the answers out; S3 is moto's."""

from __future__ import annotations

import base64
import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from moto import mock_aws

from api.app import app
from api.handler import handler
from celeriac import aws
from celeriac.storage import Bucket
from celeriac.testing import Twin

WORKERS = ("greet", "notify", "process_pdf", "thumbnail")


@dataclass(frozen=True)
class Invocation:
    """Lambda's context."""

    remaining_s: float = 29
    aws_request_id: str = "request-1"

    def get_remaining_time_in_millis(self) -> int:
        return int(self.remaining_s * 1000)


@dataclass(frozen=True)
class Answer:
    """A status, its headers and the document."""

    status: int
    headers: Mapping[str, str]
    json: Any

    @property
    def ids(self) -> list[str]:
        """The ids of the tasks that were accepted."""
        return [task["id"] for task in self.json["tasks"]]

    @property
    def faults(self) -> list[tuple[int | None, str]]:
        """Index and pointer of each error."""
        return [(fault.get("index"), fault.get("pointer", "")) for fault in self.json["errors"]]


@dataclass
class Client:
    """Calls the handler as API Gateway does; `caller` is the id of the IAM role's session."""

    caller: str = "AROAEXAMPLE:session-1"
    invocation: Invocation = field(default_factory=Invocation)

    def post(self, path: str, document: Any, key: str | None = None) -> Answer:
        """POST a JSON document."""
        return self.post_text(path, json.dumps(document), key=key)

    def post_text(self, path: str, text: str, content_type: str = "application/json", key: str | None = None) -> Answer:
        """POST a text."""
        return self.call("POST", path, text, headers=_headers(content_type, key))

    def upload(
        self, path: str, body: bytes, content_type: str, key: str | None = None, user_id: str | None = "ada"
    ) -> Answer:
        """POST a file, which the gateway hands over in base64."""
        headers, query = _headers(content_type, key), {"user_id": user_id} if user_id is not None else None
        return self.call("POST", path, base64.b64encode(body).decode(), headers=headers, query=query, is_base64=True)

    def task(self, task_id: str, **query: str) -> Answer:
        """GET a task."""
        return self.call("GET", "/tasks/{id}", query=query or None, path={"id": task_id})

    def call(
        self,
        method: str,
        resource: str,
        body: str | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        path: Mapping[str, str] | None = None,
        is_base64: bool = False,
    ) -> Answer:
        """Any request."""
        return self.send({
            "resource": resource,
            "path": resource,
            "httpMethod": method,
            "headers": headers,
            "queryStringParameters": query,
            "pathParameters": path,
            "requestContext": {"path": f"/v1{resource}", "identity": {"caller": self.caller}},
            "body": body,
            "isBase64Encoded": is_base64,
        })  # fmt: skip

    def send(self, event: Mapping[str, Any]) -> Answer:
        """An event as it is."""
        answer = handler(event, self.invocation)
        return Answer(answer["statusCode"], answer["headers"], json.loads(answer["body"]))


def _headers(content_type: str, key: str | None) -> dict[str, str]:
    return {"Content-Type": content_type} | ({"Idempotency-Key": key} if key is not None else {})


@pytest.fixture(scope="session", autouse=True)
def _workers() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "path", [str(Path(__file__).parent / "workers"), *sys.path])
        yield


@pytest.fixture(scope="module")
def _s3() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        aws.forget_clients()
        aws.client("s3").create_bucket(Bucket="files")
        yield
    aws.forget_clients()


@pytest.fixture
def files(_s3: None, monkeypatch: pytest.MonkeyPatch) -> Bucket:
    """The bucket of uploads."""
    monkeypatch.setenv("FILES_BUCKET", "files")
    return Bucket("files")


@pytest.fixture
def twin() -> Iterator[Twin]:
    """The system in memory, with the producer connected to it."""
    with Twin(*(import_module(f"{worker}.tasks").app for worker in WORKERS)) as twin:
        app.connect(twin.services)
        yield twin
        app.connect(None)


@pytest.fixture
def client(twin: Twin) -> Client:
    """A caller of the API, whose system is the twin."""
    del twin
    return Client()
