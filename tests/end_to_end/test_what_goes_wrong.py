"""The table of docs/operations.md: each trouble is caused, and its row's commands show it and end it."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from local.endpoint import ACCOUNT, REGION
from local.system import System
from local.wait import until
from tests.terminal import Typist, at_terminal

pytestmark = pytest.mark.cloud

PAGE = (Path(__file__).parents[2] / "docs/operations.md").read_text()
ROW = re.compile(r"^\| ([^|]+) \| (`celeriac [^|]+) \| ([^|]+) \|$", re.MULTILINE)
COMMAND = re.compile(r"`celeriac ([^`]+)`")
TRIED = re.compile(r'(?:row_of|Victim)\(\s*"([^"]+)"')


@dataclass
class Row:
    """What the table says of a trouble, and somebody who does as it says."""

    trouble: str
    shows: list[str]
    ends: list[str]
    typist: Typist
    names: dict[str, str] = field(default_factory=dict)

    def shown(self, **names: str) -> str:
        """Type the commands that show it; what they print."""
        self.names |= names
        return "\n".join(self.typist.prints(*self.words_of(command)) for command in self.shows)

    def end(self) -> None:
        """Type the commands that end it."""
        for command in self.ends:
            self.typist.prints(*self.words_of(command))

    def words_of(self, command: str) -> list[str]:
        """The words of a command, with names for the page's capitals."""
        return [self.names.get(word, word) for word in command.split()]


@pytest.fixture(scope="module")
def typist(system: System) -> Iterator[Typist]:
    with at_terminal(system) as typist:
        yield typist


def row_of(trouble: str, typist: Typist) -> Row:
    """A row of the table."""
    found = {row[1]: row for row in ROW.finditer(PAGE)}[trouble]
    return Row(trouble, COMMAND.findall(found[2]), COMMAND.findall(found[3]), typist)


def dead_of(typist: Typist, *queues: str) -> int:
    """How many dead letters lie in the queues of dead letters."""
    return sum(queue["dead"] for queue in typist.tells("status", "-d", "probe")["queues"] if queue["name"] in queues)


def is_paused(typist: Typist, queue: str) -> bool:
    told = typist.tells("status", "-d", queue.partition(".")[0])["queues"]
    return any(each["name"] == queue and each["paused"] for each in told)


# -- A queue that is not worked off ---------------------------------------------------------------------------------


def test_a_paused_queue_is_seen_and_resumed(system: System, typist: Typist) -> None:
    row = row_of("a queue is paused", typist)
    typist.prints("pause", "probe.fast")
    until(lambda: is_paused(typist, "probe.fast"), "it to be paused", timeout_s=120)
    task_id = typist.prints("call", "probe.add", "-a", "[1, 2]", "--queue", "probe.fast")
    [line] = re.findall(r"^probe\.fast .* 1 .*paused *$", row.shown(QUEUE="probe.fast"), re.MULTILINE)
    assert "Active" in line
    [told] = [queue for queue in system.api.get("/queues").json["queues"] if queue["name"] == "probe.fast"]
    assert (told["paused"], told["waiting"]) == (True, 1)
    row.end()
    assert typist.prints("result", task_id, "--wait", "--timeout", "120") == "3"


def test_a_stopped_worker_is_seen_and_started(system: System, typist: Typist) -> None:
    row = row_of("a worker is stopped: no concurrency is left for it", typist)
    functions = system.endpoint.client("lambda")
    name = f"{system.outputs.deployment}-sums"
    functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    assert re.search(r"^sums .*stopped: concurrency 0", row.shown(), re.MULTILINE)
    [told] = [worker for worker in system.api.get("/workers").json["workers"] if worker["name"] == "sums"]
    assert told["reserved_concurrency"] == 0
    functions.delete_function_concurrency(FunctionName=name)
    row.end()
    assert "stopped" not in row.shown()


def test_a_worker_that_cannot_start_is_seen_and_does_its_work_once_it_can(system: System, typist: Typist) -> None:
    row = row_of("a worker cannot start: an import, a variable", typist)
    functions, sqs, url = system.endpoint.client("lambda"), system.endpoint.client("sqs"), system.queue_url("sums")
    name, visible = f"{system.outputs.deployment}-sums", "VisibilityTimeout"
    handler = functions.get_function_configuration(FunctionName=name)["Handler"]
    before = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[visible])["Attributes"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={visible: "30"})
    functions.update_function_configuration(FunctionName=name, Handler="sums.nowhere.handler")
    row.names |= {"WORKER": "sums", "QUEUE": "sums"}
    pause, resume = row.ends
    try:
        task_id = typist.prints("call", "sums.add", "-a", "[[40, 2]]")
        in_flight = re.compile(r"^sums +sums +Active +0 +1 ", re.MULTILINE)
        until(lambda: in_flight.search(row.shown()), "it to be in flight", timeout_s=120)
        typist.prints(*row.words_of(pause))
        until(lambda: is_paused(typist, "sums"), "it to be paused", timeout_s=120)
    finally:
        functions.update_function_configuration(FunctionName=name, Handler=handler)
    typist.prints(*row.words_of(resume))
    assert typist.prints("result", task_id, "--wait", "--timeout", "120") == "42"
    sqs.set_queue_attributes(QueueUrl=url, Attributes=before)


def test_an_order_that_stands_is_seen_and_taken_back(typist: Typist) -> None:
    row = row_of("a rate, a time limit or a stamp that somebody ordered, and forgot", typist)
    for order in (["rate_limit", "probe.nothing", "1/h"], ["revoke_by_stamped_headers", "customer=nobody"]):
        typist.prints("control", *order)
    shown = row.shown(TASK="probe.nothing").splitlines()
    assert {"  rate_limit probe.nothing 1/h", "  revoke_by_stamped_headers customer=nobody"} <= {*shown}
    row.end()
    assert not re.search("probe.nothing 1/h|customer=nobody", row.shown())


def test_a_flooded_queue_is_seen_slowed_and_given_up(typist: Typist) -> None:
    row = row_of("a queue is flooded", typist)
    typist.prints("pause", "probe.bulk")
    until(lambda: is_paused(typist, "probe.bulk"), "it to be paused", timeout_s=120)
    for _ in range(3):
        typist.prints("call", "probe.fail", "-a", '["flood"]', "--queue", "probe.bulk")
    shown = row.shown(QUEUE="probe.bulk", WORKER="probe", TASK="probe.fail")
    assert "* 3 of which a queue tells no more" in shown
    row.end()
    typist.prints("control", "forget_limits", "probe.fail")
    typist.prints("resume", "probe.bulk")
    assert typist.tells("inspect", "reserved", "-d", "probe")["probe"] == []


# -- What dies ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Victim:
    """A row of the table, what was put into the probe's queue for it, and what the list of failures says of it."""

    trouble: str
    kind: str
    task: str | None = None
    text: str | None = None
    queue: str = "probe"


MARK = uuid.uuid4().hex
ONCE = "probe.fast"
"""A lane whose messages need not come back soon: what fails of itself does so the first time."""
ALONE = "probe.bulk"
"""A lane of batches of one, where what kills its process takes nobody along."""
VICTIMS = [
    Victim("a text that is no message", "DecodeError", text=f"no message {MARK}"),
    Victim(
        "a message of another version",
        "DecodeError",
        text=json.dumps({"v": 99, "id": f"v99-{MARK}", "task": "probe.add", "args": [1, 2]}),
    ),
    Victim("a task that its worker does not have", "NotRegistered", "probe.nothing", queue=ONCE),
    Victim("a task asks for too much memory", "MemoryError", "probe.hog", queue=ONCE),
    Victim(
        "a task kills its process, as Lambda does when memory is used up", "WorkerLostError", "probe.die", queue=ALONE
    ),
    Victim("a task takes longer than its function may", "WorkerLostError", "probe.hang", queue=ALONE),
    Victim("a task takes longer than its `time_limit`", "TimeLimitExceeded", "probe.wait_in_c", queue=ONCE),
]


@pytest.fixture(scope="module")
def short_visibility_for_all(system: System) -> Iterator[None]:
    """What nobody can answer for comes back after 2 s, instead of the half a minute that AWS's rule asks for."""
    sqs, urls = system.endpoint.client("sqs"), [system.queue_url(name) for name in ("probe", "probe-bulk")]
    name = "VisibilityTimeout"
    before = {url: sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[name])["Attributes"] for url in urls}
    for url in urls:
        sqs.set_queue_attributes(QueueUrl=url, Attributes={name: "2"})
    yield
    for url in urls:
        sqs.set_queue_attributes(QueueUrl=url, Attributes=before[url])


@pytest.fixture(scope="module")
def dead(system: System, typist: Typist, short_visibility_for_all: None) -> dict[str, str]:
    """The victims' ids in the list of failures, by trouble: they are put in together, and die side by side."""
    sqs, url = system.endpoint.client("sqs"), system.queue_url("probe")
    named = {victim.trouble: f"{victim.task}-{MARK}" for victim in VICTIMS if victim.task}
    for victim in VICTIMS:
        if victim.text is not None:
            sqs.send_message(QueueUrl=url, MessageBody=victim.text)
        else:
            named_so = ("--task-id", named[victim.trouble], "--queue", victim.queue)
            typist.prints("call", str(victim.task), *named_so)

    def listed() -> dict[str, str] | None:
        found = {item["id"]: item for item in typist.tells("failures", "list", "--limit", "1000")}
        unread = [task_id for task_id, item in found.items() if _text_of(typist, item) == VICTIMS[0].text]
        ids = named | {VICTIMS[1].trouble: f"v99-{MARK}"} | {VICTIMS[0].trouble: unread[0] if unread else ""}
        return ids if set(ids.values()) <= set(found) else None

    ids = until(listed, "all the victims to be listed", timeout_s=300)
    until(lambda: dead_of(typist, "probe", ALONE) == 0, "their letters to be taken", timeout_s=120)
    return ids


def _text_of(typist: Typist, item: dict[str, Any]) -> Any:
    return typist.tells("failures", "show", item["id"])["message"] if item["name"] is None else None


@pytest.mark.parametrize("victim", VICTIMS, ids=lambda victim: victim.kind + " " + (victim.task or ""))
def test_what_dies_is_listed_with_its_reason_and_struck_off_or_sent_again(
    typist: Typist, dead: dict[str, str], victim: Victim
) -> None:
    row, task_id = row_of(victim.trouble, typist), dead[victim.trouble]
    [line] = [line for line in row.shown(ID=task_id, TASK=str(victim.task)).splitlines() if line.startswith(task_id)]
    assert f"{victim.kind}:" in line
    row.end()
    if any("retry" in command for command in row.ends):  # it fails again, and is struck off
        until(lambda: typist.types("failures", "drop", task_id)["code"] == 0, "its end", timeout_s=120)
    typist.prints("control", "forget_limits", str(victim.task))
    assert task_id not in {item["id"] for item in typist.tells("failures", "list", "--limit", "1000")}


def test_a_firing_that_could_not_be_delivered_is_listed_with_the_reason_and_runs_when_it_is_sent_again(
    system: System, typist: Typist
) -> None:
    row, task_id = row_of("a firing that could not be delivered", typist), f"firing-{uuid.uuid4()}"
    body = {"v": 1, "id": task_id, "task": "probe.add", "args": [40, 2]}
    told = {"ERROR_CODE": "AccessDeniedException", "ERROR_MESSAGE": "the role may not send"}
    attributes = {name: {"DataType": "String", "StringValue": value} for name, value in told.items()}
    url = system.queue_url("probe-dead")
    system.endpoint.client("sqs").send_message(QueueUrl=url, MessageBody=json.dumps(body), MessageAttributes=attributes)
    until(lambda: task_id in typist.prints("failures", "list"), "the firing in the list", timeout_s=120)
    words = " ".join(row.shown(ID=task_id).partition(task_id)[2].split())  # a long reason goes on in the next line
    assert "WorkerLostError: a schedule could not deliver it: AccessDeniedException: the role may not send" in words
    assert "Failed since yesterday" in typist.prints("status")
    row.end()
    assert typist.prints("result", task_id, "--wait", "--timeout", "120") == "42"


def test_letters_that_could_not_be_recorded_are_counted_and_redriven(system: System, typist: Typist) -> None:
    row, task_id = row_of("letters that could not be recorded", typist), f"letter-{uuid.uuid4()}"
    functions, name = system.endpoint.client("lambda"), f"{system.outputs.deployment}-dead_letters"
    arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{system.outputs.deployment}-probe-fast-dead"
    [mapping] = functions.list_event_source_mappings(FunctionName=name, EventSourceArn=arn)["EventSourceMappings"]
    functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
    try:
        body = {"v": 1, "id": task_id, "task": "probe.add", "args": [40, 2]}
        url = system.queue_url("probe-fast-dead")
        system.endpoint.client("sqs").send_message(QueueUrl=url, MessageBody=json.dumps(body))
        until(
            lambda: re.search(r"^probe\.fast ( .*){3} 1 ", row.shown(QUEUE="probe.fast"), re.MULTILINE),
            "the letter",
            120,
        )
        row.end()
    finally:
        functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=True)
    assert typist.prints("result", task_id, "--wait", "--timeout", "120") == "42"


def test_a_task_that_will_not_end_is_ended(system: System, typist: Typist, tmp_path: Path) -> None:
    row = row_of("a task will not end", typist)
    task_id = typist.prints("call", "probe.wait", "-a", json.dumps([str(tmp_path / "never")]), "--queue", ONCE)
    until(lambda: typist.types("result", task_id)["err"].endswith("is PROGRESS\n"), "it to run", timeout_s=120)
    row.names |= {"ID": task_id, "WORKER": "probe"}
    shown = [typist.types(*row.words_of(command)) for command in row.shows]
    assert [told["code"] for told in shown] == [75, 0]
    row.end()
    until(lambda: "REVOKED" in typist.types("result", task_id)["err"], "its end", timeout_s=120)


def test_every_row_of_the_table_is_tried() -> None:
    assert {row[1] for row in ROW.finditer(PAGE)} == set(TRIED.findall(Path(__file__).read_text()))
