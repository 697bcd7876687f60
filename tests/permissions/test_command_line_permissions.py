"""Every command with the policy for those who operate, with the one for those who look, and with none, enforced.

The functions are enforced, too: what a task does here, it does with its worker's role and no other right.
"""

from __future__ import annotations

import json
import shutil
import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from celeriac.cli.program import program
from celeriac.ids import derived_id
from infra.http_routes import OPERATE, READ, ROUTES, SUBMIT, HttpRoute
from infra.names import OPERATOR
from local import web
from local.api import Api
from local.deploy import ROOT
from local.endpoint import ACCOUNT, REGION
from local.system import System
from local.wait import until
from tests.permissions.enforcing import enforced, key_of_user
from tests.terminal import Typist, at_terminal

pytestmark = pytest.mark.cloud

REFUSED = 69
LOOKING = (
    "status",
    "workers",
    "events -d probe",
    *(f"inspect {what}" for what in ("active", "active_queues", "ping", "reserved", "revoked", "scheduled", "stats")),
    *(f"inspect {what} -d probe" for what in ("conf", "registered", "report")),
    "inspect query_task {id}",
    "failures list",
    "failures show {failed}",
    "result {id}",
    "schedules list",
)
CHANGING = (
    "call probe.add -a [1,2]",
    "call probe.add -a [1,2] --countdown 7200",
    "control rate_limit probe.fail 10/s",
    "control time_limit probe.fail 60",
    "control revoke_by_stamped_headers customer=nobody",
    "control forget_stamps",
    "control forget_limits probe.fail",
    "control terminate {other}",
    "revoke {other}",
    "pause probe.bulk",
    "purge -f -Q probe.bulk",
    "resume probe.bulk",
    "redrive probe.fast",
    "failures retry {failed}",
    "schedules create {new} probe.add 30_3_*_*_*",
    "schedules update {name} --queue probe.bulk",
    "schedules pause {name}",
    "schedules resume {name}",
    "schedules pause notify-daily_report",
    "schedules resume notify-daily_report",
    "schedules delete {name}",
)
UNCHECKED = ("pause", "resume")
"""MiniStack lets anybody update an event source mapping; tests/infra knows that who looks has no right to."""
ON_THIS_MACHINE = {"console", "cost", "new-worker"}
"""`cost --tasks` asks nobody; `cost --last` has a test of its own."""


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """The system with the probe and the notify worker, and one that takes PDFs and does nothing to them, enforced."""
    functions = tmp_path_factory.mktemp("functions")
    for source in (*(ROOT / "functions" / name for name in ("celeriac", "api", "notify")), PROBE):
        shutil.copytree(source, functions / source.name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(functions / "probe", functions / "process_pdf")
    (functions / "process_pdf" / "worker.toml").write_text("")
    (functions / "process_pdf" / "tasks.py").write_text(PDFS)
    with enforced(tmp_path_factory.mktemp("enforced"), functions) as system:
        yield system


PDFS = """
from celeriac import Celeriac

app = Celeriac("process_pdf")


@app.task
def process_pdf(file_id, user_id):
    return f"{file_id} of {user_id}"
"""
PROBE = ROOT / "tests/end_to_end/workers/probe"


@pytest.fixture(scope="module")
def typists(deployed: System) -> Iterator[dict[str, Typist]]:
    """People by what they may."""
    name = deployed.outputs.deployment
    rights = {"nobody": [], "observer": [f"{name}-observer"], "operator": [f"{name}-operator"]}
    with ExitStack() as stack:
        keys = {who: key_of_user(deployed.endpoint, who, own) for who, own in rights.items()}
        yield {who: stack.enter_context(at_terminal(deployed, key)) for who, key in keys.items()}


@pytest.fixture(scope="module")
def letter(deployed: System) -> None:
    """A dead letter that nobody takes."""
    functions, name = deployed.endpoint.client("lambda"), deployed.outputs.deployment
    arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}-probe-fast-dead"
    [mapping] = functions.list_event_source_mappings(EventSourceArn=arn)["EventSourceMappings"]
    functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
    body = json.dumps({"v": 1, "id": f"letter-{uuid.uuid4()}", "task": "probe.add", "args": [1, 2]})
    deployed.endpoint.client("sqs").send_message(QueueUrl=deployed.queue_url("probe-fast-dead"), MessageBody=body)


@pytest.fixture(scope="module")
def things(typists: dict[str, Typist], letter: None) -> dict[str, str]:
    """What commands are about: a task that has succeeded, one that has failed, one that nobody sent, a schedule."""
    operator = typists["operator"]
    done, failed = f"done-{uuid.uuid4()}", f"failed-{uuid.uuid4()}"
    assert operator.prints("call", "probe.add", "-a", "[1, 2]", "--task-id", done, "--wait", "--timeout", "120") == "3"
    ended = operator.types("call", "probe.fail", "-a", '["no"]', "--task-id", failed, "--wait", "--timeout", "120")
    assert "ValueError: no" in ended["err"]
    until(lambda: failed in operator.prints("failures", "list"), "the failure in the list", timeout_s=120)
    name, new = (f"{word}-{uuid.uuid4().hex[:8]}" for word in ("old", "new"))
    operator.prints("schedules", "create", name, "probe.add", "0 4 * * *", "-a", "[1, 2]")
    return {"id": done, "failed": failed, "other": f"other-{uuid.uuid4()}", "name": name, "new": new}


def words_of(command: str, things: dict[str, str]) -> list[str]:
    """The words of a command; an underscore in the fields of a crontab is a space."""
    words = command.format(**things).split()
    return [word.replace("_", " ") if word.endswith("_*") else word for word in words]


@pytest.mark.parametrize("command", LOOKING)
def test_who_looks_sees_everything_and_who_has_no_right_sees_nothing(
    typists: dict[str, Typist], things: dict[str, str], command: str
) -> None:
    for who in ("observer", "operator"):
        typists[who].prints(*words_of(command, things))
    told = typists["nobody"].types(*words_of(command, things))
    assert (told["code"], told["out"]) == (REFUSED, "")


def test_who_looks_changes_nothing(typists: dict[str, Typist], things: dict[str, str]) -> None:
    for command in (each for each in CHANGING if not each.startswith(UNCHECKED)):
        told = typists["observer"].types(*words_of(command, things))
        assert told["code"] in {1, REFUSED}, command
        assert "AccessDenied" in told["err"] or "not authorized" in told["err"], (command, told)


def test_who_operates_does_all_of_it(typists: dict[str, Typist], things: dict[str, str]) -> None:
    for command in CHANGING:
        told = typists["operator"].types(*words_of(command, things))
        assert told["code"] == 0, (command, told)
        assert not command.startswith("redrive") or told["out"] == "probe.fast: 1 message moved\n"
    end = "failures", "drop", things["failed"]
    until(lambda: typists["operator"].types(*end)["code"] == 0, "the second failure", timeout_s=120)


def test_who_looks_may_ask_what_was_used(typists: dict[str, Typist]) -> None:
    told = {who: typist.types("cost", "--last", "1d") for who, typist in typists.items()}
    assert told["nobody"]["code"] == REFUSED
    for who in ("observer", "operator"):  # nobody follows this emulator, so there are no figures
        assert told[who]["code"] == 0 or "CloudWatch has no figures" in told[who]["err"]


def test_no_command_is_left_out() -> None:
    named = {word for command in (*LOOKING, *CHANGING) for word in command.split()[:1]}
    groups = {group.name for group in program.registered_groups}
    alone = {each.name or each.callback.__name__ for each in program.registered_commands if each.callback}
    assert named | ON_THIS_MACHINE == groups | alone


def test_a_task_waits_in_the_scheduler_where_its_sender_put_it(typists: dict[str, Typist]) -> None:
    late = typists["operator"].prints("call", "probe.add", "-a", "[1, 2]", "--countdown", "90000")
    [told] = json.loads(typists["observer"].prints("inspect", "scheduled", "-d", "probe", "-j"))["probe"][-1:]
    assert told["id"] == late


@pytest.fixture(scope="module")
def callers(deployed: System) -> dict[str, Api]:
    """Who calls the HTTP API, by permission."""
    url, names = deployed.outputs.api_url(deployed.endpoint), deployed.outputs.deployment
    keys = {each: key_of_user(deployed.endpoint, each, [f"{names}-api-{each}"]) for each in (SUBMIT, READ, OPERATE)}
    return {who: Api(url, key["AWS_ACCESS_KEY_ID"], key["AWS_SECRET_ACCESS_KEY"]) for who, key in keys.items()}


@pytest.mark.parametrize(
    "route", [route for route in ROUTES if route.function == OPERATOR], ids=lambda route: f"{route.method} {route.path}"
)
def test_the_function_for_operators_may_do_what_its_routes_promise(
    callers: dict[str, Api], things: dict[str, str], route: HttpRoute
) -> None:
    path = "/" + route.path.replace("{id}", things["id"])
    path = path.replace("{name}", "probe.bulk" if "queues" in path else "notify-daily_report")
    [permission] = route.permissions
    answer = _asked(callers[permission], route, path)
    assert answer.status < 500, answer.body
    assert answer.status != 403, answer.body
    others = [caller for who, caller in callers.items() if who not in route.permissions]
    assert {_asked(caller, route, path).status for caller in others} == {403}


def test_the_function_that_takes_tasks_may_do_what_its_routes_promise(callers: dict[str, Api]) -> None:
    told = {"task": "probe.add", "args": ["long" * 150_000, "er"]}  # in S3 there and back
    key = {"Idempotency-Key": uuid.uuid4().hex}
    first, again = (callers[SUBMIT].post_json("/tasks", told, **key) for _ in range(2))

    assert (first.status, again.status) == (202, 202), first.body + again.body
    [task], [same] = first.json["tasks"], again.json["tasks"]
    assert task["id"] == same["id"]
    ended = until(lambda: _ended(callers[SUBMIT], task["id"]), "the task's end", timeout_s=60)
    assert ended["result"] == "long" * 150_000 + "er"


def test_the_function_for_arrivals_may_send_what_follows_them(deployed: System, callers: dict[str, Api]) -> None:
    key = f"incoming/pdfs/2026-11-23/{uuid.uuid4()}.pdf"
    bucket = deployed.outputs.files_bucket
    deployed.endpoint.client("s3").put_object(Bucket=bucket, Key=key, Body=b"%PDF-", Metadata={"user-id": "ada"})
    told = json.dumps({"Records": [{"s3": {"object": {"key": key}}}]})
    deployed.endpoint.client("sqs").send_message(QueueUrl=deployed.queue_url("arrivals"), MessageBody=told)

    task_id = derived_id(key, "process_pdf.process_pdf")
    ended = until(lambda: _ended(callers[SUBMIT], task_id), "the task of the file", timeout_s=60)
    assert ended["result"] == f"{key} of ada"


def _ended(caller: Api, task_id: str) -> Any:
    answer = caller.get(f"/tasks/{task_id}", wait="5")
    assert answer.status in {200, 404}, answer.body
    return answer.json if answer.status == 200 and answer.json["state"] == "SUCCESS" else None


def _asked(caller: Api, route: HttpRoute, path: str) -> web.Answer:
    name = f"h{uuid.uuid4().hex[:8]}"
    told = {"name": name, "task": "probe.add", "schedule": "30 3 * * *"} if route.method == "POST" else {}
    return caller.call(route.method, path, json.dumps(told).encode(), {"Content-Type": "application/json"})
