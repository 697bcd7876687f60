"""Every command of `celeriac`, on the twin: what it does, prints and ends with."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from celeriac import clock
from celeriac.cli import text
from celeriac.cli.program import program
from celeriac.operations import LogLine, QueueStatus, Usage, WorkerStatus

# -- Calling --------------------------------------------------------------------------------------------------------


def test_a_task_is_called_by_name_and_its_result_printed(desktop: Any) -> None:
    sent = desktop.types("call", "desk.add", "-a", "[1]", "-k", '{"y": 2}')
    assert sent.code == 0
    desktop.works()
    told = desktop.types("result", sent.out.strip())
    assert (told.code, told.out) == (0, "3\n")


def test_a_call_takes_an_id_a_queue_and_a_time(desktop: Any) -> None:
    told = desktop.types(
        "call", "desk.add", "-a", "[1]", "--task-id", "mine", "--queue", "desk.bulk", "--countdown", "60"
    )
    assert told.out == "mine\n"
    [message] = desktop.twin.broker.messages["desk.bulk"]
    assert message.visible_at - clock.now() > timedelta(seconds=59)
    desktop.works()
    assert desktop.types("result", "mine", "--json").json["state"] == "SUCCESS"


@pytest.mark.parametrize("late", [["--expires", "-5"], ["--expires", "2020-01-01T00:00:00"]])
def test_an_expired_call_is_told_as_revoked(desktop: Any, late: list[str]) -> None:
    desktop.types("call", "desk.add", "-a", "[1]", "--task-id", "late", *late)
    desktop.works()
    told = desktop.types("result", "late")
    assert (told.code, told.out) == (1, "")
    assert "REVOKED" in told.err


def test_a_failure_ends_with_1_and_says_why(desktop: Any) -> None:
    desktop.types("call", "desk.fail", "-a", '["no paper"]', "--task-id", "it")
    desktop.works()
    told = desktop.types("result", "it")
    assert (told.code, told.out) == (1, "")
    assert "FAILURE: ValueError: no paper" in told.err
    assert "raise ValueError(reason)" in desktop.types("result", "it", "--traceback").out
    assert desktop.types("result", "it", "-j").json["error"] == {"type": "ValueError", "message": "no paper"}


def test_what_is_not_ready_ends_with_75(desktop: Any) -> None:
    assert desktop.types("result", "nobody-sent-this").code == 75
    assert desktop.types("result", "nobody-sent-this", "--wait", "--timeout", "0").code == 75


# -- Looking --------------------------------------------------------------------------------------------------------


def test_status_shows_each_queue_with_its_worker(desktop: Any) -> None:
    desktop.types("call", "desk.add", "-a", "[1]")
    told = desktop.types("status")
    assert told.code == 0
    assert [line.split()[:2] for line in told.out.splitlines()[1:]] == [
        ["desk", "desk"],
        ["desk.bulk", "desk"],
        ["press", "press"],
    ]
    queues = {queue["name"]: queue for queue in desktop.types("status", "--json").json["queues"]}
    assert (queues["desk"]["waiting"], queues["press"]["waiting"]) == (1, 0)


def test_status_shows_some_of_the_workers_and_what_has_failed_of_them(desktop: Any) -> None:
    assert "Failed" not in desktop.types("status").out
    for _ in range(2):
        desktop.types("call", "desk.fail", "-a", '["no paper"]')
    desktop.works()
    assert desktop.types("status").out.endswith("\nFailed since yesterday: 2; see `celeriac failures list`.\n")
    told = desktop.types("status", "-d", "press", "-j").json
    assert ([worker["name"] for worker in told["workers"]], told["failed"]) == (["press"], 0)
    assert [queue["name"] for queue in told["queues"]] == ["press"]
    assert desktop.types("status", "-d", "nobody").code == 1


def test_a_worker_that_may_not_run_is_shown_as_stopped(desktop: Any) -> None:
    desktop.twin.operations.stopped.add("press")
    desktop.types("call", "press.printed", "--task-id", "it")
    desktop.works()
    assert desktop.types("result", "it").code == 75
    assert "stopped: concurrency 0" in desktop.types("status", "-d", "press").out
    assert "stopped: concurrency 0" in desktop.types("workers").out
    assert desktop.types("workers", "-j").json[1]["reserved_concurrency"] == 0
    desktop.twin.operations.stopped.clear()
    desktop.works()
    assert desktop.types("result", "it").out == "printed\n"


def test_what_somebody_has_deleted_is_shown_as_that(desktop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    queue = QueueStatus(name="desk", worker="desk", waiting=0, in_flight=0, delayed=0, exists=False)
    operations = desktop.twin.operations
    monkeypatch.setattr(operations, "queues", lambda _names: [queue])
    monkeypatch.setattr(operations, "workers", lambda: [WorkerStatus(name="desk", queues=("desk",))])
    [line] = desktop.types("status", "-d", "desk", "-q").out.splitlines()[1:2]
    assert ("no function" in line, line.endswith("deleted")) == (True, True)


def test_workers_show_their_tasks_once_they_have_run(desktop: Any) -> None:
    assert "when it has run" in desktop.types("workers").out
    desktop.types("call", "press.printed")
    desktop.works()
    [_, worker] = desktop.types("--json", "workers").json
    assert (worker["name"], worker["state"]) == ("press", "Active")
    assert "press.printed" in worker["tasks"]


def test_inspect_prints_as_celery_does(desktop: Any) -> None:
    assert desktop.types("inspect", "ping").out.splitlines() == [
        "->  desk: OK",
        "    pong",
        "->  press: OK",
        "    pong",
        "",
        "2 nodes online.",
    ]
    assert desktop.types("inspect", "active", "-d", "desk").out.splitlines()[1] == "    - empty -"


@pytest.mark.parametrize(
    "question", ["active", "active_queues", "conf", "ping", "query_task", "registered", "report", "reserved", "revoked",
                 "scheduled", "stats"],
)  # fmt: skip
def test_each_question_is_answered_in_words_and_as_json(desktop: Any, question: str) -> None:
    for name in ("desk.add", "press.printed"):
        desktop.types("call", name, *(["-a", "[1]"] if name == "desk.add" else []))
    desktop.works()
    assert desktop.types("inspect", question).code == 0
    assert set(desktop.types("inspect", question, "-j").json) == {"desk", "press"}


def test_what_is_not_due_is_named_as_far_as_anybody_knows_it(desktop: Any) -> None:
    for task_id, countdown in (("tomorrow", "86400"), ("soon", "60"), ("too", "61")):
        desktop.types("call", "desk.add", "-a", "[1]", "--countdown", countdown, "--task-id", task_id)
    told = desktop.types("inspect", "scheduled", "-d", "desk").out
    assert '"id": "tomorrow"' in told
    assert "    * 2 of which a queue tells no more\n" in told
    [first, *others] = desktop.types("inspect", "scheduled", "-j").json["desk"]
    assert (first["request"]["id"], [each["id"] for each in others]) == ("tomorrow", [None, None])


def test_the_configuration_is_told_with_celerys_defaults_where_that_is_asked_for(desktop: Any) -> None:
    desktop.types("call", "press.printed")
    desktop.works()
    own = desktop.types("inspect", "conf", "-d", "press", "-j").json["press"]
    both = desktop.types("inspect", "conf", "true", "-d", "press", "-j").json["press"]
    assert "task_acks_late" in both
    assert own.items() <= both.items()
    assert len(own) < len(both)


def test_a_worker_that_is_not_there_does_not_answer(desktop: Any) -> None:
    assert desktop.types("inspect", "ping", "-d", "nobody").code == 69


def test_events_are_what_the_logs_say(desktop: Any) -> None:
    now = clock.now()
    lines = [
        LogLine(id=str(n), at=now - timedelta(minutes=n), worker="desk", fields={
            "task_id": f"id-{n}", "task": "desk.add", "message": "task success", "duration_s": 0.5})
        for n in (1, 3, 30)
    ]  # fmt: skip
    desktop.twin.operations.lines += lines
    told = desktop.types("events")
    assert [line.split()[-3] for line in told.out.splitlines()] == ["id-3", "id-1"]
    assert desktop.types("events", "--since", "1h", "-j").out.count("\n") == 3
    assert desktop.types("events", "-d", "nobody").code == 1


# -- Operating ------------------------------------------------------------------------------------------------------


def test_a_queue_is_paused_and_resumed(desktop: Any) -> None:
    assert "desk is paused" in desktop.types("pause", "desk").out
    desktop.types("call", "desk.add", "-a", "[1]", "--task-id", "it")
    desktop.works()
    assert desktop.types("result", "it").code == 75
    assert "paused" in desktop.types("status").out
    desktop.types("resume", "desk")
    desktop.works()
    assert desktop.types("result", "it").code == 0


def test_nothing_is_paused_if_one_of_the_queues_is_not_there(desktop: Any) -> None:
    told = desktop.types("pause", "desk", "nobody")
    assert told.code == 1
    assert "no queue 'nobody' in this deployment; it has desk" in told.err
    assert not desktop.twin.operations.paused


def test_purge_asks_and_says_how_much_is_gone(desktop: Any) -> None:
    for _ in range(3):
        desktop.types("call", "desk.add", "-a", "[1]")
    assert desktop.types("purge", answers="n\n").code == 1
    assert desktop.types("purge", "-f", "-X", "desk").out == "No messages purged from 2 queues.\n"
    assert desktop.types("purge", "-Q", "desk", answers="y\n").out.endswith("Purged 3 messages from 1 queue.\n")
    assert desktop.types("purge", "-f", "-j").json == {"purged": {"desk": 0, "desk.bulk": 0, "press": 0}}


def test_a_script_without_a_person_purges_nothing(desktop: Any) -> None:
    desktop.types("call", "desk.add", "-a", "[1]")
    assert desktop.types("purge").code == 1
    assert desktop.types("status", "-j").json["queues"][0]["waiting"] == 1


def test_dead_letters_are_redriven(desktop: Any) -> None:
    broker = desktop.twin.broker
    desktop.types("call", "desk.add", "-a", "[1]", "--task-id", "it")
    desktop.twin.operations.letters.append(("desk", broker.messages["desk"].pop()))
    assert desktop.types("redrive", "desk", "press").out == "desk: 1 message moved\npress: 0 messages moved\n"
    desktop.works()
    assert desktop.types("result", "it").code == 0


def test_a_revoked_task_does_not_begin(desktop: Any) -> None:
    desktop.types("call", "desk.add", "-a", "[1]", "--task-id", "it")
    assert desktop.types("revoke", "it", "--json").json == {"revoked": ["it"], "terminate": False}
    desktop.works()
    assert "REVOKED" in desktop.types("result", "it").err


def test_schedules_are_created_listed_paused_resumed_and_deleted(desktop: Any) -> None:
    assert desktop.types("schedules", "list", "-j").json == []
    words = ["nightly", "desk.add", "30 3 * * *", "-a", "[1]", "--timezone", "Europe/Berlin"]
    assert desktop.types("schedules", "create", *words).out == "nightly is created\n"
    again = desktop.types("schedules", "create", *words)
    assert (again.code, again.err) == (
        1, "celeriac: there is a schedule 'nightly' already: update it, or delete it first\n"
    )  # fmt: skip
    [told] = desktop.types("schedules", "list", "-j").json
    assert (told["name"], told["task"], told["args"], told["enabled"]) == ("nightly", "desk.add", [1], True)
    assert told["next_run"]
    assert "30 3 * * *" in desktop.types("status").out
    assert desktop.types("schedules", "pause", "nightly").out == "nightly is paused\n"
    assert "paused" in desktop.types("schedules", "list").out
    assert [item["next_run"] for item in desktop.types("status", "-j").json["schedules"]] == [None]
    desktop.types("schedules", "resume", "nightly")
    assert desktop.types("schedules", "delete", "nightly", "-j").json == {"deleted": "nightly"}
    assert desktop.types("schedules", "list", "-j").json == []


def test_a_schedule_is_changed_in_what_is_named_and_fires_into_its_lane(desktop: Any) -> None:
    words = ["nightly", "desk.add", "30 3 * * *", "-a", "[1]", "--queue", "desk.bulk"]
    assert desktop.types("schedules", "create", *words, "-j").json["created"]["queue"] == "desk.bulk"
    changed = ["--schedule", "0 4 * * *", "--timezone", "Europe/Berlin", "-k", '{"y": 2}']
    assert desktop.types("schedules", "update", "nightly", *changed).out == "nightly is updated\n"
    [told] = desktop.types("schedules", "list", "-j").json
    assert (told["args"], told["kwargs"], told["queue"]) == ([1], {"y": 2}, "desk.bulk")
    assert "0 4 * * *" in told["schedule"]
    desktop.types(
        "schedules", "update", "nightly", "--queue", "desk", "--task", "press.printed", "-a", "[]", "-k", "{}"
    )
    [told] = desktop.types("schedules", "list", "-j").json
    assert (told["task"], told["queue"]) == ("press.printed", "desk")
    assert desktop.types("schedules", "update", "nightly").code == 2


def test_a_schedule_has_the_options_of_a_call_and_may_begin_as_paused(desktop: Any) -> None:
    words = [
        "often",
        "desk.add",
        "90",
        "--options",
        '{"expires": 60, "priority": 5}',
        "--queue",
        "desk.bulk",
        "--paused",
    ]
    told = desktop.types("schedules", "create", *words, "-j").json["created"]
    assert told["options"] == {"expires": 60, "priority": 5, "queue": "desk.bulk"}
    assert (told["schedule"], told["enabled"], told["timezone"]) == ("freq: 1.50 minutes", False, None)

    desktop.types("schedules", "update", "often", "--options", '{"expires": 30}', "--schedule", "0 4 * * *")
    [told] = desktop.types("schedules", "list", "-j").json
    assert (told["options"], told["timezone"], told["enabled"]) == ({"expires": 30}, "UTC", False)


@pytest.mark.parametrize(
    "words",
    [
        ["create", "x", "desk.add", "every day"],
        ["create", "x", "desk.add", "0.5"],
        ["create", "x", "desk.add", "at(2020-01-01T00:00:00)"],
        ["create", "x", "desk.add", "60", "--options", '{"task_id": "mine"}'],
        ["create", "x", "desk.add", "30 3 * * *", "--timezone", "Mars/North"],
        ["create", "", "desk.add", "30 3 * * *"],
        ["pause", "nothing"],
        ["delete", "nothing"],
        ["update", "nothing", "--schedule", "0 4 * * *"],
    ],
)
def test_a_schedule_that_cannot_be_is_told_with_its_reason(desktop: Any, words: list[str]) -> None:
    told = desktop.types("schedules", *words)
    assert told.code == 1
    assert told.err.startswith("celeriac: ")
    assert "--debug" not in told.err


# -- Failures -------------------------------------------------------------------------------------------------------


def test_failures_are_listed_shown_sent_again_and_struck_off(desktop: Any) -> None:
    for number in range(2):
        desktop.types("call", "desk.fail", "-a", '["no paper"]', "--task-id", f"it-{number}")
    desktop.types("call", "desk.die", "--task-id", "dead")
    desktop.works()
    assert {item["id"] for item in desktop.types("failures", "list", "-j").json} == {"it-0", "it-1", "dead"}
    assert "ValueError: no paper" in desktop.types("failures", "list", "-n", "desk.fail").out
    shown = desktop.types("failures", "show", "it-0")
    assert "raise ValueError(reason)" in shown.out
    assert "args:      ['no paper']" in shown.out
    assert desktop.types("failures", "retry", "it-0").out == "it-0 retried\n"
    desktop.works()
    assert desktop.types("failures", "show", "it-0", "-j").json["attempt"] == 1
    assert desktop.types("failures", "drop", "--all", "-n", "desk.fail", "-q").out == ""
    assert [item["id"] for item in desktop.types("failures", "list", "-j").json] == ["dead"]


def test_one_failure_that_cannot_be_retried_keeps_none_of_the_others_back(desktop: Any) -> None:
    desktop.types("call", "desk.fail", "-a", '["x"]', "--task-id", "it")
    desktop.works()
    told = desktop.types("failures", "retry", "nothing", "it", "-j")
    assert told.code == 1
    assert told.json["retried"] == ["it"]
    assert "nothing" in told.json["refused"]
    assert "nothing" in told.err


@pytest.mark.parametrize("command", ["retry", "drop"])
def test_all_failures_are_meant_only_where_that_is_said(desktop: Any, command: str) -> None:
    assert desktop.types("failures", command).code == 2
    assert desktop.types("failures", command, "--all", "it").code == 2


def test_no_failures_is_nothing_bad(desktop: Any) -> None:
    assert desktop.types("failures", "list").code == 0
    assert desktop.types("failures", "list", "-j").json == []


# -- Planning, and beginning ----------------------------------------------------------------------------------------


def test_a_plan_stands_beside_celery_on_fargate(desktop: Any) -> None:
    told = desktop.types("cost", "--tasks", "1M", "--memory", "256", "-j").json
    assert 0 < told["Celeriac"]["total"] < told["Celery on Fargate"]["total"]
    many = desktop.types("cost", "--tasks", "100M", "--duration", "0.1", "-j").json
    assert many["Celeriac"]["total"] > many["Celery on Fargate"]["total"]
    assert "Celery on Fargate" in desktop.types("cost", "--tasks", "250k").out


def test_what_was_used_costs_what_aws_lists(desktop: Any) -> None:
    nothing = desktop.types("cost", "--last", "30d")
    assert (nothing.code, nothing.err) == (
        1,
        "celeriac: CloudWatch has no figures of that time; a local cloud has some only where `make up` keeps it\n",
    )
    desktop.twin.operations.used = Usage(messages=1e6, invocations=1e5, gb_s=25_000, writes=1e6, reads=5e5)
    told = desktop.types("cost", "--last", "30d", "-j").json
    [costs] = told.values()
    assert {name: round(value, 2) for name, value in costs.items()} == {
        "SQS": 0.48,
        "Lambda's invocations": 0.02,
        "Lambda's time": 0.33,
        "DynamoDB": 0.69,
        "total": 1.52,
    }
    assert desktop.types("cost").code == 2
    assert desktop.types("cost", "--last", "1d", "--tasks", "1").code == 2


@pytest.mark.parametrize("tasks", ["", "M", "-1", "nan", "inf", "1e999", "ten", "1MM"])
def test_a_plan_has_a_number_of_tasks(desktop: Any, tasks: str) -> None:
    assert desktop.types("cost", f"--tasks={tasks}").code == 2


def test_a_new_worker_has_a_test_that_passes(desktop: Any, tmp_path: Path) -> None:
    told = desktop.types("new-worker", "resize", "--folder", str(tmp_path))
    assert told.code == 0
    assert (tmp_path / "functions/resize/worker.toml").is_file()
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests"]
    paths = f"{Path(__file__).parents[2] / 'functions'}:{tmp_path / 'functions'}"
    ended = subprocess.run(
        command, cwd=tmp_path, env={"PYTHONPATH": paths}, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stdout
    assert desktop.types("new-worker", "resize", "--folder", str(tmp_path)).code == 1


@pytest.mark.parametrize(
    "name", ["", "Upper", "a-b", "../up", "email", "celeriac", "class", "x" * 40, "é", "boto3", "dead_letters"]
)
def test_a_worker_has_a_name_that_can_be_a_folder(desktop: Any, name: str, tmp_path: Path) -> None:
    assert desktop.types("new-worker", "--folder", str(tmp_path), "--", name).code == 2
    assert list(tmp_path.iterdir()) == []


# -- What may come --------------------------------------------------------------------------------------------------

DEEP = "[" * 100_000


@pytest.mark.parametrize(
    "words",
    [
        ["call", "desk.add", "-a", "{}"],
        ["call", "desk.add", "-a", "[1"],
        ["call", "desk.add", "-a", DEEP],
        ["call", "desk.add", "-k", "[]"],
        ["call", "desk.add", "-k", '"x"'],
        ["call", "desk.add", "--countdown", "nan"],
        ["call", "desk.add", "--eta", "tomorrow"],
        ["call", "desk.add", "--expires", "soon"],
        ["call", "desk.add", "--priority", "10"],
        ["events", "--since", "99999999999d"],
        ["inspect", "nothing"],
        ["inspect", "ping", "argument"],
        ["control", "nothing"],
        ["control", "rate_limit", "desk.add"],
        ["control", "rate_limit", "desk.add", "5/m", "more"],
        ["control", "time_limit", "desk.add", "soon"],
        ["control", "revoke"],
        ["control", "terminate", "SIGTERM"],
        ["control", "revoke_by_stamped_headers", "acme"],
        ["control", "revoke", "it", "-d", "desk"],
        ["failures", "list", "--since", "x"],
        ["failures", "list", "--since", "9999999d"],
        ["failures", "list", "--limit", "9" * 30],
        ["cost", "--tasks", "1e300"],
        ["purge", "-f", "-Q", ""],
        ["purge", "-f", "-Q", " , "],
        ["purge", "-f", "-X", ""],
        ["status", "-d", ""],
        ["result", ""],
        ["result", "x" * 256],
        ["result", "\udcff"],
        ["revoke", "it", ""],
        ["control", "revoke", ""],
        ["control", "terminate", "TERM", ""],
        ["no-such-command"],
        ["call"],
    ],
    ids=range(36),
)
def test_what_cannot_be_meant_is_refused_with_2(desktop: Any, words: list[str]) -> None:
    told = desktop.types(*words)
    assert told.code == 2
    assert "Traceback" not in told.err


@pytest.mark.parametrize(
    "words",
    [
        ["call", "nobody.task"],
        ["call", ""],
        ["call", "\x1b[31m\x00"],
        ["call", "desk.add", "--task-id", "x" * 300],
        ["call", "desk.add", "--countdown", "1e300"],
        ["call", "desk.add", "--eta", "9999-12-31T23:59:59"],
        ["call", "desk.add", "--queue", "nowhere"],
        ["call", "desk.add", "--countdown", "5", "--eta", "2030-01-01T00:00:00"],
        ["failures", "show", "nothing"],
        ["redrive", "nowhere"],
        ["call", "desk.add", "--serializer", "pickle"],
        ["control", "rate_limit", "desk.add", "often"],
        ["control", "time_limit", "desk.add", "5", "1"],
        ["control", "time_limit", "--", "desk.add", "-5"],
        ["purge", "-f", "-Q", "nowhere"],
    ],
)
def test_what_cannot_be_done_is_a_sentence_and_1(desktop: Any, words: list[str]) -> None:
    told = desktop.types(*words)
    assert told.code == 1
    assert told.err.startswith("celeriac: ")
    assert "Traceback" not in told.err
    assert "\x1b" not in told.err


@pytest.mark.parametrize(
    "words", [["result", "it"], ["call", "desk.add"], ["purge", "-f"], ["workers"], ["revoke", "it"]]
)
def test_where_aws_refuses_the_code_is_69(desktop: Any, words: list[str]) -> None:
    desktop.breaks()
    told = desktop.types(*words)
    assert told.code == 69
    assert "AccessDenied" in told.err


def test_debug_shows_where_an_error_comes_from(desktop: Any) -> None:
    with pytest.raises(AssertionError, match="QueueNotFound"):
        desktop.types("call", "nobody.task", "--debug")


def test_no_deployment_is_told_with_78(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CELERIAC_DEPLOYMENT", "CELERIAC_TABLE", "CELERIAC_QUEUES"):
        monkeypatch.delenv(name, raising=False)
    ended = CliRunner().invoke(program, ["-A", "nothing.like.this", "status"])
    assert ended.exit_code == 78
    assert "nothing.like.this" in ended.stderr


def test_an_app_is_found_as_celery_finds_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from celeriac.cli import finding

    (tmp_path / "shop_for_cli").mkdir()
    (tmp_path / "shop_for_cli/__init__.py").touch()
    (tmp_path / "shop_for_cli/celery.py").write_text(
        "from celeriac import Celery\nmine = Celery('shop', set_as_current=False)\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    names = ["shop_for_cli", "shop_for_cli.celery", "shop_for_cli.celery:mine", "shop_for_cli.celery.mine"]
    assert {finding.app_named(name).main for name in names} == {"shop"}
    for wrong in ("shop_for_cli.celery:other", "..", "shop_for_cli:", "no such"):
        with pytest.raises(ValueError, match="-A"):
            finding.app_named(wrong)


def test_what_strangers_wrote_does_not_steer_the_terminal(desktop: Any) -> None:
    desktop.types("call", "desk.fail", "-a", '["\\u001b[2J\\u202e"]', "--task-id", "it")
    desktop.works()
    for words in (["result", "it"], ["failures", "list"], ["failures", "show", "it"], ["result", "it", "-j"]):
        told = desktop.types(*words)
        assert "\x1b" not in told.out + told.err
        assert "\u202e" not in told.out + told.err


def test_durations_are_said_as_people_say_them() -> None:
    said = [text.spoken(seconds) for seconds in (None, 0, 59.6, 61, 3600, 7500, 90_000)]
    assert said == [None, "0s", "1m", "1m 1s", "1h", "2h 5m", "1d 1h"]


def test_the_module_runs_as_the_command() -> None:
    ended = subprocess.run([sys.executable, "-m", "celeriac", "--version"], capture_output=True, text=True, check=True)
    assert ended.stdout.strip()


def test_without_the_extra_the_command_says_what_to_install() -> None:
    program = "import sys; sys.modules['typer'] = None; from celeriac.cli import main; main()"
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert "pip install 'celeriac[cli]'" in ended.stderr
