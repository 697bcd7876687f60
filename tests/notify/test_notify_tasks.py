"""The tasks from end to end: the real worker, SES and the tables in moto."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from celeriac import clock
from celeriac.storage import Bucket
from celeriac.testing import Crash, Twin
from notify.errors import MailNotSent, MailRejected, MailUncertain, NoAddress, UnknownUser
from notify.ledger import Ledger
from notify.tasks import PATIENCE, app, daily_report, send_email, send_notification

if TYPE_CHECKING:
    from tests.notify.conftest import Cloud, Post

EVENING = datetime(2026, 11, 22, 22, 0, tzinfo=UTC)


@pytest.fixture
def twin(post: Post) -> Iterator[Twin]:
    with Twin(app) as twin:
        twin.now = EVENING
        yield twin


def test_a_user_gets_the_mail(twin: Twin, post: Post) -> None:
    result = send_email.delay("ada", "PDF processed")
    twin.run()

    (mail,) = post.sent
    assert result.get(timeout=1) == {"message_id": mail.id, "to": "ada@example.com"}
    assert (mail.source, mail.subject) == ("sender@example.com", "PDF processed")
    assert mail.body == "Hello Ada Lovelace,\n\nPDF processed\n"


def test_a_notification_says_what_it_is(twin: Twin, post: Post) -> None:
    send_notification.delay("ada")
    send_notification.delay("ada", message="Your thumbnails are ready")
    twin.run()
    assert [mail.subject for mail in post.sent] == [
        "Notification: Your image has arrived",
        "Notification: Your thumbnails are ready",
    ]


@pytest.mark.parametrize(
    ("user_id", "message", "kind", "reason"),
    [
        ("nobody", "Hi", UnknownUser, "there is no user 'nobody'"),
        ("mute", "Hi", NoAddress, "the user 'mute' has no e-mail address"),
        ("odd", "Hi", NoAddress, "is not an address"),
        ("ada", "  ", ValueError, "the message is empty"),
    ],
)
def test_a_mail_that_cannot_be_written_fails_with_its_reason(
    twin: Twin, post: Post, user_id: str, message: str, kind: type[Exception], reason: str
) -> None:
    result = send_email.apply_async((user_id, message), task_id="t1")
    twin.run()
    with pytest.raises(kind, match=reason):
        result.get(timeout=1)
    assert post.requests == 0
    assert twin.now == EVENING, "there is nothing to wait for"


def test_throttling_is_waited_out(twin: Twin, post: Post, cloud: Cloud) -> None:
    for _ in range(5):
        post.will_answer(400, "Throttling", "Maximum sending rate exceeded.")
    result = send_email.apply_async(("ada", "Hi"), task_id="t1")
    twin.run()
    assert result.get(timeout=1)["to"] == "ada@example.com"
    assert (post.requests, len(post.sent)) == (6, 1)
    assert cloud.ledger_item("t1")["state"] == "SENT"


def test_throttling_that_does_not_end_is_a_failure_that_may_be_sent_again(twin: Twin, post: Post, cloud: Cloud) -> None:
    tries = PATIENCE["max_retries"] + 1
    for _ in range(tries):
        post.will_answer(400, "Throttling", "Daily message quota exceeded.")
    result = send_email.apply_async(("ada", "Hi"), task_id="t1")
    twin.run()
    with pytest.raises(MailNotSent, match="Daily message quota exceeded"):
        result.get(timeout=1)
    assert (post.requests, post.sent) == (tries, [])
    assert cloud.ledger_item("t1") == {}


def test_a_refusal_fails_at_once_and_gives_the_claim_up(twin: Twin, post: Post, cloud: Cloud) -> None:
    post.will_answer(400, "MessageRejected", "Address blacklisted.")
    result = send_email.apply_async(("ada", "Hi"), task_id="t1")
    twin.run()
    with pytest.raises(MailRejected, match=r"SES refused the mail to ada@example\.com: Address blacklisted"):
        result.get(timeout=1)
    assert post.requests == 1
    assert cloud.ledger_item("t1") == {}


def test_a_task_that_is_delivered_again_after_its_outcome_was_lost_mails_once(twin: Twin, post: Post) -> None:
    first = send_email.apply_async(("ada", "Hi"), task_id="t1")
    twin.run()
    answered = first.get(timeout=1)
    twin.backend.forget("t1")

    again = send_email.apply_async(("ada", "Hi"), task_id="t1")
    twin.run()
    assert again.get(timeout=1) == answered
    assert post.requests == 1


def test_a_worker_that_dies_between_sending_and_noting_it_does_not_send_again(
    twin: Twin, post: Post, cloud: Cloud
) -> None:
    cloud.crash_over("UpdateItem")
    result = send_email.apply_async(("ada", "Hi"), task_id="t1")
    twin.run()
    assert len(post.sent) == 1
    with pytest.raises(MailUncertain, match="2026-11-22T22:00:00\\+00:00 and never said whether it left"):
        result.get(timeout=1)


def test_a_worker_that_dies_before_sending_does_not_pretend_to_know(twin: Twin, post: Post) -> None:
    post.will_break(Crash())
    result = send_email.apply_async(("ada", "Hi"), task_id="t1")
    twin.run()
    assert post.sent == []
    with pytest.raises(MailUncertain, match="it is not sent again"):
        result.get(timeout=1)


def test_two_deliveries_at_a_time_send_one_mail_and_agree(twin: Twin, post: Post) -> None:
    other = Ledger("results")
    with clock.running_on(lambda: EVENING - timedelta(seconds=3)):
        other.claim("t1")
    result = send_email.apply_async(("ada", "Hi"), task_id="t1")
    twin.run(until=EVENING)
    assert result.state == "RETRY"

    other.mark("t1", "ses-1")
    twin.run()
    assert result.get(timeout=1) == {"message_id": "ses-1", "to": "ada@example.com"}
    assert post.requests == 0
    assert twin.now == EVENING + timedelta(seconds=60)


def test_a_mail_that_left_is_a_success_even_when_it_cannot_be_noted(
    twin: Twin, post: Post, cloud: Cloud, caplog: pytest.LogCaptureFixture
) -> None:
    result = send_email.apply_async(("ada", "Hi"), task_id="t1")
    post.before_answering(lambda: cloud.lose_table("results"))
    twin.run()
    assert result.get(timeout=1)["to"] == "ada@example.com"
    assert len(post.sent) == 1
    assert "could not mark a mail as sent" in caplog.text


def test_a_table_that_is_away_for_a_while_is_waited_for(twin: Twin, cloud: Cloud) -> None:
    cloud.lose_table("users")
    result = send_email.delay("ada", "Hi")
    twin.run(until=EVENING)
    assert result.state == "RETRY"


@pytest.mark.usefixtures("cloud")
def test_a_direct_call_sends_each_time(post: Post) -> None:
    send_email("ada", "Hi")
    send_email("ada", "Hi")
    assert len(post.sent) == 2


def test_the_daily_report_counts_today_and_yesterday(twin: Twin, post: Post) -> None:
    files = Bucket("files")
    for key, size in {
        "images/2026-11-22/a.jpg": 1_000_000,
        "incoming/images/2026-11-22/b.jpg": 500_000,
        "images/2026-11-21/c.jpg": 100_000,
        "images/2026-11-20/d.jpg": 7,
        "pdfs/2026-11-22/e.pdf": 200_000,
        "incoming/pdfs/2026-11-21/f.pdf": 300_000,
        "thumbnails/images/2026-11-22/a.jpg/128.jpg": 9,
    }.items():
        files.write(key, bytes(size))
    send_email.delay("nobody", "Hi")
    send_email.delay("nobody", "Ho")
    twin.run()

    result = daily_report.delay()
    twin.run()

    (mail,) = post.sent
    assert result.get(timeout=1)["to"] == "operator@example.com"
    assert mail.subject == "celeriac-test: 2 images, 1 PDF, 2 failures on 2026-11-22"
    today, yesterday = mail.body.split("2026-11-21, the whole day")
    assert "2026-11-22, until 22:00 UTC" in today
    assert "2 images (1.5 MB)" in today
    assert "2 × notify.send_email: UnknownUser: there is no user 'nobody'" in today
    assert "1 image (0.1 MB)" in yesterday
    assert "1 PDF (0.3 MB)" in yesterday


def test_the_report_may_go_to_a_user(twin: Twin, post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REPORT_TO", "ada")
    daily_report.delay()
    twin.run()
    assert post.sent[0].destinations == {"ToAddresses": ["ada@example.com"]}
