"""What our errors say."""

from __future__ import annotations

import builtins
import pickle
from datetime import UTC, datetime

import pytest

from celeriac import exceptions
from celeriac.exceptions import (
    CeleriacError,
    MaxRetriesExceededError,
    NotRegistered,
    PublishError,
    QueueNotFound,
    Reject,
    Retry,
    TimeoutError,
)
from celeriac.failure import exception_of, record_of

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("retry", "text"),
    [
        (Retry("of my own"), "of my own"),
        (Retry(when=30), "Retry in 30s"),
        (Retry(when=0.5, exc=OSError("busy")), "Retry in 0.5s: OSError('busy')"),
        (Retry(when=NOON), "Retry at 2026-11-22 12:00:00+00:00"),
    ],
)
def test_a_retry_says_when_and_why(retry: Retry, text: str) -> None:
    assert str(retry) == text


def test_a_reject_says_what_becomes_of_its_message() -> None:
    assert str(Reject("bad", requeue=True)) == "reject requeue=True: bad"
    assert (Reject("bad").reason, Reject("bad").requeue) == ("bad", False)


def test_a_publish_error_names_each_reason_once() -> None:
    error = PublishError({"a": "Throttled", "b": "Throttled", "c": "TooLong"})
    assert str(error) == "3 message(s) were not sent: Throttled, TooLong"
    assert error.unsent["c"] == "TooLong"


@pytest.mark.parametrize("kind", [NotRegistered, QueueNotFound])
def test_errors_about_names_are_key_errors_that_read_like_others(kind: type[CeleriacError]) -> None:
    assert issubclass(kind, KeyError)
    assert str(kind("no task 'x'")) == "no task 'x'", "and not its repr, as with KeyError"


def test_the_last_retry_remembers_the_arguments() -> None:
    error = MaxRetriesExceededError("no more", task_args=(1,), task_kwargs={"x": 2})
    assert (error.task_args, error.task_kwargs) == ((1,), {"x": 2})


def test_our_timeout_is_celerys_and_not_pythons() -> None:
    assert not issubclass(TimeoutError, builtins.TimeoutError)


@pytest.mark.parametrize("name", exceptions.__all__)
def test_an_error_survives_a_process_boundary_and_the_result_table(name: str) -> None:
    error = getattr(exceptions, name)({"id-1": "Throttled"} if name == "PublishError" else "text")
    for back in (pickle.loads(pickle.dumps(error)), exception_of(record_of(error))):
        assert type(back) is type(error)
        assert (str(back), back.args) == (str(error), error.args)
