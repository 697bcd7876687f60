"""What SES's answer, or its silence, says about a mail."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from botocore import exceptions

from notify import ses
from notify.errors import MailNotSent, MailRejected, MailUncertain
from notify.letter import Letter

if TYPE_CHECKING:
    from tests.notify.conftest import Post

LETTER = Letter("ada@example.com", "Grüße", "Hello Ada,\n\nGrüße\n")
SENDER = "sender@example.com"


def test_a_mail_is_sent_as_plain_text(post: Post) -> None:
    message_id = ses.send(SENDER, LETTER)

    (mail,) = post.sent
    assert mail.id == message_id
    assert (mail.source, mail.subject, mail.body) == (SENDER, "Grüße", "Hello Ada,\n\nGrüße\n")
    assert mail.destinations == {"ToAddresses": ["ada@example.com"]}


def test_a_request_has_a_connection_of_its_own(post: Post) -> None:
    ses.send(SENDER, LETTER)
    ses.send(SENDER, LETTER)
    assert [headers["Connection"] for headers in post.headers] == ["close", "close"]


@pytest.mark.parametrize(
    ("status", "code", "message"),
    [
        (400, "Throttling", "Maximum sending rate exceeded."),
        (400, "Throttling", "Daily message quota exceeded."),
        (400, "ThrottlingException", "Rate exceeded"),
        (429, "TooManyRequestsException", "Too many requests"),
        (503, "ServiceUnavailable", "Service unavailable"),
    ],
)
def test_throttling_says_that_the_mail_was_not_taken(post: Post, status: int, code: str, message: str) -> None:
    post.will_answer(status, code, message)
    with pytest.raises(MailNotSent, match=message):
        ses.send(SENDER, LETTER)
    assert post.requests == 1


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("MessageRejected", "Email address is not verified. ada@example.com"),
        ("MailFromDomainNotVerifiedException", "The MAIL FROM domain is not verified"),
        ("AccountSendingPausedException", "Sending is paused"),
        ("InvalidParameterValue", "Domain contains dot-string"),
        ("AccessDenied", "not authorized to perform ses:SendEmail"),
    ],
)
def test_a_refusal_is_final_and_says_why(post: Post, code: str, message: str) -> None:
    post.will_answer(400, code, message)
    with pytest.raises(MailRejected, match=f"SES refused the mail to ada@example.com: {message}"):
        ses.send(SENDER, LETTER)
    assert post.requests == 1


def test_a_sender_that_ses_does_not_know_is_refused(post: Post) -> None:
    with pytest.raises(MailRejected, match="not verified"):
        ses.send("stranger@example.com", LETTER)
    assert post.sent == []


@pytest.mark.parametrize("status", [500, 502, 504])
def test_an_internal_error_of_ses_leaves_it_open(post: Post, status: int) -> None:
    post.will_answer(status, "InternalFailure", "An internal failure")
    with pytest.raises(MailUncertain, match="unknown"):
        ses.send(SENDER, LETTER)
    assert post.requests == 1, "it must not be sent a second time"


@pytest.mark.parametrize(
    "error",
    [exceptions.EndpointConnectionError(endpoint_url="https://ses"), exceptions.ConnectTimeoutError(endpoint_url="x")],
)
def test_a_connection_that_was_not_made_says_that_the_mail_was_not_taken(post: Post, error: Exception) -> None:
    post.will_break(error)
    with pytest.raises(MailNotSent, match="could not be reached"):
        ses.send(SENDER, LETTER)
    assert post.requests == 1


@pytest.mark.parametrize(
    "error", [exceptions.ReadTimeoutError(endpoint_url="x"), exceptions.ConnectionClosedError(endpoint_url="x")]
)
def test_a_connection_that_breaks_leaves_it_open(post: Post, error: Exception) -> None:
    post.will_break(error)
    with pytest.raises(MailUncertain, match="unknown"):
        ses.send(SENDER, LETTER)
    assert post.requests == 1, "it must not be sent a second time"
