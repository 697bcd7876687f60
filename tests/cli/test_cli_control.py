"""Orders to all workers, as Celery's `control` gives them, and what of Celery has no meaning here."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from typer.testing import CliRunner

from celeriac.cli.program import program


@pytest.mark.parametrize(("group", "known"), [("inspect", "query_task [ID...]"), ("control", "rate_limit TASK RATE")])
def test_the_commands_of_a_group_can_be_listed(desktop: Any, group: str, known: str) -> None:
    told = desktop.types(group, "--list")
    assert (told.code, told.out.splitlines()[0]) == (0, f"{group.capitalize()} Commands:")
    assert f"  {known} " in told.out


def test_an_order_is_answered_by_each_worker_as_with_celery(desktop: Any) -> None:
    assert desktop.types("control", "rate_limit", "desk.add", "1/m").out.splitlines() == [
        "->  desk: OK",
        "    new rate limit set successfully",
        "->  press: OK",
        "    new rate limit set successfully",
        "",
        "2 nodes online.",
    ]
    told = desktop.types("control", "time_limit", "desk.add", "1", "2.5", "-j").json
    assert told["press"] == {"ok": "time limits set successfully"}


def test_a_rate_that_is_ordered_is_kept_until_another_is(desktop: Any) -> None:
    desktop.types("control", "rate_limit", "desk.add", "1/h")
    begun = desktop.twin.now
    for number in range(2):
        desktop.types("call", "desk.add", "-a", "[1]", "--task-id", f"it-{number}")
    desktop.works()
    assert desktop.twin.now - begun >= timedelta(minutes=59)
    assert "rate limit disabled" in desktop.types("control", "rate_limit", "desk.add", "0").out


def test_an_order_about_a_task_that_nobody_has_says_so(desktop: Any) -> None:
    assert desktop.types("control", "rate_limit", "desk.add", "1/m").err == ""  # who has not run yet has told nothing
    desktop.types("call", "desk.add", "-a", "[1]")
    desktop.works()
    for order in (["rate_limit", "desk.ad", "1/m"], ["time_limit", "office.add", "5"]):
        told = desktop.types("control", *order)
        assert (told.code, f"has a task '{order[1]}'; the order stands" in told.err) == (0, True)
    assert desktop.types("control", "rate_limit", "desk.add", "1/m").err == ""
    assert desktop.types("control", "rate_limit", "press.printed", "1/m").err == ""


def test_a_time_limit_of_0_is_none(desktop: Any) -> None:
    desktop.types("control", "time_limit", "desk.add", "0", "0")
    desktop.types("call", "desk.add", "-a", "[1]", "--task-id", "it")
    desktop.works()
    assert desktop.types("result", "it").out == "1\n"


def test_what_has_a_stamp_is_revoked_until_the_stamp_is_forgotten(desktop: Any) -> None:
    def ends(task_id: str) -> int:
        stamps = {"stamped_headers": ["customer"], "customer": "acme"}
        desktop.app.send_task("desk.add", [1], task_id=task_id, **stamps)
        desktop.works()
        return int(desktop.types("result", task_id).code)

    assert desktop.types("control", "revoke_by_stamped_headers", "customer=acme", "customer=other").code == 0
    assert (ends("first"), "REVOKED" in desktop.types("result", "first").err) == (1, True)
    assert "by stamp 'customer' any more" in desktop.types("control", "forget_stamps", "customer").out
    assert ends("second") == 0


def test_orders_that_stand_are_shown_and_can_be_taken_back(desktop: Any) -> None:
    assert desktop.types("status", "-j").json["orders"] == []
    desktop.types("control", "rate_limit", "press.printed", "0")
    desktop.types("control", "rate_limit", "desk.add", "1/h")
    desktop.types("control", "time_limit", "desk.add", "1", "2.5")
    desktop.types("control", "revoke_by_stamped_headers", "customer=acme")
    orders = ["rate_limit press.printed 0", "rate_limit desk.add 1/h", "time_limit desk.add 1 2.5"]
    assert desktop.types("status", "-j").json["orders"] == [*orders, "revoke_by_stamped_headers customer=acme"]
    assert desktop.types("status").out.endswith("  revoke_by_stamped_headers customer=acme\n")
    assert "of 'desk.add' are ordered any more" in desktop.types("control", "forget_limits", "desk.add").out
    assert desktop.types("control", "forget_stamps").code == 0
    assert desktop.types("status", "-j").json["orders"] == orders[:1]
    desktop.types("control", "forget_limits")
    assert "Orders" not in desktop.types("status").out


@pytest.mark.parametrize(
    "words", [["revoke", "it"], ["terminate", "it"], ["terminate", "SIGKILL", "it"], ["terminate", "KILL", "it"]]
)
def test_a_task_is_revoked_by_an_order_with_celerys_signal_or_without(desktop: Any, words: list[str]) -> None:
    assert desktop.types("control", *words).code == 0
    desktop.types("call", "desk.add", "-a", "[1]", "--task-id", "it")
    desktop.works()
    assert "REVOKED" in desktop.types("result", "it").err


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["control", "pool_grow", "2"], "max_concurrency"),
        (["control", "add_consumer", "bulk"], "worker.toml"),
        (["control", "shutdown"], "no process stays"),
        (["control", "enable_events"], "the log has a line for each task"),
        (["inspect", "clock"], "no logical clock"),
        (["inspect", "memdump"], "CloudWatch"),
    ],
)
def test_what_has_no_meaning_here_is_refused_with_the_reason(desktop: Any, words: list[str], reason: str) -> None:
    told = desktop.types(*words)
    assert (told.code, told.out) == (1, "")
    assert reason in told.err


@pytest.mark.parametrize("name", ["worker", "beat", "multi", "shell", "report", "list"])
def test_celerys_commands_that_are_not_here_say_what_there_is_instead(desktop: Any, name: str) -> None:
    told = desktop.types(name, "-l", "INFO")
    assert told.code == 2
    assert f"celery {name}: " in told.err


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["-b", "sqs://", "status"], "CELERIAC_DEPLOYMENT names the deployment"),
        (["--result-backend", "redis://", "status"], "CELERIAC_DEPLOYMENT names the deployment"),
        (["call", "desk.add", "--routing-key", "x"], "SQS has no exchanges"),
    ],
)
def test_celerys_options_that_are_not_here_say_what_there_is_instead(
    desktop: Any, words: list[str], reason: str
) -> None:
    told = desktop.types(*words)
    assert (told.code, reason in told.err) == (2, True)


@pytest.mark.parametrize(
    "words", [["--skip-checks", "status"], ["events", "--dump"], ["result", "it", "-t", "desk.add"]]
)
def test_celerys_options_without_a_meaning_here_do_no_harm(desktop: Any, words: list[str]) -> None:
    desktop.types("call", "desk.add", "-a", "[1]", "--task-id", "it")
    desktop.works()
    assert desktop.types(*words).code == 0


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("con", ["control", "console"]),
        ("control r", ["rate_limit", "revoke", "revoke_by_stamped_headers"]),
        ("inspect act", ["active", "active_queues"]),
        ("schedules p", ["pause"]),
        ("failures r", ["retry"]),
    ],
)
def test_a_shell_completes_commands(typed: str, offered: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMP_WORDS", f"celeriac {typed}")
    monkeypatch.setenv("COMP_CWORD", str(len(typed.split())))
    monkeypatch.setenv("_CELERIAC_COMPLETE", "complete_bash")
    told = CliRunner().invoke(program, [], prog_name="celeriac")
    assert sorted(told.stdout.split()) == sorted(offered)
