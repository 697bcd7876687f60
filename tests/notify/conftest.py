"""A deployment's tables, bucket and mailbox in moto, and an SES that can be told what to answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from moto import mock_aws
from moto.ses.models import Message, ses_backends

from celeriac import aws
from celeriac.testing import Crash

ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": "us-east-1",
    "DEPLOYMENT": "celeriac-test",
    "FILES_BUCKET": "files",
    "USERS_TABLE": "users",
    "MAIL_LEDGER": "results",
    "MAIL_FROM": "sender@example.com",
    "REPORT_TO": "operator@example.com",
}


class Body:
    """The raw body of an answer."""

    def __init__(self, text: bytes) -> None:
        self._text = text

    def stream(self, *_: object, **__: object) -> Iterator[bytes]:
        yield self._text


class Post:
    """SES as a test sees it: what was sent, and what it is to answer instead of sending."""

    def __init__(self) -> None:
        self.requests = 0
        self.headers: list[Any] = []
        self._answers: list[AWSResponse | BaseException] = []
        self._refused: set[int] = set()
        self._steps: list[Callable[[], None]] = []
        self._events = aws.client("ses").meta.events
        self._events.register_first("before-send.ses", self._answer)

    def close(self) -> None:
        """Leave SES as it was."""
        self._events.unregister("before-send.ses", self._answer)

    @property
    def sent(self) -> list[Message]:
        """The mails that SES took."""
        return [message for number, message in enumerate(self._messages) if number not in self._refused]

    @property
    def _messages(self) -> list[Message]:
        messages = ses_backends["123456789012"]["us-east-1"].sent_messages
        return [message for message in messages if isinstance(message, Message)]

    def will_answer(self, status: int, code: str, message: str) -> None:
        """Answer the next request with an error of SES's own."""
        text = f"<ErrorResponse><Error><Code>{code}</Code><Message>{message}</Message></Error></ErrorResponse>"
        self._answers.append(AWSResponse("https://ses", status, HTTPHeaders(), Body(text.encode())))

    def will_break(self, error: BaseException) -> None:
        """Let the connection break over the next request."""
        self._answers.append(error)

    def before_answering(self, step: Callable[[], None]) -> None:
        """Do this before the next request is answered."""
        self._steps.append(step)

    def _answer(self, request: Any, **_: object) -> AWSResponse | None:
        self.requests += 1
        self.headers.append(request.headers)
        while self._steps:
            self._steps.pop()()
        answer = self._answers.pop(0) if self._answers else None
        if isinstance(answer, BaseException):
            raise answer
        if answer:
            self._refused.add(len(self._messages))  # where moto, whose answer comes second, will put it all the same
        return answer


class Cloud:
    """A deployment with the users ada (Ada Lovelace, ada@example.com), mute (no address) and odd (an unusable one)."""

    def __init__(self) -> None:
        aws.client("s3").create_bucket(Bucket="files")
        aws.client("ses").verify_email_identity(EmailAddress="sender@example.com")
        for table, key in (("users", "user_id"), ("results", "id")):
            aws.client("dynamodb").create_table(
                TableName=table,
                BillingMode="PAY_PER_REQUEST",
                AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"}],
                KeySchema=[{"AttributeName": key, "KeyType": "HASH"}],
            )
        self._add_user("ada", name="Ada Lovelace", email="ada@example.com")
        self._add_user("mute", name="Mute")
        self._add_user("odd", email="a@example.com, b@example.com")
        self.post = Post()

    def ledger_item(self, task_id: str) -> dict[str, str]:
        """A task's item in the ledger, looked at from outside."""
        found = aws.client("dynamodb").get_item(TableName="results", Key={"id": {"S": f"mail#{task_id}"}})
        return {name: next(iter(value.values())) for name, value in found.get("Item", {}).items()}

    def crash_over(self, operation: str) -> None:
        """Let the worker die before the next DynamoDB request of this sort."""
        events = aws.client("dynamodb").meta.events

        def crash(**_: object) -> None:
            events.unregister(f"before-send.dynamodb.{operation}", crash)
            raise Crash

        events.register_first(f"before-send.dynamodb.{operation}", crash)

    def lose_table(self, name: str) -> None:
        """Let a table be gone from now on."""
        aws.client("dynamodb").delete_table(TableName=name)

    def _add_user(self, user_id: str, **attributes: str) -> None:
        item = {name: {"S": value} for name, value in {"user_id": user_id, **attributes}.items()}
        aws.client("dynamodb").put_item(TableName="users", Item=item)


@pytest.fixture(scope="module")
def environment() -> Iterator[None]:
    """The worker's environment; AWS clients are made once a module, which is what takes long."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in ENVIRONMENT.items():
            patch.setenv(name, value)
        patch.delenv("AWS_ENDPOINT_URL", raising=False)
        aws.forget_clients()
        yield
        aws.forget_clients()


@pytest.fixture
def cloud(environment: None) -> Iterator[Cloud]:
    with mock_aws():
        made = Cloud()
        yield made
        made.post.close()


@pytest.fixture
def post(cloud: Cloud) -> Post:
    return cloud.post
